import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HeaderList } from '../../src/http/message.ts';
import { describeRateLimits } from '../../src/ratelimit/describe.ts';
import { RETRY, VENDORS } from '../../src/ratelimit/dialects.ts';
import { readRateLimits } from '../../src/ratelimit/read.ts';
import { cpuMs } from '../support/cpuTime.ts';

const NOW = Date.parse('2026-01-15T12:00:00Z');
const KNOWN_NAMES = [
  ...[RETRY, ...VENDORS].flatMap(({ headers }) => Object.keys(headers)),
  ...['RateLimit', 'RateLimit-Policy', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
  ...[
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'X-RateLimit-Limit-Minute',
    'Age',
    'Date',
  ],
];
const name = fc.oneof(
  fc.constantFrom(...KNOWN_NAMES),
  fc
    .array(
      fc.constantFrom('x-', 'rate', 'limit', '-', 'ratelimit', 'reset', 'remaining', 'tokens', 'minute', '_'),
    )
    .map((parts) => parts.join('')),
);
const value = fc.oneof(
  fc.string(),
  fc.integer().map(String),
  fc.double().map(String),
  fc.date().map(String),
  fc.json(),
  fc
    .array(
      fc.constantFrom(
        '"a"',
        ';r=1',
        ';t=5',
        ';q=9',
        ';w=60',
        ', ',
        '100',
        ';',
        '=',
        ':',
        '/',
        '1h',
        '(',
        ')',
        '"',
        '-1',
      ),
    )
    .map((parts) => parts.join('')),
);
const headers: fc.Arbitrary<HeaderList> = fc.array(fc.tuple(name, value), { maxLength: 40 });

describe('rate limits of any headers', () => {
  test('never throw, and tell only numbers that make sense', () => {
    fc.assert(
      fc.property(headers, fc.constantFrom(200, 403, 429, 503), (list, status) => {
        const response = { status, headers: list, receivedAtMs: NOW };
        const { limits, retryAfterSeconds } = readRateLimits(response);
        for (const limit of limits) {
          for (const count of [limit.limit, limit.remaining, limit.used]) {
            expect(count === null || (Number.isFinite(count) && count >= 0)).toBe(true);
          }
          expect(limit.windowSeconds === null || limit.windowSeconds > 0).toBe(true);
          expect(limit.resetAtMs === null || Number.isSafeInteger(limit.resetAtMs)).toBe(true);
        }
        expect(
          retryAfterSeconds === null || (Number.isFinite(retryAfterSeconds) && retryAfterSeconds >= 0),
        ).toBe(true);
        expect(typeof describeRateLimits(limits, null, NOW)).toBe('string');
      }),
      { numRuns: 1500 },
    );
  });

  test('long values take time in proportion', () => {
    const pieces = [
      '1',
      'a',
      '"',
      ';',
      ',',
      '=',
      '1;w=',
      '"a";r=1,',
      '{"a":',
      '[',
      '9h',
      ':',
      '1:1,',
      ' ',
      '\\',
      '(',
    ];
    const started = cpuMs();
    for (const header of KNOWN_NAMES) {
      for (const piece of pieces) {
        readRateLimits({
          status: 200,
          headers: [[header, piece.repeat(16_000 / piece.length)]],
          receivedAtMs: NOW,
        });
      }
    }
    // About 1,300 values of 16 kB: quadratic time in any of them would take minutes.
    expect(cpuMs() - started).toBeLessThan(15_000);
  });
});
