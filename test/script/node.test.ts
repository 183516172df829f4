import * as crypto from 'node:crypto';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptApi } from '../../src/script/job.ts';
import type { ScriptRunner } from '../../src/script/runner.ts';
import { jobOf, runnerOf } from './support.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await runnerOf();
});
afterAll(() => runner.dispose());

function evaluate(code: string, api: ScriptApi = 'httpyac') {
  return runner.run(jobOf(code, { api, form: 'expression' }));
}

/** What Node itself makes of the expression. */
function inNode(code: string): string {
  const evaluated = runInThisContext(`(require) => (${code})`) as (require: unknown) => unknown;
  const value = evaluated(() => crypto);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe.each(['httpyac', 'jetbrains'] as const)('in %s', (api) => {
  it.each([
    'Buffer.from("user:pässword €").toString("base64")',
    'require("crypto").createHash("sha256").update("abc").digest("hex")',
  ])('%s is as in Node', async (code) => {
    expect(await evaluate(code, api)).toMatchObject({ value: inNode(code), error: null });
  });
});

describe("Node's Buffer", () => {
  it.each([
    'Buffer.from("a\\0b\\0").toString("hex")',
    'encodeURIComponent(Buffer.from("00c3bc00ff61001001", "hex").toString())',
    'Buffer.from("\\ud800x😀").toString("hex")',
    'Buffer.from("ÿ€\\0", "latin1").toString("hex")',
    'Buffer.from("ÿ\\0a", "ascii").toString("hex")',
    'encodeURIComponent(Buffer.from([0xff, 0, 0x41]).toString("latin1"))',
    'encodeURIComponent(Buffer.from([0xff, 0x80, 0x41]).toString("ascii"))',
    'Buffer.from("a\\0ü😀", "utf16le").toString("hex")',
    'encodeURIComponent(Buffer.from("610000003dd800de61", "hex").toString("utf16le"))',
    'Buffer.from("zz61", "hex").length',
    'Buffer.from("61zz", "hex").length',
    'Buffer.from("-_-_", "base64").toString("hex")',
    'Buffer.from([251, 255, 190]).toString("base64url")',
    'Buffer.from("aGk", "base64url").toString("utf-8")',
    'Buffer.from("hello").toString("utf8", 1, 3)',
    'Buffer.from("hello").slice(-3).toString()',
    'Buffer.from("hello").subarray(1, 2)',
    '((b) => (b.slice(0, 1)[0] = 0x4a, `${b}`))(Buffer.from("hello"))',
    '((b) => (Buffer.from(b)[0] = 0x4a, `${b}`))(Buffer.from("hello"))',
    'Buffer.from(Buffer.from("ab").toJSON()).toString()',
    'Buffer.from(new Uint8Array([97, 98]).buffer, 1).toString()',
    'Buffer.from(new Uint16Array([97, 353]))',
    'Buffer.concat([Buffer.from("a"), new Uint8Array([98])]).toString()',
    'Buffer.concat([Buffer.from("a")], 2)',
    'Buffer.concat([Buffer.from("ab"), Buffer.from("cd"), Buffer.from("e")], 3).toString()',
    'Buffer.alloc(3)',
    'Buffer.alloc(3, 7)',
    'Buffer.alloc(5, "ab").toString()',
    'Buffer.isBuffer(Buffer.alloc(0)) && !Buffer.isBuffer(new Uint8Array(1))',
    'Buffer.isEncoding("UTF-8") && !Buffer.isEncoding("rot13")',
    'Buffer.byteLength("ü") + Buffer.byteLength("YQ==", "base64")',
    'Buffer.from("a").equals(Buffer.from("a")) && !Buffer.from("a").equals(new Uint8Array([1]))',
    'Buffer.from("abc").map((byte) => byte + 1).toString()',
    'Buffer.from("abc").indexOf(98)',
    'Buffer.from("abc") instanceof Uint8Array',
    '[...Buffer.from("ab").entries()].join()',
  ])('%s is as in Node', async (code) => {
    expect(await evaluate(code)).toMatchObject({ value: inNode(code), error: null });
  });

  it.each([
    ['Buffer.from("a").readUInt8(0)', '"buffer.readUInt8"'],
    ['Buffer.from("a").writeBigInt64BE(0)', '"buffer.writeBigInt64BE"'],
    ['Buffer.from("a").write("b")', '"buffer.write"'],
    ['Buffer.from("a").includes("a")', '"Buffer.includes" of a text'],
    ['Buffer.compare(Buffer.from("a"), Buffer.from("a"))', '"Buffer.compare"'],
    ['new Buffer("a")', '"new Buffer(text)", which is "Buffer.from(text)" today,'],
  ])('refuses %s by name', async (code, name) => {
    const message = `Keyturn doesn't support ${name} in scripts.`;
    expect((await evaluate(code)).error).toMatchObject({ kind: 'unsupported', message });
  });

  it.each([
    ['Buffer.from(5)', 'Buffer.from: the value must be'],
    ['Buffer.from(null)', 'Buffer.from: the value must be'],
    ['Buffer.from("a", "rot13")', 'Unknown encoding: rot13'],
    ['Buffer.from("a").toString("constructor")', 'Unknown encoding: constructor'],
    ['Buffer.concat(["a"])', 'Buffer.concat: the list must be'],
  ])('%s fails', async (code, message) => {
    expect((await evaluate(code)).error).toMatchObject({
      kind: 'threw',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('is quick enough for the body of a message', async () => {
    const code = 'Buffer.from(Buffer.from("ü".repeat(1e5)).toString("base64"), "base64").toString().length';
    expect(await evaluate(code)).toMatchObject({ value: '100000', error: null });
  });
});

describe("Node's crypto", () => {
  it.each([
    'require("node:crypto").createHash("MD5").update("a\\0").update(Buffer.from([255])).digest("base64")',
    'require("crypto").createHash("sha1").update("YQ==", "base64").digest("base64url")',
    'require("crypto").createHash("sha-384").update("ü", "latin1").digest("latin1").length',
    'require("crypto").createHash("sha512").update("").digest()',
    'Buffer.isBuffer(require("crypto").createHash("RSA-SHA256").update("").digest())',
    'require("crypto").createHmac("sha256", "key").update("a").update("b").digest("hex")',
    'require("crypto").createHmac("sha512", "").update("a").digest("hex")',
    'require("crypto").createHmac("sha1", Buffer.from("00ff", "hex")).update("a").digest("hex")',
    'require("crypto").createHash("sha256").update(new Uint16Array([1, 2])).digest("hex")',
    'require("crypto").randomBytes(16).toString("hex").length',
    'Buffer.isBuffer(require("crypto").randomBytes(0))',
    '/^[0-9a-f-]{36}$/.test(require("crypto").randomUUID())',
    '[...new Set(Array.from({ length: 200 }, () => require("crypto").randomInt(-1, 2)))].sort().join()',
    'require("crypto").randomInt(1)',
  ])('%s is as in Node', async (code) => {
    expect(await evaluate(code)).toMatchObject({ value: inNode(code), error: null });
  });

  it.each([
    ['require("crypto").createCipheriv("aes-128-cbc", "", "")', '"crypto.createCipheriv"'],
    ['require("crypto").scryptSync', '"crypto.scryptSync"'],
    ['require("crypto").createSign("sha256")', '"crypto.createSign"'],
    ['require("crypto").createHash("blake2b512")', 'the hash "blake2b512"'],
    ['require("crypto").createHash("sha256").copy()', '"copy" of a hash'],
    ['require("crypto").randomBytes(1, () => 0)', '"crypto.randomBytes" with a function'],
  ])('refuses %s by name', async (code, name) => {
    const message = `Keyturn doesn't support ${name} in scripts.`;
    expect((await evaluate(code)).error).toMatchObject({ kind: 'unsupported', message });
  });

  it.each([
    ['require("crypto").createHash("md5").update(1)', 'The data must be a text or a Buffer, not number.'],
    ['require("crypto").createHmac("md5")', 'The key must be a text or a Buffer, not undefined.'],
    ['((h) => (h.digest(), h.update("a")))(require("crypto").createHash("md5"))', 'Digest already called'],
    ['require("crypto").randomInt(2, 2)', 'crypto.randomInt: max must be above min, by less than 2^48.'],
    ['require("crypto").randomInt("2")', 'crypto.randomInt: min and max must be whole numbers.'],
  ])('%s fails', async (code, message) => {
    expect((await evaluate(code)).error).toMatchObject({ kind: 'threw', message });
  });

  it('may be awaited', async () => {
    const code = '(async () => (await require("crypto")).createHash("md5").update("a").digest("hex"))()';
    expect((await evaluate(code)).value).toBe('0cc175b9c0f1b6a831c399e269772661');
  });
});
