const { is } = Object;

/** The same in kind and content. A pair that is being compared already counts as equal, so a circle ends. */
export function equalDeeply(left: unknown, right: unknown, open: [unknown, unknown][] = []): boolean {
  if (is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  if (open.some(([a, b]) => a === left && b === right)) return true;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  const within: [unknown, unknown][] = [...open, [left, right]];
  return names.every(
    (name) =>
      Object.hasOwn(right, name) &&
      equalDeeply(left[name as keyof typeof left], right[name as keyof typeof right], within),
  );
}
