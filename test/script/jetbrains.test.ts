import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptJob, ScriptOutcome, ScriptResponse, ScriptState } from '../../src/script/job.ts';
import type { ScriptRunner } from '../../src/script/runner.ts';
import { jobOf, noState, runnerOf } from './support.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await runnerOf();
});
afterAll(() => runner.dispose());

const answered: ScriptResponse = {
  status: 201,
  statusText: 'Created',
  headers: [
    ['Content-Type', 'application/json; charset="UTF-8"'],
    ['X-Trace', 'one'],
    ['x-trace', 'two'],
    ['Set-Cookie', 'sid=abc=; Path=/; HttpOnly'],
    ['Set-Cookie', 'theme=dark; Secure'],
  ],
  body: '{"id":7,"items":[{"n":1},{"n":2}],"text":"ü"}',
  durationMs: 12,
};

function run(
  code: string,
  state: Partial<ScriptState> = {},
  parts: Partial<ScriptJob> = {},
): Promise<ScriptOutcome> {
  return runner.run(jobOf(code, { state: { ...noState, ...state }, ...parts }));
}

/** What the script logs, each value of `client.log` an entry. */
async function logged(code: string, state: Partial<ScriptState> = {}): Promise<string[]> {
  const { error, logs } = await run(code, state);
  expect(error).toBeNull();
  return logs.map(({ text }) => text);
}

describe('client', () => {
  it('sets, reads and clears variables of the session', async () => {
    const outcome = await run(
      [
        'client.log(client.global.get("old").a, client.global.isEmpty(), client.global.get("none"));',
        'client.global.set("token", "abc"); client.global.set("list", [1, { b: null }]); client.global.set("n", 0);',
        'client.global.clear("old"); client.global.set("gone", undefined);',
        'client.log(client.global.get("token"), client.global.get("list")[1].b, client.variables.global.get("n"));',
      ].join('\n'),
      { globals: { old: { a: 1 } } },
    );
    expect(outcome.logs.map(({ text }) => text)).toEqual(['1 false null', 'abc null 0']);
    expect(outcome.globals).toEqual({
      set: [
        ['token', 'abc'],
        ['list', [1, { b: null }]],
        ['n', 0],
      ],
      removed: ['old'],
    });
  });

  it('clears all of them', async () => {
    const outcome = await run(
      'client.global.set("b", 1); client.global.clearAll(); client.log(client.global.isEmpty()); client.global.set("c", 2)',
      {
        globals: { a: 1 },
      },
    );
    expect(outcome.logs[0]?.text).toBe('true');
    expect(outcome.globals.set).toEqual([['c', 2]]);
    expect(outcome.globals.removed.sort()).toEqual(['a', 'b']);
  });

  it('sets headers for later requests', async () => {
    const { globalHeaders } = await run(
      'client.global.headers.set("X-A", 1); client.global.headers.clear("X-B")',
    );
    expect(globalHeaders).toEqual({ set: [['X-A', '1']], removed: ['X-B'] });
  });

  it('runs tests, each with its line and why it failed', async () => {
    const { tests, error } = await run(
      [
        'client.test("passes", () => { client.assert(response.status === 201) });',
        'client.test("fails", function () {',
        '  client.assert(response.body.id === 8, "id is " + response.body.id);',
        '});',
        'client.test("without words", () => client.assert(false));',
        'client.test("throws", () => { response.body.none.more });',
        'client.test("later", async () => { await null; client.assert(false, "late") });',
        'client.test("never", () => new Promise(() => {}));',
      ].join('\n'),
      { response: answered },
      { firstLine: 20 },
    );
    expect(error).toBeNull();
    expect(tests).toEqual([
      { name: 'passes', passed: true, message: null, line: 20 },
      { name: 'fails', passed: false, message: 'id is 7', line: 22 },
      { name: 'without words', passed: false, message: 'Assertion failed', line: 24 },
      { name: 'throws', passed: false, message: expect.stringContaining('undefined') as unknown, line: 25 },
      { name: 'later', passed: false, message: 'late', line: 26 },
      { name: 'never', passed: false, message: 'The test never ended.', line: null },
    ]);
  });

  it('ends at client.exit(), with what came before', async () => {
    const outcome = await run('client.log(1);\nclient.test("t", () => { client.exit() });\nclient.log(2)');
    expect(outcome).toMatchObject({ exited: true, error: null, tests: [], logs: [{ text: '1' }] });
  });

  it('reads variables of the file and of the environment', async () => {
    const state = {
      fileVariables: { host: 'a' },
      environment: { stage: 'dev' },
      processEnvironment: { HOME_DIR: '/h' },
    };
    const code =
      'client.log(client.variables.file.get("host"), client.variables.environment.get("stage"), client.variables.file.get("toString"), $env.HOME_DIR)';
    expect(await logged(code, state)).toEqual(['a dev null /h']);
  });

  it('shows objects as JSON', async () => {
    expect(await logged('client.log({ a: [1] }); console.warn("x", null, undefined, 1n)')).toEqual([
      '{\n  "a": [\n    1\n  ]\n}',
      'x null undefined 1',
    ]);
  });
});

