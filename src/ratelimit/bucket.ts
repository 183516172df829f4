import type { RateLimit } from './rateLimit.ts';
import type { ResetInstant } from './values.ts';

/** A bucket while it is put together: what RateLimit says, and what is needed to compare and to wait. */
export interface Bucket extends Omit<RateLimit, 'resetAtMs'> {
  /** Headers of one root never repeat each other's buckets. */
  readonly root: string;
  readonly reset: ResetInstant | null;
}

export const EMPTY_BUCKET: Omit<Bucket, 'root' | 'source'> = {
  name: null,
  limit: null,
  remaining: null,
  used: null,
  reset: null,
  windowSeconds: null,
  unit: null,
  partitionKey: null,
};

export function toRateLimit(bucket: Bucket): RateLimit {
  return {
    name: bucket.name,
    limit: bucket.limit,
    remaining: bucket.remaining,
    used: bucket.used,
    resetAtMs: bucket.reset?.atMs ?? null,
    windowSeconds: bucket.windowSeconds,
    unit: bucket.unit,
    source: bucket.source,
    partitionKey: bucket.partitionKey,
  };
}

/** True when the bucket says something of how much there is or is left. */
export function tellsQuota(bucket: Bucket): boolean {
  return bucket.limit !== null || bucket.remaining !== null || bucket.used !== null;
}
