// Ten thousand pasted tokens in the secret storage of a real editor: until they are listed, read and usable.
//   node test/bench/tokens.mjs [--runs 3]
// The figures are those that the suite test/editor/many.ts prints; each run is a fresh editor.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { goalHead, goalRow, median, spread, table } from './support/stats.mjs';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '3' } } });
const suite = fileURLToPath(new URL('../editor/run.mjs', import.meta.url));
const opened = 'the tree is read';

/** @type {Map<string, number[]>} */
const figures = new Map();
for (let run = 0; run < Number(options.runs); run++) {
  const { status, stdout } = spawnSync(process.execPath, [suite, 'many'], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`tokens: run ${run + 1} of ${options.runs} failed.\n${stdout}`);
    process.exitCode = 1;
    continue;
  }
  for (const [, what, milliseconds] of stdout.matchAll(/^ +([^:\n]+): (\d+) ms$/gm)) {
    figures.set(what, [...(figures.get(what) ?? []), Number(milliseconds)]);
  }
}

console.log(
  `\n10,000 pasted tokens in a real editor, ${options.runs} fresh ones, milliseconds (least / **median** / greatest)\n`,
);
table(
  ['', 'ms'],
  [...figures].map(([what, values]) => [what, spread(values)]),
);
console.log('');
table(goalHead, [goalRow('the view has its content', median(figures.get(opened) ?? []), 200, 'ms')]);
