import { formatBytes, formatCount, formatDuration } from '../base/text.ts';
import type { RateLimit } from './rateLimit.ts';
import { compareTightness } from './tightness.ts';

/** The limit that will stop the caller first, as far as the numbers tell; null when there is none. */
export function tightest(limits: readonly RateLimit[]): RateLimit | null {
  return limits.reduce<RateLimit | null>(
    (least, limit) => (least === null || compareTightness(limit, least) < 0 ? limit : least),
    null,
  );
}

/**
 * A limit in short words: `4,986/5,000 left, resets in 41 min`. What is unknown is left out; empty when nothing is
 * known.
 */
export function describeRateLimit(limit: RateLimit, nowMs: number): string {
  return join(describeQuota(limit), describeReset(limit.resetAtMs, nowMs));
}

/**
 * What a response says of its limits, in short words: the tightest bucket, and the wait that was asked for instead
 * of its reset (`0/40 left, retry in 12 s`). `retryAtMs` is the receipt plus Retry-After; null when there is none.
 */
export function describeRateLimits(
  limits: readonly RateLimit[],
  retryAtMs: number | null,
  nowMs: number,
): string {
  const limit = tightest(limits);
  if (retryAtMs === null) return limit === null ? '' : describeRateLimit(limit, nowMs);
  return join(limit === null ? '' : describeQuota(limit), describeRetry(retryAtMs - nowMs));
}

/** `retry in 12 s`, or `retry now`. */
export function describeRetry(waitMs: number): string {
  const duration = formatDuration(waitMs);
  return duration === 'now' ? 'retry now' : `retry in ${duration}`;
}

/** The same without its reset: `4,986/5,000 left`. */
export function describeQuota({ limit, remaining, used, unit, windowSeconds }: RateLimit): string {
  const amount = (count: number) => (unit === 'content-bytes' ? formatBytes(count) : formatCount(count));
  const counted = unit === null || unit === 'requests' || unit === 'content-bytes' ? '' : ` ${unit}`;
  const window = windowSeconds === null ? '' : ` per ${describeWindow(windowSeconds)}`;
  if (unit === 'percent' && remaining !== null) return `${formatCount(remaining)}% left`;
  if (remaining !== null) {
    return `${amount(remaining)}${limit === null ? '' : `/${amount(limit)}`}${counted} left`;
  }
  if (used !== null) return `${amount(used)}${limit === null ? '' : `/${amount(limit)}`}${counted} used`;
  return limit === null ? '' : `limit ${amount(limit)}${counted}${window}`;
}

/** A window as the end of `100 per …`: `min`, `15 min`, `day`. */
function describeWindow(seconds: number): string {
  if (seconds < 1) return `${formatCount(seconds)} s`;
  if (seconds === 86_400) return 'day';
  const text = formatDuration(seconds * 1000);
  return text.startsWith('1 ') ? text.slice(2) : text;
}

function describeReset(resetAtMs: number | null, nowMs: number): string {
  if (resetAtMs === null) return '';
  const leftMs = resetAtMs - nowMs;
  const duration = formatDuration(Math.abs(leftMs));
  if (duration === 'now') return 'resets now';
  return leftMs > 0 ? `resets in ${duration}` : `reset ${duration} ago`;
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
