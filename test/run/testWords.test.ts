import { expect, it } from 'vitest';
import { testWords } from '../../src/run/testWords.ts';

it('tells how many tests passed, or failed', () => {
  const one = (passed: boolean) => ({ name: 'a', passed, message: null, line: null });
  expect(testWords([])).toBeNull();
  expect(testWords([one(true)])).toBe('1 test passed');
  expect(testWords([one(true), one(false), one(true)])).toBe('1 of 3 tests failed');
});
