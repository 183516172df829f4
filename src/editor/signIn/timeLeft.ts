import { formatDuration } from '../../base/text.ts';

const MINUTE_MS = 60_000;
const LAST_STEP_MS = 10_000;

/**
 * How long something is valid, as a text that changes seldom: in minutes, at the end in steps of ten seconds. Each
 * change interrupts a screen reader.
 */
export function timeLeft(ms: number): string {
  if (ms >= MINUTE_MS) return formatDuration(ms);
  return formatDuration(Math.max(LAST_STEP_MS, Math.ceil(ms / LAST_STEP_MS) * LAST_STEP_MS));
}
