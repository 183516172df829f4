import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatElapsed,
  formatLocal,
  formatRelative,
  formatWhen,
} from '../../src/base/text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, 'now'],
  [-5000, 'now'],
  [-Infinity, 'now'],
  [499, 'now'],
  [500, '1 s'],
  [12_000, '12 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [41 * MINUTE, '41 min'],
  [59.6 * MINUTE, '1 h'],
  [90 * MINUTE, '90 min'],
  [2 * HOUR, '2 h'],
  [3 * HOUR, '3 h'],
  [47 * HOUR, '47 h'],
  [48 * HOUR, '2 days'],
  [729 * DAY, '729 days'],
  [1461 * DAY, '4 years'],
  [8.64e15, '273,785 years'],
  [Infinity, 'an unknown time'],
  [Number.NaN, 'an unknown time'],
])('formatDuration(%d) is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0.04, '0 ms'],
  [0.5, '0.5 ms'],
  [84.2, '84 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1240, '1.24 s'],
  [12_300, '12.3 s'],
  [180_000, '3 min'],
  [-1, 'an unknown time'],
])('formatElapsed(%d) is %s', (ms, text) => {
  expect(formatElapsed(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1234, '1.2 kB'],
  [84_321, '84.3 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1 MB'],
  [1_500_000_000, '1.5 GB'],
  [2e18, '2,000 PB'],
])('formatBytes(%d) is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [4986, '4,986'],
  [100_000, '100,000'],
  [1_234_567.5, '1,234,567.5'],
  [-1234, '-1,234'],
  [0.04512, '0.04512'],
  [1e21, '1e+21'],
])('formatCount(%d) is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

describe('instants', () => {
  // Local on purpose: the texts are in the zone of the reader.
  const now = new Date(2026, 0, 15, 13, 0, 5).getTime();

  test('relative', () => {
    expect(formatRelative(now + 41 * MINUTE, now)).toBe('in 41 min');
    expect(formatRelative(now - 3 * HOUR, now)).toBe('3 h ago');
    expect(formatRelative(now + 100, now)).toBe('now');
  });

  test('relative and absolute', () => {
    expect(formatWhen(now + 41 * MINUTE, now)).toBe('in 41 min (2026-01-15 13:41:05)');
    expect(formatLocal(new Date(now))).toBe('2026-01-15 13:00:05');
    expect(formatWhen(Number.NaN, now)).toBe('at an unknown time');
    expect(formatWhen(9e15, now)).toBe('at an unknown time');
  });
});
