import { formatCount, formatElapsed } from '../../base/text.ts';
import type { SessionCounts } from '../../run/session/session.ts';
import type { Palette } from './streams.ts';

/**
 * The last line of a run, such as `4 passed · 1 failed · 1 not run (1 disabled) · 2.31 s`. `total` requests are in the
 * files; a run that is cancelled does not get to all of them.
 */
export function runSummary(
  { sent, succeeded, refused, failed, skipped }: SessionCounts,
  total: number,
  elapsedMs: number,
  paint: Palette,
): string {
  const parts = [paint.good(`${formatCount(succeeded)} passed`)];
  if (refused > 0) parts.push(paint.warn(`${formatCount(refused)} with status 400 or above`));
  if (failed > 0) parts.push(paint.bad(`${formatCount(failed)} failed`));
  const notRun = total - sent;
  if (notRun > 0) {
    const disabled = skipped > 0 ? ` (${formatCount(skipped)} disabled)` : '';
    parts.push(paint.dim(`${formatCount(notRun)} not run${disabled}`));
  }
  return `${[...parts, formatElapsed(elapsedMs)].join(' · ')}\n`;
}
