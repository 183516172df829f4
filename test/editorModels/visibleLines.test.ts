import { describe, expect, it } from 'vitest';
import { linesAround } from '../../src/editor/requests/results/visibleLines.ts';

const range = (from: number, to: number) => ({ start: { line: from }, end: { line: to } });

describe('the lines around what is on screen', () => {
  it('are those on screen, and at least a hundred on either side', () => {
    const around = linesAround([range(1234, 1280)]);
    expect([1134, 1234, 1280, 1380].map(around)).toEqual([true, true, true, true]);
    expect([0, 1000, 1500, 20_000].map(around)).toEqual([false, false, false, false]);
  });

  it('leave out what is folded between', () => {
    const around = linesAround([range(0, 10), range(5000, 5010)]);
    expect([5, 2500, 5005].map(around)).toEqual([true, false, true]);
  });

  it('are none where nothing is on screen', () => {
    expect(linesAround([])(0)).toBe(false);
  });
});
