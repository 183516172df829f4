import { describe, expect, it } from 'vitest';
import { linesAround } from '../../src/editor/platform/visibleLines.ts';

const range = (from: number, to: number) => ({ start: { line: from }, end: { line: to } });

describe('the lines around what is on screen', () => {
  it('are those on screen, and at least a hundred on either side', () => {
    const around = linesAround([range(1234, 1280)]);
    expect([1134, 1234, 1280, 1380].map((line) => around.has(line))).toEqual([true, true, true, true]);
    expect([0, 1000, 1500, 20_000].map((line) => around.has(line))).toEqual([false, false, false, false]);
  });

  it('leave out what is folded between', () => {
    const around = linesAround([range(0, 10), range(5000, 5010)]);
    expect([5, 2500, 5005].map((line) => around.has(line))).toEqual([true, false, true]);
  });

  it('have the same key until others are near', () => {
    const key = linesAround([range(1210, 1250)]).key;
    expect(linesAround([range(1240, 1280)]).key).toBe(key);
    expect(linesAround([range(1270, 1310)]).key).not.toBe(key);
  });

  it('are none where nothing is on screen', () => {
    expect(linesAround([]).has(0)).toBe(false);
  });
});
