import type { RequestResult } from '../../run/result.ts';

/** What became of the requests of a Send All so far. */
export interface BatchCounts {
  readonly sent: number;
  readonly succeeded: number;
  /** Answered with a status of 400 and above. */
  readonly refused: number;
  /** Without an answer, or with a body that is not whole. */
  readonly failed: number;
}

export const noCounts: BatchCounts = { sent: 0, succeeded: 0, refused: 0, failed: 0 };

/** A request that was cancelled counts as not sent; null stands for one that was under way already. */
export function countResult(counts: BatchCounts, result: RequestResult | null): BatchCounts {
  if (result === null || result.error?.code === 'cancelled') return counts;
  const sent = counts.sent + 1;
  if (result.response === null || result.error !== null)
    return { ...counts, sent, failed: counts.failed + 1 };
  return result.response.status < 400
    ? { ...counts, sent, succeeded: counts.succeeded + 1 }
    : { ...counts, sent, refused: counts.refused + 1 };
}

/** `Sent 12 requests: 10 succeeded, 1 was refused, 1 failed.` */
export function summary({ sent, succeeded, refused, failed }: BatchCounts, total: number): string {
  const parts = [`${succeeded} succeeded`];
  if (refused > 0) parts.push(`${refused} answered with a status of 400 or above`);
  if (failed > 0) parts.push(`${failed} failed`);
  const many =
    sent === total ? `${total} ${total === 1 ? 'request' : 'requests'}` : `${sent} of ${total} requests`;
  return `Sent ${many}: ${parts.join(', ')}.`;
}
