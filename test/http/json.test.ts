import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson } from '../../src/http/json.ts';
import { cpuMs } from '../support/cpuTime.ts';

describe('formatting JSON', () => {
  it('puts one member on a line', () => {
    expect(formatJson('{"a":[1,{"b":null},[],{}],"c":"x"}')).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": null\n    },\n    [],\n    {}\n  ],\n  "c": "x"\n}',
    );
    expect(formatJson(' [ 1 ,\t2 ]\r\n', 4)).toBe('[\n    1,\n    2\n]');
    for (const scalar of ['1', '"x"', 'true', 'null']) expect(formatJson(scalar)).toBe(scalar);
  });

  it('keeps what parsing would lose', () => {
    for (const value of [
      '12345678901234567890',
      '1.0',
      '1e2',
      '-0',
      '1E+05',
      '0.10000000000000000000001',
      '"\\u00e9\\/\\ud800"',
      '"é\u2028"',
    ]) {
      expect(formatJson(`[${value}]`)).toBe(`[\n  ${value}\n]`);
    }
    expect(formatJson('{"a":1,"a":2,"__proto__":3}')).toBe('{\n  "a": 1,\n  "a": 2,\n  "__proto__": 3\n}');
  });

  it.each([
    [
      '',
      ' ',
      '{',
      '[',
      '}',
      ']',
      '[1',
      '[1,]',
      '[,1]',
      '[1 2]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      '{"a":1]',
      '[1}',
    ],
    ['01', '1.', '.5', '+1', '-', '1e', '1e+', '0x1', 'NaN', 'tru', 'truex', 'nulll', "'x'", '[1]x', '1 2'],
    ['"', '"\\', '"\\x"', '"\\u12g4"', '"\\u12', '"a\nb"', '"a\tb"', '\ufeff1', '\u00a01'],
  ])('gives null for what is not JSON', (...texts) => {
    for (const text of texts) expect(formatJson(text), text).toBeNull();
  });

  it('agrees with JSON.parse, and means the same', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '{', ']', ',', ':', '1', '\\', ' '),
        (json, at, inserted) => {
          expect(JSON.parse(formatJson(json) ?? 'x')).toEqual(JSON.parse(json));
          const cut = at % (json.length + 1);
          const altered = json.slice(0, cut) + inserted + json.slice(cut + 1);
          let valid = true;
          try {
            JSON.parse(altered);
          } catch {
            valid = false;
          }
          expect(formatJson(altered) !== null).toBe(valid);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('prints as JSON.stringify does, where that loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        expect(formatJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
      }),
      { numRuns: 200 },
    );
  });

  it('is not harmed by depth or size', () => {
    const depth = 500_000;
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    const formatted = formatJson(deep);
    expect(formatted?.length).toBeLessThan(deep.length + 20_000);
    expect(formatJson('['.repeat(depth))).toBeNull();
    expect(formatJson('{"a":'.repeat(depth))).toBeNull();
    const long = JSON.stringify({ text: 'x'.repeat(5_000_000), escaped: '\n'.repeat(500_000) });
    expect(formatJson(long)?.length).toBe(long.length + 9);
    const hostile = `${'['.repeat(63)}${'1,'.repeat(1_000_000)}1${']'.repeat(63)}`;
    expect(formatJson(hostile)).toBeNull();
  });

  it('takes time in proportion', () => {
    const row = '{"id":12345678901234567890,"name":"name","tags":["a","b"],"nested":{"x":1.50}}';
    const fastest = (rows: number) => {
      const text = `[${Array.from({ length: rows }, () => row).join(',')}]`;
      const times = Array.from({ length: 5 }, () => {
        const startedAt = cpuMs();
        expect(formatJson(text)).not.toBeNull();
        return cpuMs() - startedAt;
      });
      return Math.min(...times);
    };
    const small = fastest(5000);
    expect(fastest(50_000)).toBeLessThan(Math.max(small, 2) * 40);
  });
});
