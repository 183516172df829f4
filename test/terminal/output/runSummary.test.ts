import { describe, expect, it } from 'vitest';
import type { SessionCounts } from '../../../src/run/session/session.ts';
import { runSummary } from '../../../src/terminal/output/runSummary.ts';
import { palette } from '../../../src/terminal/output/streams.ts';

function lineOf(total: number, counts: Partial<SessionCounts>): string {
  const nothing = { sent: 0, succeeded: 0, refused: 0, failed: 0, skipped: 0, notRun: 0 };
  return runSummary({ ...nothing, ...counts }, total, 2310, palette({}, {}));
}

describe('the summary of a run', () => {
  it('says what passed, failed and was not run', () => {
    expect(lineOf(2, { sent: 2, succeeded: 2 })).toBe('2 passed · 2.31 s\n');
    expect(lineOf(4, { sent: 3, succeeded: 1, refused: 1, failed: 1, skipped: 1 })).toBe(
      '1 passed · 1 with status 400 or above · 1 failed · 1 not run (1 disabled) · 2.31 s\n',
    );
  });

  it('says how much a cancelled run did not get to', () => {
    expect(lineOf(5, { sent: 1, succeeded: 1 })).toBe('1 passed · 4 not run · 2.31 s\n');
  });
});
