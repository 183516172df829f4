import { type Bucket, tellsQuota } from './bucket.ts';
import type { Anchors } from './values.ts';

/** Clocks are told in whole seconds, rounded either way; two resets this close are one. */
const SAME_RESET_MS = 2000;

/**
 * Shows a bucket once that a response told twice: legacy and draft headers side by side, a total that repeats the
 * tightest of several windows, two spellings of one family.
 */
export function mergeRepeated(buckets: readonly Bucket[], anchors: Anchors): Bucket[] {
  const kept: Bucket[] = [];
  // Those with a name or a window first, so that what repeats them finds them.
  for (const bucket of [...buckets].sort((a, b) => detail(b) - detail(a) || shortest(a) - shortest(b))) {
    const at = kept.findIndex((other) => isRepeated(other, bucket, anchors));
    const other = kept[at];
    if (other === undefined) kept.push(bucket);
    else kept[at] = merge(other, bucket);
  }
  return kept;
}

function detail(bucket: Bucket): number {
  return (bucket.name === null ? 0 : 2) + (bucket.remaining === null ? 0 : 1);
}

function shortest(bucket: Bucket): number {
  return bucket.windowSeconds ?? Infinity;
}

function isRepeated(a: Bucket, b: Bucket, anchors: Anchors): boolean {
  if (a.root === b.root) return isSame(a, b);
  if ((a.name !== null && b.name !== null) || !tellsQuota(a) || !tellsQuota(b)) return false;
  const agree = (x: number | string | null, y: number | string | null) => x === null || y === null || x === y;
  if (!agree(a.limit, b.limit) || !agree(a.remaining, b.remaining) || !agree(a.used, b.used)) return false;
  if (!agree(a.windowSeconds, b.windowSeconds) || !agree(a.unit, b.unit)) return false;
  const sameReset = resetsAgree(a, b, anchors);
  if (sameReset === false || !resetFits(a, b, anchors) || !resetFits(b, a, anchors)) return false;
  const sameLimit = a.limit !== null && a.limit === b.limit;
  const sameRemaining = a.remaining !== null && a.remaining === b.remaining;
  return sameLimit || (sameRemaining && sameReset === true);
}

/** The very same, as when a header line came twice. */
function isSame(a: Bucket, b: Bucket): boolean {
  return (
    a.name === b.name &&
    a.limit === b.limit &&
    a.remaining === b.remaining &&
    a.used === b.used &&
    a.reset?.atMs === b.reset?.atMs &&
    a.windowSeconds === b.windowSeconds &&
    a.unit === b.unit &&
    a.partitionKey === b.partitionKey
  );
}

/** Milliseconds from the response to the reset, by the clock that told it. */
function untilResetMs(bucket: Bucket, anchors: Anchors): number | null {
  if (bucket.reset === null) return null;
  const fromMs = bucket.reset.absolute ? (anchors.dateMs ?? anchors.receivedAtMs) : anchors.receivedAtMs;
  return bucket.reset.atMs - fromMs;
}

function resetsAgree(a: Bucket, b: Bucket, anchors: Anchors): boolean | null {
  const first = untilResetMs(a, anchors);
  const second = untilResetMs(b, anchors);
  if (a.reset === null || b.reset === null || first === null || second === null) return null;
  return Math.abs(first - second) <= SAME_RESET_MS || Math.abs(a.reset.atMs - b.reset.atMs) <= SAME_RESET_MS;
}

/** A reset lies within the window it ends. */
function resetFits(a: Bucket, b: Bucket, anchors: Anchors): boolean {
  const until = untilResetMs(a, anchors);
  return until === null || b.windowSeconds === null || until <= b.windowSeconds * 1000 + SAME_RESET_MS;
}

function merge(a: Bucket, b: Bucket): Bucket {
  const relative = [a.reset, b.reset].find((reset) => reset?.absolute === false);
  return {
    root: a.root,
    source: a.source,
    name: a.name ?? b.name,
    limit: a.limit ?? b.limit,
    remaining: a.remaining ?? b.remaining,
    used: a.used ?? b.used,
    reset: relative ?? a.reset ?? b.reset,
    windowSeconds: a.windowSeconds ?? b.windowSeconds,
    unit: a.unit ?? b.unit,
    partitionKey: a.partitionKey ?? b.partitionKey,
  };
}