describe('response', () => {
  it('has status, body, headers, content type and cookies', async () => {
    const code = [
      'client.log(response.status, response.code, response.body.items[1].n, response.body.text);',
      'client.log(response.headers.valueOf("X-TRACE"), response.headers.valuesOf("x-trace").length, response.headers.valueOf("none"), response.headers.valuesOf("none").length);',
      'client.log(response.contentType.mimeType, response.contentType.charset);',
      'client.log(response.cookiesByName("sid")[0].value, response.cookiesByName("sid")[0].httpOnly, response.cookiesByName("theme")[0].secure, response.cookiesByName("x").length);',
    ].join('\n');
    expect(await logged(code, { response: answered })).toEqual([
      '201 201 2 ü',
      'one 2 null 0',
      'application/json UTF-8',
      'abc= true true 0',
    ]);
  });

  it.each([
    ['text/plain', '{"a":1}', 'string'],
    ['application/json', '{"a":', 'string'],
    ['application/problem+json', '{"a":1}', 'object'],
    ['application/json', '[1]', 'object'],
    ['application/json', '"text"', 'string'],
  ])('has the body of %s %s as %s', async (type, body, kind) => {
    const response = { ...answered, headers: [['content-type', type] as const], body };
    expect(await logged('client.log(typeof response.body)', { response })).toEqual([kind]);
  });

  it('is not there before the request', async () => {
    expect(await logged('client.log(typeof response)')).toEqual(['undefined']);
  });

  it('may have a body that a script names its own', async () => {
    expect(
      await logged('const response = { body: 1 }; client.log(response.body)', { response: answered }),
    ).toEqual(['1']);
  });

  it('says when the body is too long for the memory of a script', async () => {
    const response = { ...answered, body: 'x'.repeat(20 * 1024 * 1024) };
    const { error } = await run('client.log(response.body.length)', { response });
    expect(error?.message).toBe("The response's body is too long for the memory that a script has.");
    expect(await logged('client.log(response.status)', { response })).toEqual(['201']);
  });

  it('has those of named requests (kulala)', async () => {
    expect(
      await logged('client.log(client.responses["login"].json.id, client.responses.login.code)', {
        responses: { login: answered },
      }),
    ).toEqual(['7 201']);
  });
});

describe('request', () => {
  const request = {
    method: 'POST',
    url: 'https://api.example.com/users/7',
    headers: [['X-Id', '7'] as const, ['Accept', '*/*'] as const],
    body: '{"id": "7", "name": "ada"}',
    raw: {
      url: '{{host}}/users/{{id}}',
      headers: [['x-id', '{{id}}'] as const],
      body: '{"id": "{{id}}", "name": "{{name}}"}',
    },
  };

  it('has its parts, as written and with values', async () => {
    const code = [
      'client.log(request.method, request.url.getRaw(), request.url.tryGetSubstituted(), request.url(), `${request.url}`);',
      'client.log(request.body.getRaw(), request.body.tryGetSubstituted() === request.body());',
      'const header = request.headers.findByName("X-ID"); client.log(header.name(), header.getRawValue(), header.tryGetSubstitutedValue(), header.value(), request.headers.findByName("none"));',
      'client.log(request.headers.all().map((one) => one.name()), request.iteration(), request.templateValue(0), request.templateValue(1), request.templateValue(2));',
      'client.log(request.environment.get("stage"), request.environment.get("none"));',
    ].join('\n');
    expect(await logged(code, { request, iteration: 3, environment: { stage: 'dev' } })).toEqual([
      'POST {{host}}/users/{{id}} https://api.example.com/users/7 https://api.example.com/users/7 https://api.example.com/users/7',
      '{"id": "{{id}}", "name": "{{name}}"} true',
      'X-Id {{id}} 7 7 null',
      '[\n  "X-Id",\n  "Accept"\n] 3 7 ada null',
      'dev null',
    ]);
  });

  it('sets variables of this request', async () => {
    const { variables, globals } = await run(
      'request.variables.set("a", request.variables.get("b") + 1); request.variables.clear("b")',
      { request, variables: { b: 1 } },
    );
    expect(variables).toEqual({ set: [['a', 2]], removed: ['b'] });
    expect(globals.set).toEqual([]);
  });

  it('changes its headers, and asks not to be sent (kulala)', async () => {
    const outcome = await run(
      'request.headers.set("x-id", 8); request.headers.remove("Accept"); request.skip()',
      { request },
    );
    expect(outcome.request).toEqual({ method: null, url: null, body: null, headers: [['x-id', '8']] });
    expect(outcome.skipped).toBe(true);
  });
});

