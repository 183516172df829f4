import { expect, it } from 'vitest';
import { fullyDecoded } from '../../src/redaction/fullyDecoded.ts';
import { cpuMs } from '../support/cpuTime.ts';

it('undoes what was encoded any number of times', () => {
  let text = 'ä:b/ü "c" \u20ac😀%zz';
  const plain = text;
  for (let times = 0; times < 6; times++) text = encodeURIComponent(text);
  expect(fullyDecoded(text)).toBe(plain);
  let json = 'a/b"c\\d\u20ac';
  for (let times = 0; times < 4; times++) json = JSON.stringify(json).slice(1, -1).replaceAll('/', '\\/');
  expect(fullyDecoded(json)).toBe('a/b"c\\d\u20ac');
  expect(fullyDecoded('%2%35%34%31')).toBe('A');
  expect(fullyDecoded('\\u0025\\u0034\\u0031')).toBe('A');
  expect(fullyDecoded('100 % of %4 \\x')).toBe('100 % of %4 \\x');
});

it('takes time that grows with the text alone', () => {
  const start = cpuMs();
  expect(fullyDecoded(`%${'25'.repeat(500_000)}41`)).toBe('A');
  fullyDecoded('\\'.repeat(1_000_000));
  fullyDecoded('%'.repeat(1_000_000));
  expect(cpuMs() - start).toBeLessThan(2000);
});
