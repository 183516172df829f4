// Typing into a file of many requests in a real editor: beside the same text as plain text, and beside the least
// extension with one lens a request. In turn, each in a fresh editor.
//   node test/bench/typing.mjs [--runs 3] [--counts 2500,20000] [--only "plain text,Keyturn"] [--before folder with another build of Keyturn]
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inEditor, manyRequests } from './editor/host.mjs';
import { figure, goalHead, goalRow, median, spread, table } from './support/stats.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    counts: { type: 'string', default: '2500,20000' },
    only: { type: 'string' },
    before: { type: 'string' },
  },
});
const runs = Number(options.runs);
const counts = options.counts.split(',').map(Number);
const edits = 10;
const keys = 25;
const betweenKeysMs = 150;
const project = fileURLToPath(new URL('../../', import.meta.url));
const inside = fileURLToPath(new URL('editor/insideTyping.cjs', import.meta.url));
const plain = 'plain text';
const all = {
  // The language of `.txt` is none of the floor's, so nothing is registered for it.
  [plain]: { folder: join(project, 'test/bench/editor/floor'), id: 'keyturn.bench-floor', ending: 'txt' },
  floor: { folder: join(project, 'test/bench/editor/floor'), id: 'keyturn.bench-floor', ending: 'http' },
  ...(options.before !== undefined && {
    'Keyturn before': { folder: resolve(options.before), id: 'keyturn.keyturn', ending: 'http' },
  }),
  Keyturn: { folder: project, id: 'keyturn.keyturn', ending: 'http' },
};
const subjects = Object.fromEntries(
  Object.entries(all).filter(([name]) => options.only?.split(',').includes(name) ?? true),
);
for (const { folder, id } of Object.values(subjects)) {
  const entry = join(folder, 'dist/extension/extension.js');
  if (id === 'keyturn.keyturn' && !existsSync(entry))
    throw new Error(`${entry} is missing: run \`node esbuild.js --production\` first.`);
}

/** Runs in the page before anything else: milliseconds from each key to the frame after it. */
function watchKeys() {
  window.keyturnKeys = [];
  const pressed = (event) => {
    if (event.key !== 'x') return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.keyturnKeys.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(null);
    });
  };
  window.addEventListener('keydown', pressed, true);
}

async function typeInto(page) {
  await page.evaluate(() => (window.keyturnKeys = []));
  for (let n = 0; n < keys; n++) {
    await page.keyboard.press('x');
    await wait(betweenKeysMs);
  }
  await page.waitForFunction((count) => window.keyturnKeys.length >= count, keys, { timeout: 60_000 });
  return page.evaluate(() => window.keyturnKeys);
}

async function measure({ folder, id, ending }) {
  return inEditor(
    { folder, id },
    {
      inside,
      watchPage: watchKeys,
      async prepare(place) {
        const files = counts.map((count) => ({
          name: String(count),
          file: join(place, `${count}.${ending}`),
          ready: join(place, `${count}.ready`),
          typed: join(place, `${count}.typed`),
        }));
        for (const [n, { file }] of files.entries()) await writeFile(file, manyRequests(counts[n]));
        return { files, edits };
      },
      async drive(page, plan, reached) {
        const typed = {};
        for (const file of plan.files) {
          if (!(await reached(file.ready))) break;
          typed[file.name] = await typeInto(page);
          await writeFile(file.typed, '');
        }
        return { typed };
      },
    },
  );
}

const sessions = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, subject] of Object.entries(subjects)) {
    try {
      const session = await measure(subject);
      sessions[name].push(session);
      const said = counts.map((count) => `${count}: ${figure(median(session.edits[count]))} ms`);
      console.error(`typing: ${name}, run ${run + 1} of ${runs}: an edit of ${said.join(', ')}`);
    } catch (error) {
      console.error(`typing: ${name}, run ${run + 1} of ${runs} failed: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

const values = (name, kind, count) => (sessions[name] ?? []).flatMap((session) => session[kind][count] ?? []);
const middle = (name, kind, count) => median(values(name, kind, count));
const kinds = { edits: 'an edit', typed: 'a key until the next frame' };

console.log(`\nMilliseconds, ${runs} fresh editors each (least / **median** / greatest)\n`);
table(
  ['', ...Object.keys(subjects), 'Keyturn, times plain text'],
  counts.flatMap((count) =>
    Object.entries(kinds).map(([kind, words]) => [
      `${words}, ${count.toLocaleString('en')} requests`,
      ...Object.keys(subjects).map((name) => spread(values(name, kind, count))),
      middle('Keyturn', kind, count) / middle(plain, kind, count),
    ]),
  ),
);
console.log('');
table(
  goalHead,
  Object.entries(kinds).flatMap(([kind, words]) => [
    goalRow(
      `${words} in 2,500 requests`,
      middle('Keyturn', kind, 2500) / middle(plain, kind, 2500),
      2,
      'times plain text',
    ),
    goalRow(`${words} in 20,000 requests`, middle('Keyturn', kind, 20_000), 150, 'ms'),
  ]),
);
