import type { RateLimit } from './rateLimit.ts';

/**
 * Orders limits, tightest first: what has nothing left, then by the share that is left, then by the number that
 * is left; last what does not tell. Among equals the shorter window, then the later reset.
 */
export function compareTightness(a: RateLimit, b: RateLimit): number {
  return (
    share(a) - share(b) ||
    left(a) - left(b) ||
    (a.windowSeconds ?? Infinity) - (b.windowSeconds ?? Infinity) ||
    (b.resetAtMs ?? -Infinity) - (a.resetAtMs ?? -Infinity) ||
    0
  );
}

function share({ limit, remaining }: RateLimit): number {
  if (remaining === null) return 3;
  if (remaining === 0) return 0;
  return limit === null || limit === 0 ? 2 : Math.min(1, remaining / limit);
}

function left({ remaining }: RateLimit): number {
  return remaining ?? Number.MAX_VALUE;
}
