import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptRunner } from '../../src/script/runner.ts';
import { jobOf, runnerOf } from './support.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await runnerOf();
});
afterAll(() => runner.dispose());

const run = (code: string, firstLine = 0) => runner.run(jobOf(code, { firstLine }));

/** After a script that went wrong, the next one works and sees nothing of it. */
async function expectHealthy(): Promise<void> {
  const outcome = await run('client.log(typeof left, [1, 2].map((n) => n * 2), JSON.stringify({ a: 1 }))');
  expect(outcome.error).toBeNull();
  expect(outcome.logs.map(({ text }) => text.replaceAll(/\s/g, ''))).toEqual(['undefined[2,4]{"a":1}']);
}

describe('a script that goes wrong', () => {
  it('names its line in the file and keeps its own message when it throws', async () => {
    const outcome = await run('client.log("before");\n\nthrow new Error("no such user");', 10);
    expect(outcome.error).toEqual({ kind: 'threw', message: 'no such user', line: 12 });
    expect(outcome.logs).toEqual([{ level: 'log', text: 'before' }]);
    await expectHealthy();
  });

  it.each([
    ['throw "plain text"', 'plain text'],
    ['throw { code: 7 }', '{\n  "code": 7\n}'],
    ['throw null', 'null'],
    ['missing.name', "'missing' is not defined"],
    ['null.name', "cannot read property 'name' of null"],
    ['await Promise.reject(new Error("later"))', 'later'],
    ['await new Promise(() => {})', 'The script waits for something that never happens.'],
  ])('says what %s threw', async (code, message) => {
    expect((await run(code)).error).toMatchObject({ kind: 'threw', message });
  });

  it('names the line that cannot be read', async () => {
    const { error } = await run('let a = 1;\nlet b = = 2;\n', 4);
    expect(error).toMatchObject({ kind: 'syntax', line: 5 });
  });

  it.each([
    ['import { sign } from "./sign.js";\nsign();', '"import"'],
    ['export const a = 1;', '"export"'],
  ])('refuses %s by name', async (code, form) => {
    const { error } = await run(`// first\n${code}`, 3);
    expect(error).toEqual({
      kind: 'unsupported',
      message: `Keyturn doesn't support ${form} in scripts.`,
      line: 4,
    });
  });

  it.each([
    'while (true);',
    'try { while (true); } finally { while (true); }',
    'for (;;) { try { while (true); } catch {} }',
    '/(a+)+$/.test("a".repeat(60) + "b")',
    'await (async () => { for (;;) await null; })()',
    'new Proxy({}, { get() { while (true); } }).x',
    'throw { get message() { while (true); }, toString() { while (true); } }',
    'const e = new Error("x"); Object.defineProperty(e, "stack", { get() { while (true); } }); throw e;',
    'new Array(1e9).sort()',
  ])('stops %s when its time is over', async (code) => {
    const quick = await runnerOf({ timeoutMs: 300 });
    try {
      const from = performance.now();
      const outcome = await quick.run(jobOf(`client.log("began");\n${code}`, { firstLine: 7 }));
      expect(performance.now() - from).toBeLessThan(4000);
      if (outcome.error?.kind !== 'threw') {
        expect(outcome.error).toMatchObject({
          kind: 'time',
          message: 'The script took longer than 0.3 s.',
          line: 7,
        });
      }
      expect((await quick.run(jobOf('client.log(1)'))).logs).toHaveLength(1);
    } finally {
      quick.dispose();
    }
  });

  it.each([
    'let all = []; while (true) all.push("x".repeat(1e6) + all.length)',
    'let all = []; while (true) all.push(new ArrayBuffer(1e6))',
    'new ArrayBuffer(1e9)',
    'let all = {}; for (let n = 0; ; n++) all["key" + n] = { n }',
  ])('stops %s when its memory is full', async (code) => {
    const patient = await runnerOf({ timeoutMs: 100_000 });
    try {
      const outcome = await patient.run(jobOf(code, { firstLine: 2 }));
      const message = 'The script needs more memory than 64 MB.';
      expect(outcome.error).toMatchObject({ kind: 'memory', message, line: 2 });
      expect((await patient.run(jobOf('client.log(1)'))).logs).toHaveLength(1);
    } finally {
      patient.dispose();
    }
  });

  it('stops a text that grows without end', async () => {
    expect((await run('let s = "a"; while (true) s += s')).error).not.toBeNull();
    await expectHealthy();
  });

  it.each([
    'function again() { again() } again()',
    'const again = () => [1].map(again); again()',
    'JSON.parse("[".repeat(1e6))',
    'let nested = []; for (let n = 0; n < 1e5; n++) nested = [nested]; JSON.stringify(nested)',
    'eval("(".repeat(1e5))',
    'class A { toString() { return `${this}` } } String(new A())',
    'let a = {}; a.toJSON = () => JSON.stringify(a); JSON.stringify(a)',
    'new RegExp("(".repeat(1e5) + ")".repeat(1e5))',
  ])('stops %s', async (code) => {
    const outcome = await run(code);
    expect(outcome.error).not.toBeNull();
    await expectHealthy();
  });

  it('loses nothing of its own when it changes prototypes, and the next one has others', async () => {
    await run(
      [
        'Object.prototype.toJSON = () => "poison"; Array.prototype.map = () => ["poison"];',
        'JSON.stringify = () => "poison"; Map.prototype.get = () => "poison"; String.prototype.replace = () => "poison";',
        'Object.prototype.left = 1; globalThis.left = 1; Object.defineProperty = null; Promise.prototype.then = null;',
        'Object.freeze(Object.prototype); client.global.set("a", { b: 1 }); Error = null; delete globalThis.client;',
      ].join('\n'),
    );
    await expectHealthy();
  });

  it('cannot make its outcome something else', async () => {
    const outcome = await run(
      'Object.prototype.toJSON = function () { return { error: null, tests: 7 } };\nclient.global.set("a", { b: 1 });\nthrow new Error("seen");',
    );
    expect(outcome.error).toMatchObject({ message: 'seen', line: 2 });
    expect(outcome.tests).toEqual([]);
  });

  it.each([
    [
      'const a = {}; a.a = a; client.global.set("a", a)',
      /^client\.global\.set\("a", …\): the value can't be written as JSON: circular reference$/,
    ],
    ['client.global.set("a", 10n)', /can't be written as JSON/],
    [
      'client.global.set("a", () => 1)',
      /^client\.global\.set\("a", …\): a function can't be written as JSON$/,
    ],
    ['request.variables.set("a", Symbol("s"))', /a symbol can't be written as JSON/],
  ])('says why %s has no value', async (code, message) => {
    const { error, globals } = await run(code);
    expect(error).toMatchObject({
      kind: 'threw',
      message: expect.stringMatching(message) as unknown,
      line: 0,
    });
    expect(globals.set).toEqual([]);
  });

  it('hands out no more than 16 MB', async () => {
    const outcome = await run(
      'const text = "x".repeat(3e6);\nfor (let n = 0; n < 9; n++) client.global.set("a" + n, text)',
    );
    expect(outcome.error).toMatchObject({
      kind: 'result',
      message: 'The script hands out more than 16 MB.',
      line: 1,
    });
    await expectHealthy();
  });

  it('may catch that, and is told all the same', async () => {
    const outcome = await run('for (let n = 0; n < 3000; n++) try { client.test("t", () => {}) } catch {}');
    expect(outcome.error).toMatchObject({ kind: 'result', message: 'The script runs more than 2000 tests.' });
    expect(outcome.tests).toHaveLength(2000);
  });

  it('keeps a bounded log, and says so', async () => {
    const outcome = await run('for (let n = 0; n < 5000; n++) console.log(n)');
    expect(outcome.error).toBeNull();
    expect(outcome.logs).toHaveLength(2001);
    expect(outcome.logs.at(-1)?.text).toMatch(/rest is left out/);
  });
});

describe('the walls of the sandbox', () => {
  it('has nothing of Node, the network or time', async () => {
    const names = [
      'process',
      'global',
      'module',
      'Deno',
      '__dirname',
      'WebAssembly',
      'std',
      'os',
      'Worker',
      'structuredClone',
      'performance',
      'navigator',
      'document',
      'print',
      'scriptArgs',
    ];
    const outcome = await run(`client.log(${names.map((name) => `typeof ${name}`).join(', ')})`);
    expect(new Set(outcome.logs[0]?.text.split(' '))).toEqual(new Set(['undefined']));
  });

  it.each([
    'setTimeout(() => {}, 1)',
    'fetch("http://127.0.0.1")',
    'new WebSocket("ws://127.0.0.1")',
    'require("fs")',
    'require("node:child_process")',
  ])('refuses %s by name', async (code) => {
    const name = /\w+(?=["(])/.exec(code.replace(/^new |require\("(?:node:)?/, ''))?.[0];
    expect((await run(code)).error).toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining(String(name)) as unknown,
      line: 0,
    });
  });

  it('loads no module', async () => {
    const outcome = await run('await import("node:fs")');
    expect(outcome.error).not.toBeNull();
    await expectHealthy();
  });

  it('reaches nothing outside through constructors', async () => {
    const outcome = await run(
      [
        'const make = client.log.constructor;',
        'client.log(typeof make("return this.process")());',
        'client.log(typeof client.constructor.constructor("return typeof require")());',
        'try { client.test("x", () => { throw { get stack() { return this.constructor.constructor("return process")() } } }) } catch (e) { client.log(e.message) }',
      ].join('\n'),
    );
    expect(outcome.logs.map(({ text }) => text)).not.toContain('object');
    expect(outcome.error).toBeNull();
  });

  it('shows one script nothing of another', async () => {
    await run('globalThis.left = 1; Array.prototype.left = 2; client.left = 3');
    const outcome = await run('client.log(typeof left, typeof [].left, typeof client.left)');
    expect(outcome.logs[0]?.text).toBe('undefined undefined undefined');
  });

  it('draws other random numbers in each script', async () => {
    const drawn = await Promise.all([1, 2, 3].map(() => run('client.log(Math.random(), $random.uuid)')));
    expect(new Set(drawn.flatMap(({ logs }) => logs[0]?.text.split(' '))).size).toBe(6);
  });

  it('keeps working after a script that throws away its functions', async () => {
    await run(
      'for (const name of Object.getOwnPropertyNames(globalThis)) try { globalThis[name] = null; delete globalThis[name] } catch {}',
    );
    await expectHealthy();
  });

  it('takes names such as __proto__ as names', async () => {
    const outcome = await run(
      'client.global.set("__proto__", { polluted: 1 }); client.log(client.global.get("__proto__").polluted)',
    );
    expect(outcome.error).toBeNull();
    expect(outcome.globals.set).toEqual([['__proto__', { polluted: 1 }]]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('the runner', () => {
  it('ends a script that is cancelled, and runs the next', async () => {
    const stop = new AbortController();
    const waits = runner.run(jobOf('while (true);'), stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(waits).rejects.toMatchObject({ code: 'cancelled' });
    await expectHealthy();
  });

  it('starts nothing that is cancelled already', async () => {
    await expect(runner.run(jobOf('client.log(1)'), AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('runs scripts one after the other, each with its own outcome', async () => {
    const outcomes = await Promise.all([1, 2, 3].map((n) => run(`client.global.set("n", ${n})`)));
    expect(outcomes.map(({ globals }) => globals.set)).toEqual([[['n', 1]], [['n', 2]], [['n', 3]]]);
  });

  it('counts no waiting for a turn as time of a script', async () => {
    const quick = await runnerOf({ timeoutMs: 500 });
    const busy = 'const end = Date.now() + 300; while (Date.now() < end);';
    const outcomes = await Promise.all([1, 2, 3].map(() => quick.run(jobOf(busy))));
    quick.dispose();
    expect(outcomes.map(({ error }) => error)).toEqual([null, null, null]);
  });

  it.each([0, 20, 500])(
    'fails what runs and what waits when it is disposed of after %i ms',
    async (afterMs) => {
      const other = await runnerOf();
      const both = [other.run(jobOf('while (true);')), other.run(jobOf('client.log(1)'))];
      setTimeout(() => other.dispose(), afterMs);
      for (const waits of both) await expect(waits).rejects.toMatchObject({ code: 'cancelled' });
    },
  );
});
