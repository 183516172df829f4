import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/run/verdict.ts';
import { RunSummary } from '../../../src/terminal/output/runSummary.ts';
import { palette } from '../../../src/terminal/output/streams.ts';

function lineOf(total: number, ...verdicts: (readonly [Outcome, boolean])[]): string {
  const summary = new RunSummary(total);
  for (const [outcome, passed] of verdicts) summary.add({ outcome, passed });
  return summary.line(palette({}, {})).replace(/[\d.]+ ms/, 'TIME');
}

describe('the summary of a run', () => {
  it('counts what passed, failed and was not run', () => {
    expect(lineOf(2, ['succeeded', true], ['succeeded', true])).toBe('2 passed · TIME\n');
    expect(lineOf(4, ['succeeded', true], ['refused', true], ['failed', false], ['skipped', true])).toBe(
      '1 passed · 1 with status 400 or above · 1 failed · 1 not run (1 disabled) · TIME\n',
    );
  });

  it('counts as failed what fails the run with --fail', () => {
    expect(lineOf(2, ['refused', false], ['succeeded', false])).toBe('0 passed · 2 failed · TIME\n');
  });

  it('counts as not run what a cancelled run did not get to', () => {
    expect(lineOf(5, ['succeeded', true], ['cancelled', false])).toBe('1 passed · 4 not run · TIME\n');
  });
});
