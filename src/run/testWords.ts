import type { TestResult } from './result.ts';

/** `3 tests passed`, `1 of 3 tests failed`; null without tests. */
export function testWords(tests: readonly TestResult[]): string | null {
  const all = tests.length;
  const failed = tests.filter(({ passed }) => !passed).length;
  if (all === 0) return null;
  const noun = all === 1 ? 'test' : 'tests';
  return failed === 0 ? `${all} ${noun} passed` : `${failed} of ${all} ${noun} failed`;
}
