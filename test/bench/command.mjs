// The `keyturn` command as a person calls it: whole processes, from start to exit, beside a bare loop of undici over
// the same requests and beside the commands of httpyac and Bruno. Everything is measured in turn, several times.
//   node test/bench/command.mjs [--runs 5] [--peer-runs 3] [--counts 1,250,1000,10000] [--no-peers]
//     [--command dist/cli/cli.js]
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureNode } from './support/measureProcess.mjs';
import { installPeers } from './support/peers.mjs';
import { startServer } from './support/startServer.mjs';
import { figure, goalHead, goalRow, median, spread, table } from './support/stats.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    'peer-runs': { type: 'string', default: '3' },
    counts: { type: 'string', default: '1,250,1000,10000' },
    command: { type: 'string', default: fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url)) },
    'no-peers': { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const peerRuns = Math.min(runs, Number(options['peer-runs']));
const counts = options.counts.split(',').map(Number);
/** httpyac's time for a request grows with the file: beyond this it would be waited for in minutes. */
const mostForPeers = 1000;

const command = resolve(options.command);
const undiciLoop = fileURLToPath(new URL('undiciLoop.mjs', import.meta.url));
if (!existsSync(command))
  throw new Error(`${command} is missing: run \`node esbuild.js --production\` first.`);

const server = await startServer();
const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
const peers = options['no-peers'] ? null : installPeers();

/** The same requests as an .http file and as a Bruno collection. */
async function writeRequests(count) {
  const requests = Array.from({ length: count }, (_, index) => index + 1);
  const httpFile = requests
    .map((n) => `### request ${n}\nGET ${server.origin}/items/${n}\nAuthorization: Bearer abc\n`)
    .join('\n');
  await writeFile(join(folder, `${count}.http`), httpFile);
  if (count > mostForPeers) return;
  const collection = join(folder, `bruno-${count}`);
  await mkdir(collection);
  await writeFile(
    join(collection, 'bruno.json'),
    JSON.stringify({ version: '1', name: 'requests', type: 'collection' }),
  );
  for (const n of requests) {
    const text = [
      `meta {\n  name: request ${n}\n  type: http\n  seq: ${n}\n}`,
      `get {\n  url: ${server.origin}/items/${n}\n  body: none\n  auth: none\n}`,
      'headers {\n  Authorization: Bearer abc\n}',
    ].join('\n\n');
    await writeFile(join(collection, `request${n}.bru`), `${text}\n`);
  }
}

/** Each request takes a value from the answer before, and a test looks at its own. */
async function writeChained(count) {
  const requests = Array.from({ length: count }, (_, index) => {
    const from = index === 0 ? '' : `?from={{r${index}.response.body.$.mark}}`;
    return [
      `# @name r${index + 1}`,
      `GET ${server.origin}/items/${index + 1}${from}`,
      'Authorization: Bearer abc',
      '',
      '> {% client.test("is there", () => client.assert(response.status === 200)); %}',
      '',
    ].join('\n');
  });
  await writeFile(join(folder, `chained-${count}.http`), requests.join('\n###\n'));
}

const floor = 'undici, bare loop';
const ours = 'keyturn run';
const chainedFloor = 'undici, each after the answer before';
const chained = 'keyturn run, each after the answer before, with a test';
const chainedCount = 2000;
/** Each makes the arguments of `node` for a number of requests. */
const subjects = {
  [floor]: { start: (count) => [[undiciLoop, server.origin, String(count)]] },
  [ours]: { start: (count) => [[command, 'run', join(folder, `${count}.http`)]] },
  [chainedFloor]: {
    only: chainedCount,
    start: (count) => [[undiciLoop, server.origin, String(count), 'chained']],
  },
  [chained]: {
    only: chainedCount,
    start: (count) => [[command, 'run', join(folder, `chained-${count}.http`)]],
  },
  ...(peers !== null && {
    Bruno: { peer: true, start: (count) => [[peers.bruno, 'run'], join(folder, `bruno-${count}`)] },
    httpyac: {
      peer: true,
      start: (count) => [[peers.httpyac, 'send', `${count}.http`, '--all', '--silent'], folder],
    },
  }),
};
const startUps = {
  'node -e 0': ['-e', '0'],
  'keyturn --version': [command, '--version'],
  'keyturn list, one request': [command, 'list', join(folder, '1.http')],
  'keyturn list, 1,000 requests': [command, 'list', join(folder, '1000.http')],
  'keyturn run, one request': [command, 'run', join(folder, '1.http')],
};

const measured = Object.fromEntries(Object.keys(subjects).map((name) => [name, new Map()]));
const started = Object.fromEntries(Object.keys(startUps).map((name) => [name, []]));
const failures = new Map();

async function measureOnce(name, count, keep) {
  const [args, cwd] = subjects[name].start(count);
  const before = await server.ask('/count');
  const used = await measureNode(args, { cwd: cwd ?? folder });
  const sent = (await server.ask('/count')) - before;
  if (sent !== count) throw new Error(`${sent} requests arrived instead of ${count}.`);
  if (!keep) return;
  const kept = measured[name].get(count) ?? [];
  kept.push(used);
  measured[name].set(count, kept);
}

try {
  for (const count of new Set([1, 1000, ...counts])) await writeRequests(count);
  await writeChained(chainedCount);
  // The first run (-1) fills the system's file cache and is thrown away.
  for (let run = -1; run < runs; run++) {
    for (const [name, args] of Object.entries(startUps)) {
      const { wallSeconds } = await measureNode(args, { cwd: folder });
      if (run >= 0) started[name].push(wallSeconds * 1000);
    }
    for (const count of run < 0 ? [1] : [...counts, chainedCount]) {
      for (const [name, { peer, only }] of Object.entries(subjects)) {
        if (only === undefined ? !counts.includes(count) : only !== count) continue;
        if (failures.has(name) || (peer && (run >= peerRuns || count > mostForPeers))) continue;
        try {
          await measureOnce(name, count, run >= 0);
        } catch (error) {
          failures.set(name, `${name}, ${count} requests: ${error.message}`);
        }
      }
    }
    if (run >= 0) console.error(`command: run ${run + 1} of ${runs}`);
  }
} finally {
  server.stop();
  await rm(folder, { recursive: true, force: true });
}

const of = (name, count, key) => (measured[name].get(count) ?? []).map((one) => one[key]);
/** Seconds against the floor's in the same run, so that a machine that slows down slows both. */
const ratios = (name, count, below = subjects[name].only === undefined ? floor : chainedFloor) =>
  of(name, count, 'wallSeconds').map((seconds, run) => seconds / of(below, count, 'wallSeconds')[run]);
/** Milliseconds for each request beyond those of the smaller file. */
const perRequest = (name, count, from) =>
  ((median(of(name, count, 'wallSeconds')) - median(of(name, from, 'wallSeconds'))) * 1000) / (count - from);

console.log(
  `\nRequests one after the other, whole processes (Node ${process.versions.node}; the peers' medians of ${peerRuns} runs, the others' of ${runs})\n`,
);
table(
  [
    'command',
    'requests',
    'seconds: least / median / greatest',
    'times the bare loop',
    'CPU seconds',
    'peak RSS MiB',
    'ms for each request beyond the first',
  ],
  Object.keys(subjects).flatMap((name) =>
    [...measured[name].keys()]
      .sort((a, b) => a - b)
      .map((count) => [
        name,
        count.toLocaleString('en'),
        spread(of(name, count, 'wallSeconds')),
        median(ratios(name, count)),
        median(of(name, count, 'cpuSeconds')),
        median(of(name, count, 'peakRssMiB')),
        count === 1 || !measured[name].has(1) ? '–' : perRequest(name, count, 1),
      ]),
  ),
);
for (const failure of failures.values()) console.log(`\nNot measured further: ${failure}`);

console.log('\nStart-up\n');
table(
  ['command', 'ms: least / median / greatest', 'beyond `node -e 0`, ms'],
  Object.entries(started).map(([name, times]) => [
    name,
    spread(times),
    median(times) - median(started['node -e 0']),
  ]),
);

console.log('');
const growth = (name) => perRequest(name, 10_000, 1000) / perRequest(name, 1000, 250);
table(goalHead, [
  goalRow('1,000 requests by `keyturn run`, times the bare loop', median(ratios(ours, 1000)), 1.5, 'times'),
  goalRow(
    '2,000 requests, each after the answer before and with a test, times the bare loop',
    median(ratios(chained, chainedCount)),
    1.5,
    'times',
  ),
  goalRow(
    'a request between the 1,000th and the 10,000th, times one between the 250th and the 1,000th',
    growth(ours),
    1.1,
    'times',
  ),
]);
console.log(`\nThe bare loop's own growth by the same measure: ${figure(growth(floor))} times.`);
for (const name of ['Bruno', 'httpyac']) {
  if (!measured[name]?.has(1000)) continue;
  const times = median(of(name, 1000, 'wallSeconds')) / median(of(ours, 1000, 'wallSeconds'));
  console.log(`${name} takes ${figure(times)} times as long as \`keyturn run\` for 1,000 requests.`);
}
if (failures.has(ours) || failures.has(floor)) process.exitCode = 1;
