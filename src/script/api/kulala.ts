import { equalDeeply } from './equal.ts';
import { shown } from './values.ts';

type Assert = (condition: unknown, message?: unknown) => void;

/** kulala's `assert(…)`, which is also an object with particular ones. */
export function kulalaAsserts(assert: Assert): Assert {
  const same = (value: unknown, expected: unknown, message?: unknown) =>
    assert(equalDeeply(value, expected), message ?? `Expected ${shown(expected)}, got ${shown(value)}`);
  return Object.assign((condition: unknown, message?: unknown) => assert(condition, message), {
    true: (value: unknown, message?: unknown) => same(value, true, message),
    false: (value: unknown, message?: unknown) => same(value, false, message),
    same,
    hasString: (text: unknown, part: unknown, message?: unknown) =>
      assert(String(text).includes(String(part)), message ?? `Expected ${shown(part)} in ${shown(text)}`),
  });
}
