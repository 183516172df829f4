// How long a script takes: the first, with the start of the sandbox, and one more once it is warm.
import { ScriptRunner } from '../../src/script/runner.ts';
import type { ScriptJob } from '../../src/script/job.ts';

/** Milliseconds. */
const GOALS = { first: 150, warm: 1 };
const COLD_ROUNDS = 7;
const CALLS = 2000;

const job: ScriptJob = {
  api: 'jetbrains',
  form: 'script',
  code: [
    "client.test('is fine', () => client.assert(response.status === 200, 'status'));",
    "client.global.set('last', response.body.items[1].id);",
  ].join('\n'),
  firstLine: 10,
  state: {
    globals: { last: 1 },
    variables: {},
    fileVariables: {},
    environment: { host: 'https://api.example.com' },
    environmentName: 'dev',
    processEnvironment: {},
    request: null,
    response: {
      status: 200,
      statusText: 'OK',
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ items: [{ id: 1 }, { id: 2 }] }),
      durationMs: 12,
    },
    responses: {},
    iteration: 0,
  },
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function timed(runner: ScriptRunner): Promise<number> {
  const from = performance.now();
  const { error, tests } = await runner.run(job);
  if (error !== null || tests[0]?.passed !== true) throw new Error('The script did not do what it should.');
  return performance.now() - from;
}

const first: number[] = [];
for (let round = 0; round < COLD_ROUNDS; round++) {
  const runner = new ScriptRunner();
  first.push(await timed(runner));
  runner.dispose();
}

const runner = new ScriptRunner();
for (let call = 0; call < 200; call++) await timed(runner);
const warm: number[] = [];
for (let call = 0; call < CALLS; call++) {
  warm.push(await timed(runner));
  // As between two requests, while the answer is awaited.
  await new Promise((resolve) => setTimeout(resolve, 1));
}
const back: number[] = [];
for (let call = 0; call < CALLS; call++) back.push(await timed(runner));
runner.dispose();

console.log(`first script: ${median(first).toFixed(0)} ms (goal: ${GOALS.first})`);
console.log(`once warm: ${median(warm).toFixed(2)} ms (goal: ${GOALS.warm}), between requests`);
console.log(`once warm: ${median(back).toFixed(2)} ms, one right after the other`);
