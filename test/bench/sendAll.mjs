// Send All in a real editor beside `keyturn run` over the same file, in turn, each in a fresh process.
//   node test/bench/sendAll.mjs [--runs 3] [--requests 2000] [--before folder with another build of Keyturn]
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inEditor, manyRequests } from './editor/host.mjs';
import { measureNode } from './support/measureProcess.mjs';
import { startServer } from './support/startServer.mjs';
import { figure, goalHead, goalRow, median, quantile, spread, table } from './support/stats.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    requests: { type: 'string', default: '2000' },
    before: { type: 'string' },
  },
});
const runs = Number(options.runs);
const requests = Number(options.requests);
const project = fileURLToPath(new URL('../../', import.meta.url));
const command = join(project, 'dist/cli/cli.js');
const inside = fileURLToPath(new URL('editor/insideSendAll.cjs', import.meta.url));
const editors = {
  ...(options.before !== undefined && { 'Send All before': resolve(options.before) }),
  'Send All': project,
};
for (const entry of [
  command,
  ...Object.values(editors).map((folder) => join(folder, 'dist/extension/extension.js')),
]) {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run \`node esbuild.js --production\` first.`);
}

async function runCommand() {
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  try {
    const file = join(folder, 'many.http');
    await writeFile(file, manyRequests(requests, server.origin));
    const { wallSeconds } = await measureNode([command, 'run', file], { cwd: folder });
    return wallSeconds;
  } finally {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds a request between the arrivals `from` and `to` of them. */
const pace = (arrivals, from, to) => (arrivals[to - 1] - arrivals[from]) / (to - 1 - from);

async function runEditor(folder) {
  const server = await startServer();
  try {
    const found = await inEditor(
      { folder, id: 'keyturn.keyturn' },
      {
        inside,
        async prepare(place) {
          const file = join(place, 'many.http');
          await writeFile(file, manyRequests(requests, server.origin));
          return { file, requests, origin: server.origin };
        },
      },
    );
    if (found.sent !== requests) throw new Error(`${found.sent} requests arrived instead of ${requests}.`);
    const arrivals = Object.values(await server.ask('/marks'))
      .filter((at) => at >= found.startedAt)
      .sort((a, b) => a - b);
    const tenth = Math.floor(requests / 10);
    return {
      ...found,
      seconds: (arrivals.at(-1) - found.startedAt) / 1000,
      first: pace(arrivals, tenth, 2 * tenth),
      last: pace(arrivals, requests - tenth, requests),
    };
  } finally {
    server.stop();
  }
}

const commandSeconds = [];
const sessions = Object.fromEntries(Object.keys(editors).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  commandSeconds.push(await runCommand());
  for (const [name, folder] of Object.entries(editors)) {
    try {
      const session = await runEditor(folder);
      sessions[name].push(session);
      console.error(
        `sendAll: ${name}, run ${run + 1} of ${runs}: ${figure(session.seconds)} s, the command ${figure(commandSeconds.at(-1))} s`,
      );
    } catch (error) {
      console.error(`sendAll: ${name}, run ${run + 1} of ${runs} failed: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

const measures = {
  'until the last request arrived, s': ({ seconds }) => [seconds],
  'until the command resolved, s': ({ resolvedMs }) => (resolvedMs === null ? [] : [resolvedMs / 1000]),
  'ms a request, of the second tenth': ({ first }) => [first],
  'ms a request, of the last tenth': ({ last }) => [last],
  'completion meanwhile, ms': ({ during }) => during,
  'completion right afterwards, ms': ({ after }) => after,
  'delay of the event loop at the median, ms': ({ loopDelay }) => [loopDelay.median],
  'delay of the event loop at most, ms': ({ loopDelay }) => [loopDelay.most],
};
const values = (name, measure) => sessions[name].flatMap(measures[measure]);
const most = (name, measure) => quantile(values(name, measure), 1);
const middle = (name, measure) => median(values(name, measure));
const names = Object.keys(sessions);

console.log(
  `\n${requests.toLocaleString('en')} requests of one file, ${runs} fresh editors each (least / **median** / greatest)\n`,
);
table(
  ['', '`keyturn run`, whole process', ...names],
  Object.keys(measures).map((measure, n) => [
    measure,
    n === 0 ? spread(commandSeconds) : '',
    ...names.map((name) => spread(values(name, measure))),
  ]),
);
console.log('');
const ours = 'Send All';
table(goalHead, [
  goalRow(
    'Send All, times the command',
    middle(ours, 'until the last request arrived, s') / median(commandSeconds),
    2,
    'times',
  ),
  goalRow(
    'a request of the last tenth, times one of the second',
    middle(ours, 'ms a request, of the last tenth') / middle(ours, 'ms a request, of the second tenth'),
    1.2,
    'times',
  ),
  goalRow('completion meanwhile, at most', most(ours, 'completion meanwhile, ms'), 100, 'ms'),
  goalRow('completion right afterwards, at most', most(ours, 'completion right afterwards, ms'), 100, 'ms'),
  goalRow(
    'the command resolves, after the last request arrived',
    middle(ours, 'until the command resolved, s') - middle(ours, 'until the last request arrived, s'),
    0.5,
    's',
  ),
]);
