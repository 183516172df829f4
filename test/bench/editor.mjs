// In a real editor: Keyturn beside the least extension that does the job, in turn, each in a fresh editor.
//   node test/bench/editor.mjs [--runs 3] [--sends 15] [--only floor|keyturn]
//     [--extension folder with another build of Keyturn]
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureInEditor } from './editor/session.mjs';
import { figure, goalHead, goalRow, median, spread, table } from './support/stats.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    sends: { type: 'string', default: '15' },
    only: { type: 'string' },
    extension: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});
const runs = Number(options.runs);
/** The first send of a session is told apart, the next two only warm up. */
const warmUps = 3;
const amounts = {
  sends: warmUps + Number(options.sends),
  clicks: warmUps + Number(options.sends),
  largeFiles: 2,
  editsEach: 6,
  requests: 5000,
};
const project = resolve(options.extension);
const all = {
  floor: {
    folder: fileURLToPath(new URL('editor/floor', import.meta.url)),
    id: 'keyturn.bench-floor',
    send: 'benchFloor.send',
    lens: 'Send',
    entry: fileURLToPath(new URL('editor/floor/extension.cjs', import.meta.url)),
  },
  keyturn: {
    folder: project,
    id: 'keyturn.keyturn',
    send: 'keyturn.send',
    lens: 'Send',
    entry: join(project, 'dist/extension/extension.js'),
  },
};
const subjects = Object.entries(all).filter(([name]) => options.only === undefined || name === options.only);
for (const [, { entry }] of subjects) {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run \`node esbuild.js --production\` first.`);
}

/** Bytes of the entry with every chunk that it imports at once, which the editor must load before `activate`. */
function loadedBytes(file, seen = new Set()) {
  if (seen.has(file)) return 0;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g);
  return [...imports].reduce(
    (sum, [, path]) => sum + loadedBytes(join(dirname(file), path), seen),
    statSync(file).size,
  );
}

const sessions = Object.fromEntries(subjects.map(([name]) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, subject] of subjects) {
    try {
      const session = await measureInEditor(subject, amounts);
      sessions[name].push(session);
      const steady = session.commands.slice(warmUps).map(({ onScreen }) => onScreen);
      console.error(
        `editor: ${name}, run ${run + 1} of ${runs}: activate ${figure(session.activation.milliseconds)} ms, command to screen ${figure(median(steady))} ms`,
      );
    } catch (error) {
      console.error(`editor: ${name}, run ${run + 1} of ${runs} failed: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

const measures = {
  'activate(), ms': (session) => [session.activation.milliseconds],
  'heap after activate(), MiB': (session) => [session.activation.heapMiB],
  'first send after start → on screen, ms': (session) => [session.commands[0].onScreen],
  'command → at the server, ms': (session) => session.commands.slice(warmUps).map(({ atServer }) => atServer),
  'command → on screen, ms': (session) => session.commands.slice(warmUps).map(({ onScreen }) => onScreen),
  'click on the lens → on screen, ms': (session) =>
    session.clicks.slice(warmUps).map(({ onScreen }) => onScreen),
  'lenses of 5,000 requests after one typed character, ms': (session) => session.lenses.times,
};
const values = (name, measure) => (sessions[name] ?? []).flatMap(measures[measure]);
const middle = (name, measure) => median(values(name, measure));

console.log(`\nIn a real editor, ${runs} fresh ones each (least / **median** / greatest)\n`);
table(
  ['', 'floor', 'Keyturn', 'times the floor'],
  [
    ...Object.keys(measures).map((measure) => [
      measure,
      spread(values('floor', measure)),
      spread(values('keyturn', measure)),
      middle('keyturn', measure) / middle('floor', measure),
    ]),
    ['entry with what it imports at once, kB', ...Object.keys(all).map((name) => entryKilobytes(name)), ''],
    [
      'lenses shown for 5,000 requests',
      ...Object.keys(all).map((name) => sessions[name]?.[0]?.lenses.lensCount ?? NaN),
      '',
    ],
  ],
);

function entryKilobytes(name) {
  return existsSync(all[name].entry) ? loadedBytes(all[name].entry) / 1000 : NaN;
}

const lensMeasure = 'lenses of 5,000 requests after one typed character, ms';
console.log('');
table(goalHead, [
  goalRow(
    '`activate()`',
    middle('keyturn', 'activate(), ms') / middle('floor', 'activate(), ms'),
    4,
    'times the floor',
  ),
  goalRow('entry bundle', entryKilobytes('keyturn'), 150, 'kB'),
  goalRow('heap after `activate()`', middle('keyturn', 'heap after activate(), MiB'), 3, 'MiB'),
  goalRow('command → result on screen', middle('keyturn', 'command → on screen, ms'), 60, 'ms'),
  goalRow(
    'click on the lens → result on screen',
    middle('keyturn', 'click on the lens → on screen, ms'),
    75,
    'ms',
  ),
  goalRow('first send after start', middle('keyturn', 'first send after start → on screen, ms'), 300, 'ms'),
  goalRow(
    'lenses of 5,000 requests after one typed character',
    middle('keyturn', lensMeasure) / middle('floor', lensMeasure),
    1.1,
    'times the floor',
  ),
]);
