import { describe, expect, it } from 'vitest';
import { exactJson, numberSpelling, parseExactJson } from '../../src/base/exactJson.ts';
import { cpuMs } from '../support/cpuTime.ts';

describe('JSON with exact numbers', () => {
  it.each([
    '{"id":174322306148984899,"ratio":1.10,"list":[1.0,-0,1e3,{"deep":12345678901234567890}],"plain":[1,-2.5]}',
    '[0.10,"0.10","\\"9007199254740993\\" 1.0"]',
    '{"__proto__":9007199254740993,"a":"\\\\","b":1.50,"1.10":1E+2}',
    '"1.10"',
    '{"huge":1e400}',
  ])('%s is shown as it was read', (text) => {
    expect(exactJson(parseExactJson(text))).toBe(text);
  });

  it('reads numbers as numbers', () => {
    const json = parseExactJson('{"exp":1700000000.0,"iat":1.7e9,"big":[9007199254740993]}') as {
      readonly big: unknown;
    };
    expect(json).toEqual({ exp: 1700000000, iat: 1700000000, big: [9007199254740992] });
    expect(numberSpelling(json.big, '0')).toBe('9007199254740993');
    expect(numberSpelling(json, 'iat')).toBe('1.7e9');
    expect(numberSpelling({ iat: 1 }, 'iat')).toBeNull();
  });

  it('keeps a reviver, a replacer and the indentation', () => {
    const hide = (_key: string, value: unknown) => (value === 'secret' ? 'hidden' : value);
    const read = parseExactJson('{"a":"secret","n":1.0,"z":null}', hide);
    expect(read).toEqual({ a: 'hidden', n: 1, z: null });
    expect(exactJson({ within: read, b: 'secret' }, hide, 2)).toBe(
      '{\n  "within": {\n    "a": "hidden",\n    "n": 1.0,\n    "z": null\n  },\n  "b": "hidden"\n}',
    );
  });

  it('fails with what is no JSON, and takes long texts in linear time', () => {
    expect(() => parseExactJson('{"a":1.}')).toThrow(SyntaxError);
    const long = `["${'\\\\x'.repeat(40_000)}",${'1.0,'.repeat(20_000)}1]`;
    const startedAt = cpuMs();
    expect(exactJson(parseExactJson(long))).toBe(long);
    expect(cpuMs() - startedAt).toBeLessThan(3000);
  });
});
