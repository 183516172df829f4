import { equalDeeply } from './equal.ts';
import { shown } from './values.ts';

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

type Check = (holds: boolean, message: unknown, otherwise: () => string) => void;

const check: Check = (holds, message, otherwise) => {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? otherwise() : shown(message));
};

/** What scripts use of Node's `assert`. `equal` compares as `==` does, the strict ones as `Object.is`. */
export function nodeAssert(): object {
  const ok = (value: unknown, message?: unknown) =>
    check(Boolean(value), message, () => `Expected a true value, got ${shown(value)}`);
  const expected = (actual: unknown, wanted: unknown) => () =>
    `Expected ${shown(wanted)}, got ${shown(actual)}`;
  const other = (wanted: unknown) => () => `Expected anything but ${shown(wanted)}`;
  const strictEqual = (actual: unknown, wanted: unknown, message?: unknown) =>
    check(Object.is(actual, wanted), message, expected(actual, wanted));
  const deepEqual = (actual: unknown, wanted: unknown, message?: unknown) =>
    check(equalDeeply(actual, wanted), message, expected(actual, wanted));
  const notDeepEqual = (actual: unknown, wanted: unknown, message?: unknown) =>
    check(!equalDeeply(actual, wanted), message, other(wanted));
  const assert = Object.assign((value: unknown, message?: unknown) => ok(value, message), {
    ok,
    // As Node has it: not strict.
    equal: (actual: unknown, wanted: unknown, message?: unknown) =>
      check(looselyEqual(actual, wanted), message, expected(actual, wanted)),
    notEqual: (actual: unknown, wanted: unknown, message?: unknown) =>
      check(!looselyEqual(actual, wanted), message, other(wanted)),
    strictEqual,
    notStrictEqual: (actual: unknown, wanted: unknown, message?: unknown) =>
      check(!Object.is(actual, wanted), message, other(wanted)),
    deepEqual,
    deepStrictEqual: deepEqual,
    notDeepEqual,
    notDeepStrictEqual: notDeepEqual,
    match: (text: unknown, pattern: RegExp, message?: unknown) =>
      check(pattern.test(String(text)), message, () => `Expected ${String(pattern)} in ${shown(text)}`),
    doesNotMatch: (text: unknown, pattern: RegExp, message?: unknown) =>
      check(!pattern.test(String(text)), message, () => `Expected no ${String(pattern)} in ${shown(text)}`),
    throws: (act: () => unknown, message?: unknown) => {
      let threw = false;
      try {
        act();
      } catch {
        threw = true;
      }
      check(threw, typeof message === 'string' ? message : undefined, () => 'Expected the function to throw');
    },
    fail: (message?: unknown) => check(false, message, () => 'Failed'),
  });
  return Object.assign(assert, { strict: assert });
}

function looselyEqual(left: unknown, right: unknown): boolean {
  // eslint-disable-next-line eqeqeq
  return left == right || (left !== left && right !== right);
}
