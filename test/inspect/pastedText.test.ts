import { expect, it } from 'vitest';
import { unwrapped, withoutScheme } from '../../src/inspect/pastedText.ts';
import { cpuMs } from '../support/cpuTime.ts';

it('loses what was copied along with the token', () => {
  const copies = ['Bearer abc', 'Authorization: Bearer abc', 'authorization: DPoP abc', "bearer 'abc'"];
  for (const text of [' abc ', '"abc"', ...copies, "'Authorization: Bearer abc'"]) {
    expect(withoutScheme(text), text).toBe('abc');
  }
  expect(withoutScheme('"')).toBe('"');
  expect(withoutScheme('bearer')).toBe('bearer');
});

it('is in one line again', () => {
  expect(unwrapped('abc.\n  def\r\n.ghi')).toBe('abc.def.ghi');
});

it('is in one line again in time that grows with the text alone', () => {
  const start = cpuMs();
  expect(unwrapped(`a${' '.repeat(300_000)}b${'\n '.repeat(100_000)}c`).length).toBe(300_003);
  expect(cpuMs() - start).toBeLessThan(1000);
});
