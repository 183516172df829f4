import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptOutcome, ScriptResponse, ScriptState } from '../../src/script/job.ts';
import type { ScriptRunner } from '../../src/script/runner.ts';
import { jobOf, noState, runnerOf } from './support.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await runnerOf();
});
afterAll(() => runner.dispose());

const answered: ScriptResponse = {
  status: 200,
  statusText: 'OK',
  headers: [
    ['Content-Type', 'application/json'],
    ['X-Many', 'a'],
    ['X-Many', 'b'],
  ],
  body: '{"token":"abc"}',
  durationMs: 12,
};
const request = {
  method: 'POST',
  url: 'https://api.example.com/',
  headers: [['Accept', '*/*'] as const],
  body: 'text',
  raw: null,
};

function run(code: string, state: Partial<ScriptState> = {}): Promise<ScriptOutcome> {
  return runner.run(jobOf(code, { api: 'httpyac', state: { ...noState, ...state } }));
}

function evaluate(code: string, state: Partial<ScriptState> = {}): Promise<ScriptOutcome> {
  return runner.run(
    jobOf(code, { api: 'httpyac', form: 'expression', firstLine: 5, state: { ...noState, ...state } }),
  );
}

describe('a block of httpyac', () => {
  it('exports variables, and reads those of others by name', async () => {
    const outcome = await run(
      'exports.url = base + "/x"; exports.list = [user.id]; exports.none = undefined; module.exports.more = await Promise.resolve(1);',
      {
        variables: { base: 'https://a', user: { id: 7 }, 'not-a-name': 1 },
      },
    );
    expect(outcome.error).toBeNull();
    expect(outcome.variables.set).toEqual([
      ['url', 'https://a/x'],
      ['list', [7]],
      ['more', 1],
    ]);
  });

  it('keeps values in $global', async () => {
    const { globals } = await run(
      '$global.count = ($global.count ?? 0) + 1; delete $global.old; $global.same;',
      {
        globals: { count: 1, old: 1, same: { a: 1 } },
      },
    );
    expect(globals).toEqual({ set: [['count', 2]], removed: ['old'] });
  });

  it('changes the request', async () => {
    const { request: changed } = await run(
      'request.headers["X-Sign"] = "s"; request.headers.many = ["a", 1]; delete request.headers.Accept; request.body = { a: 1 }; request.url += "?q"',
      { request },
    );
    expect(changed).toEqual({
      method: 'POST',
      url: 'https://api.example.com/?q',
      headers: [
        ['X-Sign', 's'],
        ['many', 'a'],
        ['many', '1'],
      ],
      body: '{"a":1}',
    });
    expect((await run('request.url', { request })).request).toBeNull();
  });

  it('reads the response', async () => {
    const { logs, error } = await run(
      'console.info(response.statusCode, response.parsedBody.token, response.body.length, response.headers["content-type"], response.headers["x-many"].length, response.contentType.mimeType)',
      { response: answered },
    );
    expect(error).toBeNull();
    expect(logs).toEqual([{ level: 'info', text: '200 abc 15 application/json 2 application/json' }]);
  });

  it('tests', async () => {
    const { tests, error } = await run(
      [
        'test("token", () => { assert.strictEqual(response.parsedBody.token, "abc"); assert.ok(1) });',
        'test("other", () => assert.equal(response.parsedBody.token, "xyz"));',
        'test("deep", () => assert.deepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, "deep differs"));',
        'test.status(200); test.status(404); test.header("x-many", "a, b"); test.headerContains("content-type", "json");',
        'test.responseBody({ token: "abc" }); test.hasResponseBody(); test.hasNoResponseBody(); test.totalTime(5);',
      ].join('\n'),
      { response: answered },
    );
    expect(error).toBeNull();
    expect(tests.map(({ passed, line }) => [passed, line])).toEqual([
      [true, 0],
      [false, 1],
      [false, 2],
      ...[true, false, true, true].map((passed) => [passed, 3]),
      ...[true, true, false, false].map((passed) => [passed, 4]),
    ]);
    expect(tests[1]?.message).toBe('Expected xyz, got abc');
    expect(tests[2]?.message).toBe('deep differs');
    expect(tests[4]).toMatchObject({
      name: 'response status equals 404',
      message: 'Expected status 404, got 200',
    });
  });

  it('asks not to send the request', async () => {
    const outcome = await run('exports.$cancel = true; exports.a = 1');
    expect(outcome.skipped).toBe(true);
    expect(outcome.variables.set).toEqual([['a', 1]]);
  });

  it('brings crypto-js hashes, uuid, dayjs and assert', async () => {
    const { logs, error } = await run(
      [
        'const CryptoJS = require("crypto-js"); const { v4 } = require("uuid"); const dayjs = require("dayjs");',
        'console.log(CryptoJS.SHA256("abc").toString().slice(0, 8), CryptoJS.HmacSHA1("what do ya want for nothing?", "Jefe").toString());',
        'console.log(CryptoJS.enc.Base64.stringify(CryptoJS.MD5("abc")), CryptoJS.enc.Utf8.parse("ü").toString(CryptoJS.enc.Hex), CryptoJS.SHA1("abc").toString(CryptoJS.enc.Base64));',
        'console.log(require("crypto-js/sha256")("abc").toString().slice(0, 8), require("crypto-js/hmac-sha1")("a", "b").sigBytes, require("crypto-js/enc-base64").parse("YQ==").toString());',
        'console.log(v4().length, dayjs("2024-02-03T04:05:06Z").utc().format("YYYY/MM/DD HH:mm"), dayjs("2024-01-31").add(1, "month").format("D.M."));',
        'require("node:assert").strict.equal(1, 1);',
      ].join('\n'),
    );
    expect(error).toBeNull();
    expect(logs.map(({ text }) => text)).toEqual([
      'ba7816bf effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
      'kAFQmDzST7DWlj99KOF/cg== c3bc qZk+NkcGgWq6PiVxeFDCbJzQ2J0=',
      'ba7816bf 20 61',
      '36 2024/02/03 04:05 29.2.',
    ]);
  });

  it.each([
    ['require("axios")', 'the module "axios"'],
    ['require("./helper.js")', 'the module "./helper.js"'],
    ['require("crypto-js/aes")', '"CryptoJS.AES"'],
    ['require("crypto-js").AES.encrypt("a", "b")', '"CryptoJS.AES"'],
    ['await sleep(1)', '"sleep"'],
    ['oauth2Session.accessToken', '"oauth2Session"'],
    ['process.env.HOME', '"process"'],
    ['exports.sign = () => 1', 'a function in exports.sign'],
  ])('refuses %s by name', async (code, name) => {
    const { error } = await run(
      code.replace('require("crypto-js/aes")', 'require("crypto-js/aes").encrypt("a")'),
    );
    expect(error).toMatchObject({
      kind: 'unsupported',
      message: `Keyturn doesn't support ${name} in scripts.`,
    });
  });

  it('lets a script have names of its own for what is refused', async () => {
    expect((await run('const sleep = 1; const fs = 2; console.log(sleep + fs)')).logs[0]?.text).toBe('3');
  });
});

