import type { SessionCounts } from '../../run/session.ts';

/** `Sent 12 requests: 10 succeeded, 1 was refused, 1 failed.` */
export function summary(counts: SessionCounts, total: number): string {
  const { sent, succeeded, refused, failed, skipped, notRun } = counts;
  const parts = [`${succeeded} succeeded`];
  if (refused > 0) parts.push(`${refused} answered with a status of 400 or above`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (notRun > 0)
    parts.push(`${notRun} ${notRun === 1 ? 'test or directive' : 'tests or directives'} not run`);
  const many =
    sent === total ? `${total} ${total === 1 ? 'request' : 'requests'}` : `${sent} of ${total} requests`;
  return `Sent ${many}: ${parts.join(', ')}.`;
}
