import { describe, expect, test } from 'vitest';
import {
  describeRateLimit,
  describeRateLimits,
  describeRetry,
  tightest,
} from '../../src/ratelimit/describe.ts';
import type { RateLimit } from '../../src/ratelimit/rateLimit.ts';

const NOW = 1_768_478_400_000;
const MINUTE = 60_000;

function limit(fields: Partial<RateLimit>): RateLimit {
  return {
    name: null,
    limit: null,
    remaining: null,
    used: null,
    resetAtMs: null,
    windowSeconds: null,
    unit: null,
    source: 'x-ratelimit',
    partitionKey: null,
    ...fields,
  };
}

describe('describeRateLimit', () => {
  test.each<[Partial<RateLimit>, string]>([
    [{ limit: 5000, remaining: 4986, resetAtMs: NOW + 41 * MINUTE }, '4,986/5,000 left, resets in 41 min'],
    [{ limit: 5000, remaining: 0 }, '0/5,000 left'],
    [{ remaining: 599, resetAtMs: NOW + 12_000 }, '599 left, resets in 12 s'],
    [{ used: 10, windowSeconds: 60 }, '10 used'],
    [{ limit: 40, used: 32 }, '32/40 used'],
    [{ limit: 100, windowSeconds: 60 }, 'limit 100 per min'],
    [{ limit: 100, windowSeconds: 900 }, 'limit 100 per 15 min'],
    [{ limit: 1000, windowSeconds: 86_400 }, 'limit 1,000 per day'],
    [{ limit: 0.5, windowSeconds: 1 }, 'limit 0.5 per s'],
    [{ limit: 10_000, remaining: 1234, unit: 'tokens' }, '1,234/10,000 tokens left'],
    [{ limit: 10, remaining: 9, unit: 'requests' }, '9/10 left'],
    [{ limit: 65_535, remaining: 1000, unit: 'content-bytes' }, '1 kB/65.5 kB left'],
    [{ limit: 100, remaining: 72, used: 28, unit: 'percent' }, '72% left'],
    [{ resetAtMs: NOW + MINUTE }, 'resets in 1 min'],
    [{ limit: 10, remaining: 0, resetAtMs: NOW }, '0/10 left, resets now'],
    [{ limit: 10, remaining: 0, resetAtMs: NOW - 3 * MINUTE }, '0/10 left, reset 3 min ago'],
    [{}, ''],
  ])('%j', (fields, text) => {
    expect(describeRateLimit(limit(fields), NOW)).toBe(text);
  });
});

test('with a wait, the wait stands in place of the reset', () => {
  const limits = [limit({ limit: 40, remaining: 0, resetAtMs: NOW + MINUTE })];
  expect(describeRateLimits(limits, NOW + 12_000, NOW)).toBe('0/40 left, retry in 12 s');
  expect(describeRateLimits([], NOW + 12_000, NOW)).toBe('retry in 12 s');
  expect(describeRateLimits(limits, null, NOW)).toBe('0/40 left, resets in 1 min');
  expect(describeRateLimits([], null, NOW)).toBe('');
  expect(describeRetry(-1)).toBe('retry now');
});

test('tightest: by the share that is left, not by the number', () => {
  const hour = limit({ name: 'hour', limit: 1000, remaining: 20 });
  const second = limit({ name: 'second', limit: 10, remaining: 9 });
  const empty = limit({ name: 'empty', remaining: 0 });
  const policy = limit({ name: 'policy', limit: 1 });
  expect(tightest([policy, second, hour])?.name).toBe('hour');
  expect(tightest([hour, empty])?.name).toBe('empty');
  expect(tightest([policy])?.name).toBe('policy');
  expect(tightest([])).toBeNull();
});
