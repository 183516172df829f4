import { describe, expect, test } from 'vitest';
import { nextStatusChangeMs, tokenStatus, type TokenTimes } from '../../src/token/status.ts';

const LEAD = 300_000;
const END = 1_000_000_000;
const lives: TokenTimes = { expiresAtMs: END, notBeforeMs: null };

describe('tokenStatus', () => {
  test.each([
    ['active', lives, END - LEAD - 1],
    ['expiring', lives, END - LEAD],
    ['expiring', lives, END - 1],
    ['expired', lives, END],
    ['not_yet_valid', { expiresAtMs: END, notBeforeMs: 10 }, 9],
    ['active', { expiresAtMs: END, notBeforeMs: 10 }, 10],
    ['unknown', { expiresAtMs: null, notBeforeMs: null }, 0],
    ['unknown', { expiresAtMs: null, notBeforeMs: 5 }, 5],
    ['not_yet_valid', { expiresAtMs: null, notBeforeMs: 5 }, 4],
    ['expired', { expiresAtMs: 5, notBeforeMs: 50 }, 10],
  ] as const)('%s', (status, times, now) => {
    expect(tokenStatus(times, now, LEAD)).toBe(status);
  });
});

describe('nextStatusChangeMs', () => {
  test('goes from change to change, to the end', () => {
    const times = { expiresAtMs: END, notBeforeMs: 100 };
    const seen: string[] = [];
    for (let now: number | null = 0; now !== null; now = nextStatusChangeMs(times, now, LEAD)) {
      seen.push(`${now} ${tokenStatus(times, now, LEAD)}`);
    }
    expect(seen).toEqual(['0 not_yet_valid', '100 active', `${END - LEAD} expiring`, `${END} expired`]);
  });

  test('an instant that changes nothing is passed over', () => {
    // The lead begins before the token does.
    expect(nextStatusChangeMs({ expiresAtMs: LEAD + 1000, notBeforeMs: 2000 }, 0, LEAD)).toBe(2000);
    expect(nextStatusChangeMs({ expiresAtMs: 5, notBeforeMs: 50 }, 10, LEAD)).toBeNull();
  });

  test('what never changes has none', () => {
    expect(nextStatusChangeMs({ expiresAtMs: null, notBeforeMs: null }, 0, LEAD)).toBeNull();
    expect(nextStatusChangeMs(lives, END, LEAD)).toBeNull();
  });
});
