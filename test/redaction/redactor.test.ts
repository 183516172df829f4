import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { cpuMs } from '../support/cpuTime.ts';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ2aWV3ZXIifQ.c2lnbmF0dXJl-Zm9y_dGVzdHM';
const AWKWARD = 'p@ss/w0rd+"1\\2"=&é %41';

function masking(...values: [value: string, label?: string][]): Redactor {
  const redactor = new Redactor();
  for (const [value, label] of values) redactor.register(value, label);
  return redactor;
}

describe('Redactor', () => {
  it('masks a value with its label, wherever it stands', () => {
    const redactor = masking([JWT, 'viewer']);
    expect(redactor.mask(`Bearer ${JWT}`)).toBe('Bearer •••viewer•••');
    expect(redactor.mask(`${JWT}${JWT}`)).toBe('•••viewer••••••viewer•••');
    expect(redactor.mask(JWT)).toBe('•••viewer•••');
    expect(masking([JWT]).mask(`(${JWT})`)).toBe('(•••)');
  });

  it('leaves everything else as it is, case included', () => {
    const redactor = masking([JWT, 'viewer']);
    for (const text of ['', 'short', 'nothing secret here', JWT.toUpperCase(), JWT.slice(0, 20)]) {
      expect(redactor.mask(text)).toBe(text);
    }
  });

  it.each([
    ['JSON', (value: string) => JSON.stringify({ value })],
    ['JSON with escaped slashes', (value: string) => JSON.stringify(value).replaceAll('/', '\\/')],
    ['encodeURIComponent', encodeURIComponent],
    [
      'lower-case hex',
      (value: string) => encodeURIComponent(value).replace(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['a form', (value: string) => new URLSearchParams({ value }).toString()],
    ['a URL', (value: string) => new URL(`https://example.com/?t=${encodeURIComponent(value)}`).href],
    ['base64', (value: string) => Buffer.from(value).toString('base64')],
    ['base64url', (value: string) => Buffer.from(value).toString('base64url')],
    ['Basic', (value: string) => `Basic ${Buffer.from(`user:${value}`).toString('base64')}`],
    ['hexadecimal', (value: string) => Buffer.from(value).toString('hex')],
    ['upper-case hexadecimal', (value: string) => Buffer.from(value).toString('hex').toUpperCase()],
    ['percent-encoded base64', (value: string) => encodeURIComponent(Buffer.from(value).toString('base64'))],
  ])('masks %s of an awkward value', (_name, encode) => {
    const text = encode(AWKWARD);
    const masked = masking([AWKWARD, 'x']).mask(text);
    expect(masked).toContain('•••x•••');
    // What may be left of it is the character or two of base64 that its neighbours share.
    expect(masked.replace('•••x•••', '').length).toBeLessThan(text.length - AWKWARD.length + 6);
  });

  it.each([2, 3, 5, 9])('masks what was percent-encoded %i times', (times) => {
    let text = AWKWARD;
    for (let each = 0; each < times; each++) text = encodeURIComponent(text);
    expect(masking([AWKWARD, 'x']).mask(`GET https://a.example/?t=${text}&u=1 done`)).toBe(
      'GET https://a.example/?t=•••x•••&u=1 done',
    );
  });

  it('masks what was encoded without need', () => {
    const text = JWT.replace(/[^]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    expect(masking([JWT, 'x']).mask(`/${text}/?100%25`)).toBe('/•••x•••/?100%');
  });

  it('masks a value in lower case, as a host is written', () => {
    const value = 'S3cr3tProdTokenValue';
    expect(masking([value, 'x']).mask(`${value.toLowerCase()}.example.com`)).toBe('•••x•••.example.com');
  });

  it('finds base64 at every alignment, with anything before and after', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 6, maxLength: 80 }),
        fc.uint8Array({ maxLength: 7 }),
        fc.uint8Array({ maxLength: 7 }),
        fc.constantFrom<BufferEncoding>('base64', 'base64url'),
        (value, before, after, encoding) => {
          const encoded = Buffer.concat([before, Buffer.from(value), after]).toString(encoding);
          expect(masking([value, 'x']).mask(`a ${encoded} b`)).toContain('•••x•••');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never leaves a registered value in a text', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '/', '"'), minLength: 6, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (values, picks) => {
          const redactor = masking(...values.map((v): [string] => [v]));
          let text = '';
          for (let i = 0; i < 20; i++) {
            const [pick, kind] = [picks.next().value as number, picks.next().value as number];
            const part = values[pick % values.length]!;
            text += kind % 3 === 0 ? part : kind % 3 === 1 ? part.slice(1) : JSON.stringify(part);
          }
          const masked = redactor.mask(text);
          for (const v of values) expect(masked).not.toContain(v);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('masks the whole of overlapping and nested values', () => {
    const redactor = masking(['secret'], ['my-secret-token'], ['token-of-another']);
    expect(redactor.mask('x my-secret-token y')).toBe('x ••• y');
    expect(redactor.mask('x my-secret-token-of-another y')).toBe('x ••• y');
    expect(redactor.mask('the secret')).toBe('the •••');
  });

  it('masks short values as whole words only, and the shortest not at all', () => {
    const redactor = masking(['abcde', 'short'], ['x-y1', 'dashed'], ['abc', 'tiny']);
    expect(redactor.mask('Bearer abcde, "abcde" k=abcde&l xabcde abcdef')).toBe(
      'Bearer •••short•••, "•••short•••" k=•••short•••&l xabcde abcdef',
    );
    expect(redactor.mask('key: x-y1')).toBe('key: •••dashed•••');
    expect(redactor.mask('abc abc')).toBe('abc abc');
  });

  it('keeps the first label of a value, and ignores an empty one', () => {
    const redactor = masking(['value-1', 'first'], ['value-1', 'second'], ['']);
    expect(redactor.mask('value-1')).toBe('•••first•••');
  });

  it('takes lone surrogates as they come', () => {
    const redactor = masking(['token\ud800token', 'x']);
    expect(redactor.mask('a token\ud800token b \udfff')).toBe('a •••x••• b \udfff');
  });

  it('needs time for the text, not for the number of values', () => {
    let seed = 1;
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0).toString(36);
    const value = () => JWT.slice(0, 40) + Array.from({ length: 80 }, random).join('');
    const values = Array.from({ length: 2000 }, value);
    const parts = Array.from({ length: 40_000 }, (_, i) => `{"id":"${random()}${random()}","n":${i}}`);
    const text = parts.join(',') + values.slice(0, 50).join(' ');
    const time = (redactor: Redactor) => {
      redactor.mask(text);
      const start = cpuMs();
      redactor.mask(text);
      return cpuMs() - start;
    };
    const one = Math.max(5, time(masking([values[0]!])));
    expect(time(masking(...values.map((v): [string] => [v])))).toBeLessThan(one * 10);
  });

  it('is linear on a text that is made to be slow', () => {
    const redactor = masking(
      [`b${'a'.repeat(100_000)}`],
      [`${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`],
      ['aaaaaa'],
    );
    const start = cpuMs();
    expect(redactor.mask('a'.repeat(1_000_000))).not.toContain('aaaaaa');
    expect(cpuMs() - start).toBeLessThan(3000);
  });
});
