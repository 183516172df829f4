import { isSkipped } from '../../../run/batch.ts';
import type { RequestResult } from '../../../run/result.ts';

/** What became of the requests of a Send All so far. */
export interface BatchCounts {
  readonly sent: number;
  readonly succeeded: number;
  /** Answered with a status of 400 and above. */
  readonly refused: number;
  /** Without an answer, or with a body that is not whole. */
  readonly failed: number;
  /** Disabled in the file. */
  readonly skipped: number;
  /** Answered, with tests or the like that were not run. */
  readonly notRun: number;
}

export const noCounts: BatchCounts = { sent: 0, succeeded: 0, refused: 0, failed: 0, skipped: 0, notRun: 0 };

/** A request that was cancelled counts as not sent; null stands for one that was under way already. */
export function countResult(counts: BatchCounts, result: RequestResult | null): BatchCounts {
  if (result === null || result.error?.code === 'cancelled') return counts;
  if (isSkipped(result)) return { ...counts, skipped: counts.skipped + 1 };
  const sent = counts.sent + 1;
  if (result.response === null || result.error !== null)
    return { ...counts, sent, failed: counts.failed + 1 };
  const notRun = counts.notRun + result.notRun.length;
  return result.response.status < 400
    ? { ...counts, sent, notRun, succeeded: counts.succeeded + 1 }
    : { ...counts, sent, notRun, refused: counts.refused + 1 };
}

/** `Sent 12 requests: 10 succeeded, 1 was refused, 1 failed.` */
export function summary(counts: BatchCounts, total: number): string {
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
