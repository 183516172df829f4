// Runs the built `keyturn run` over real request files of every dialect, against a proxy that answers for every host, and
// prints which requests ran, and of all others why not.
//   node test/corpus/run.mjs FOLDER [--environments FOLDER] [--json] [--only TEXT] [--command dist/cli/cli.js]
// FOLDER holds NAME.http files, and for each NAME.expect.json: `dialect`, and `requests` with `line` (from 1), `method`,
// `url`, `headers` and `name` as the tool reads them that the file was written for. The folder of environments holds
// index.json: a list of `file` (from that folder's parent) and `belongsTo` (paths of request files).
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answersFor } from './answers.mjs';
import { environmentsOf } from './environments.mjs';
import { isExpected } from './judge.mjs';
import { startProxy } from './proxy.mjs';
import { printReport } from './report.mjs';
import { runFile } from './runFile.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    command: { type: 'string', default: fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url)) },
    environments: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

const folder = positionals[0] === undefined ? null : resolve(positionals[0]);
if (folder === null || !existsSync(folder)) {
  console.error(`${folder ?? 'The folder of request files'} is missing. Usage: node test/corpus/run.mjs FOLDER
FOLDER holds request files of other projects, NAME.http, each with NAME.expect.json beside it (see the top of
test/corpus/run.mjs). They are no part of this repository.`);
  process.exit(2);
}
const command = resolve(options.command);
if (!existsSync(command)) {
  console.error(`${command} is missing: run \`node esbuild.js\` first.`);
  process.exit(2);
}

const files = readdirSync(folder)
  .filter((name) => /\.(http|rest)$/.test(name) && name.includes(options.only))
  .sort();
const environments = await environmentsOf(options.environments ?? join(folder, '..', 'env'));
const temporary = await mkdtemp(join(tmpdir(), 'keyturn-corpus-'));

/** By the number of the run. */
const runs = [];
const proxy = await startProxy((run, seen) => {
  const { expected, seen: all, answerOf } = runs[Number(run)];
  all.push(seen);
  const node = expected.requests.find((want) => isExpected(seen, want));
  return answerOf(node?.name ?? null, seen.url);
});
const authority = join(temporary, 'authority.pem');
await writeFile(authority, proxy.certificate);

/** By the number of the run, so that they stand in the order of the files. */
const judged = [];
async function runNext() {
  for (let index = runs.length; index < files.length; index = runs.length) {
    const name = files[index];
    const run = { name, seen: [], environments: environments.get(name) ?? [] };
    runs.push(run);
    run.text = await readFile(join(folder, name), 'utf8');
    run.expected = JSON.parse(await readFile(join(folder, name.replace(/\.\w+$/, '.expect.json')), 'utf8'));
    run.answerOf = answersFor(
      run.text,
      run.expected.requests.map((want) => want.name ?? null),
    );
    judged[index] = await runFile(run, { command, authority, temporary, proxy: proxy.addressFor(index) });
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${files.length}`);
  }
}
try {
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
} finally {
  proxy.stop();
  await rm(temporary, { recursive: true, force: true });
}
const results = judged.flat();
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
if (options.json) console.log(JSON.stringify(results, null, 1));
else printReport(results);
