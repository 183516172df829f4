import { untilResetMs } from './merge.ts';
import { type LimitedResponse, readBuckets } from './read.ts';

export interface RequiredWait {
  /** From the receipt of the response; never negative. */
  readonly seconds: number;
  /**
   * - `retry_after`: the server named it (RFC 9110 section 10.2.3, or a header like it).
   * - `reset`: a bucket is empty until then.
   * - `unspecified`: the server refused by rate and named no time.
   */
  readonly reason: 'retry_after' | 'reset' | 'unspecified';
}

/** What GitHub asks for when nothing else is said; a polite wait elsewhere too. */
const UNSPECIFIED_WAIT_SECONDS = 60;

/**
 * How long to wait before the request may be sent again, or null when the response asks for no wait. In the order
 * of GitHub's documentation, which agrees with RFC 9110: Retry-After, else the reset of what is exhausted, else a
 * minute. A 403 is only about rate when it says so, and a 503 is about load, so that quotas do not matter to it.
 */
export function requiredWait(response: LimitedResponse): RequiredWait | null {
  const { status } = response;
  if (status !== 429 && status !== 403 && status !== 503) return null;
  const { buckets, retryAfterSeconds, anchors } = readBuckets(response);
  if (retryAfterSeconds !== null) return { seconds: retryAfterSeconds, reason: 'retry_after' };
  if (status === 503) return null;
  const resets = buckets
    .filter((bucket) => bucket.remaining === 0)
    .map((bucket) => untilResetMs(bucket, anchors))
    .filter((ms) => ms !== null);
  if (resets.length > 0) return { seconds: Math.max(0, ...resets) / 1000, reason: 'reset' };
  return status === 429 ? { seconds: UNSPECIFIED_WAIT_SECONDS, reason: 'unspecified' } : null;
}
