// The benchmarks, one after the other, each in a process of its own; Markdown on standard output.
// `npm run bench -- command editor` builds first, then starts this with the names.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const benchmarks = {
  parse: 'parse.ts',
  decode: 'decode.ts',
  verify: 'verify.ts',
  script: 'script.ts',
  manager: 'manager.ts',
  client: 'client.ts',
  stream: 'stream.ts',
  command: 'command.mjs',
  editor: 'editor.mjs',
  tokens: 'tokens.mjs',
  sendAll: 'sendAll.mjs',
  typing: 'typing.mjs',
};

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = (script) => spawnSync(process.execPath, [script], { stdio: 'inherit' }).status === 0;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benchmarks).join(', ')}.`,
  );
  process.exit(2);
}
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    'The benchmarks need Node 24: start them with `npm run bench`, which uses the one among the packages.',
  );
  process.exit(2);
}
const names = asked.length > 0 ? asked : Object.keys(benchmarks);

console.log(
  `# Benchmarks\n\nNode ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
);
for (const name of names) {
  console.log(`\n## ${name}\n`);
  const script = at(benchmarks[name]);
  // These print lines, the others tables.
  const fence = script.endsWith('.ts');
  if (fence) console.log('```text');
  const done = node(script);
  if (fence) console.log('```');
  if (done) continue;
  console.log(`\nThe benchmark ${name} ended with an error.`);
  process.exitCode = 1;
}
