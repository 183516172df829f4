import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { array, boolean, nullable, number, object, optional, parse, record, string } from 'valibot';
import { describe, expect, test } from 'vitest';
import { readRateLimits } from '../../src/ratelimit/read.ts';
import type { RateLimit } from '../../src/ratelimit/rateLimit.ts';

const Expected = object({
  name: nullable(string()),
  limit: nullable(number()),
  remaining: nullable(number()),
  used: nullable(number()),
  resetAt: nullable(string()),
  windowSeconds: nullable(number()),
  unit: optional(nullable(string())),
  retryAfterSeconds: optional(nullable(number())),
  optional: optional(boolean()),
});

const Case = object({
  id: string(),
  receivedAt: string(),
  status: number(),
  headers: record(string(), string()),
  expect: array(Expected),
  exact: optional(boolean()),
  optional: optional(boolean()),
  requiresVendorRule: optional(boolean()),
  responseRetryAfterSeconds: optional(nullable(number())),
});

const file = fileURLToPath(new URL('../../../shared/cases/rate-limits.json', import.meta.url));
const collected = existsSync(file) ? parse(array(Case), JSON.parse(readFileSync(file, 'utf8'))) : [];

/** Cases of this file's own, in the same form; the collected ones stand beside the repository, where they are. */
const own: typeof collected = [
  {
    id: 'own: one bucket by epoch',
    receivedAt: '2026-03-01T00:00:00Z',
    status: 200,
    headers: {
      'X-RateLimit-Limit': '30',
      'X-RateLimit-Remaining': '12',
      'X-RateLimit-Reset': '1772323260',
      'X-RateLimit-Resource': 'search',
    },
    expect: [
      {
        name: 'search',
        limit: 30,
        remaining: 12,
        used: null,
        resetAt: '2026-03-01T00:01:00Z',
        windowSeconds: 60,
      },
    ],
    exact: true,
  },
];
const cases = [...own, ...collected];

/** The quota is what the case says; what it leaves open may be known. */
function matches(
  found: RateLimit,
  expected: (typeof cases)[number]['expect'][number],
  values: readonly string[],
): boolean {
  const resetAtMs = expected.resetAt === null ? null : Date.parse(expected.resetAt);
  // A name that stands in a value must be given as it stands; labels of header families are free.
  const verbatim = expected.name !== null && values.some((value) => value.includes(expected.name ?? ''));
  return (
    (!verbatim || found.name === expected.name) &&
    (expected.limit === null
      ? found.limit === null || found.limit === (found.used ?? 0) + (found.remaining ?? 0)
      : found.limit === expected.limit) &&
    (expected.remaining === null || found.remaining === expected.remaining) &&
    (expected.used === null || found.used === expected.used) &&
    (resetAtMs === null ? found.resetAtMs === null : Math.abs((found.resetAtMs ?? 0) - resetAtMs) <= 1) &&
    (expected.windowSeconds === null || found.windowSeconds === expected.windowSeconds) &&
    (expected.unit === undefined || found.unit === expected.unit)
  );
}

describe('collected responses', () => {
  test.each(cases.map((one) => [one.id, one] as const))('%s', (_id, one) => {
    const reading = readRateLimits({
      status: one.status,
      headers: Object.entries(one.headers),
      receivedAtMs: Date.parse(one.receivedAt),
    });
    const left = [...reading.limits];
    for (const expected of one.expect) {
      const at = left.findIndex((found) => matches(found, expected, Object.values(one.headers)));
      expect(at, `${JSON.stringify(expected)} in ${JSON.stringify(reading.limits)}`).not.toBe(-1);
      left.splice(at, 1);
      if (typeof expected.retryAfterSeconds === 'number') {
        expect(reading.retryAfterSeconds).toBe(expected.retryAfterSeconds);
      }
    }
    if (one.responseRetryAfterSeconds !== undefined) {
      expect(reading.retryAfterSeconds).toBe(one.responseRetryAfterSeconds);
    }
    // Beyond what is expected there may be policies only.
    expect(left.filter((limit) => one.exact === true || limit.remaining !== null)).toEqual([]);
  });
});