describe('an expression of httpyac', () => {
  it.each([
    ['token', 'abc'],
    ['login.items[1].id + 1', '3'],
    ['`Bearer ${token}`', 'Bearer abc'],
    ['login', '{"items":[{"id":1},{"id":2}]}'],
    ['[1, 2].map((n) => n * 2).join("-")', '2-4'],
    ['undefined', ''],
    ['null', ''],
    ['true', 'true'],
    ['token // the token', 'abc'],
    ['Promise.resolve(1)', '1'],
    ['require("crypto-js").MD5("a").toString()', '0cc175b9c0f1b6a831c399e269772661'],
  ])('%s gives %s', async (code, value) => {
    const variables = { token: 'abc', login: { items: [{ id: 1 }, { id: 2 }] } };
    expect(await evaluate(code, { variables })).toMatchObject({ value, error: null });
  });

  it.each([
    ['missing.field', 'threw', "'missing' is not defined"],
    ['a b', 'syntax', ''],
    ['(() => { while (true); })()', 'time', ''],
  ])('%s fails', async (code, kind, message) => {
    const outcome = await evaluate(code);
    expect(outcome.value).toBeNull();
    expect(outcome.error).toMatchObject({
      kind,
      line: 5,
      message: expect.stringContaining(message) as unknown,
    });
  });
});
