/** Below this a `Date` header, which counts seconds and travels, says nothing of the clocks. */
const NOISE_MS = 10_000;

/**
 * How far this computer's clock is ahead of a server's, milliseconds; negative when it is behind, 0 when they agree
 * as far as can be told.
 */
export function clockSkew(nowMs: number, serverTimeMs: number): number {
  const skewMs = nowMs - serverTimeMs;
  return Math.abs(skewMs) < NOISE_MS ? 0 : skewMs;
}