describe('helpers', () => {
  it.each([
    ['crypto.md5().updateWithText("abc").digest().toHex()', '900150983cd24fb0d6963f7d28e17f72'],
    ['crypto.sha1().updateWithText("abc").digest().toHex()', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'crypto.sha256().updateWithText("a").updateWithHex("6263").digest().toHex()',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
    [
      'crypto.sha256().updateWithBase64("YWJj").digest().toBase64()',
      'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=',
    ],
    [
      'crypto.sha256().updateWithText("abc").digest().toBase64(true)',
      'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
    ],
    ['crypto.sha512().updateWithText("").digest().toHex().slice(0, 16)', 'cf83e1357eefb8bd'],
    // RFC 4231, test cases 1 and 2
    [
      'crypto.hmac.sha256().withHexSecret("0b".repeat(20)).updateWithText("Hi There").digest().toHex()',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'crypto.hmac.sha256().withTextSecret("Jefe").updateWithText("what do ya want for nothing?").digest().toHex()',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'crypto.hmac.sha1().withBase64Secret("SmVmZQ==").updateWithText("what do ya want for nothing?").digest().toHex()',
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    ],
    ['btoa("\\u00fc!")', '/CE='],
    ['window.atob("/CE=") === "\\u00fc!" && Window.atob === atob', 'true'],
  ])('gives %s', async (code, value) => {
    expect(await logged(`client.log(${code})`)).toEqual([value]);
  });

  it.each([
    ['$.items[0].n', '1'],
    ['$.items[*].n', '[\n  1,\n  2\n]'],
    ['$..n', '[\n  1,\n  2\n]'],
    ['$.items[?@.n > 1].n', '[\n  2\n]'],
    ["$['id']", '7'],
    ['$.none', 'null'],
  ])('follows the path %s', async (path, value) => {
    expect(
      await logged(`client.log(jsonPath(response.body, ${JSON.stringify(path)}))`, { response: answered }),
    ).toEqual([value]);
  });

  it('says what is wrong with a path', async () => {
    expect((await run('jsonPath({}, "$[")')).error).toMatchObject({ kind: 'threw', line: 0 });
  });

  it('draws random values', async () => {
    const [text] = await logged(
      'client.log($random.uuid, $random.integer(5, 6), $random.alphabetic(4), $random.hexadecimal(3), $random.email)',
    );
    expect(text).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} 5 [A-Za-z]{4} [0-9a-f]{3} \S+@example\.com$/,
    );
  });

  it('refuses what Keyturn does not offer by name', async () => {
    for (const [code, name] of [
      ['xpath(1, "/a")', '"xpath"'],
      ['response.onEachLine(() => 1)', '"response.onEachLine"'],
    ] as const) {
      expect((await run(`\n${code}`, { response: answered })).error).toEqual({
        kind: 'unsupported',
        message: `Keyturn doesn't support ${name} in scripts.`,
        line: 1,
      });
    }
  });

  it("has kulala's asserts", async () => {
    const { tests } = await run(
      'client.test("a", () => { assert(true); assert.same([1], [1]); assert.hasString("abc", "b"); assert.true(false, "no") })',
    );
    expect(tests).toMatchObject([{ passed: false, message: 'no' }]);
  });
});
