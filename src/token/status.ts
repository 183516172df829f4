import type { TokenStatus } from './token.ts';

/** When a token lives, milliseconds since the epoch; null when unknown. */
export interface TokenTimes {
  readonly expiresAtMs: number | null;
  readonly notBeforeMs: number | null;
}

/**
 * The status of a token at an instant. It ends at `expiresAtMs` itself (RFC 7519 section 4.1.4) and is `expiring`
 * from `leadMs` before. Never `missing`: that is said of a profile without a token.
 */
export function tokenStatus(
  times: TokenTimes,
  nowMs: number,
  leadMs: number,
): Exclude<TokenStatus, 'missing'> {
  const { expiresAtMs, notBeforeMs } = times;
  if (expiresAtMs !== null && nowMs >= expiresAtMs) return 'expired';
  if (notBeforeMs !== null && nowMs < notBeforeMs) return 'not_yet_valid';
  if (expiresAtMs === null) return 'unknown';
  return nowMs >= expiresAtMs - leadMs ? 'expiring' : 'active';
}

/** The next instant at which the status will be another, or null when it stays as it is. */
export function nextStatusChangeMs(times: TokenTimes, nowMs: number, leadMs: number): number | null {
  const { expiresAtMs, notBeforeMs } = times;
  const status = tokenStatus(times, nowMs, leadMs);
  const candidates = [notBeforeMs, expiresAtMs === null ? null : expiresAtMs - leadMs, expiresAtMs]
    .filter((ms) => ms !== null)
    .filter((ms) => ms > nowMs && tokenStatus(times, ms, leadMs) !== status);
  return candidates.length === 0 ? null : Math.min(...candidates);
}
