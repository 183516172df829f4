import { describe, expect, test } from 'vitest';
import { requiredWait } from '../../src/ratelimit/wait.ts';

const RECEIVED_AT = Date.parse('2026-01-15T12:00:00Z');
const EPOCH = RECEIVED_AT / 1000;

function wait(status: number, headers: Readonly<Record<string, string>>) {
  return requiredWait({ status, headers: Object.entries(headers), receivedAtMs: RECEIVED_AT });
}

describe('requiredWait', () => {
  const exhausted = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(EPOCH + 1800) };

  test('Retry-After is before the reset', () => {
    expect(wait(403, { ...exhausted, 'Retry-After': '60' })).toEqual({ seconds: 60, reason: 'retry_after' });
    expect(wait(503, { 'Retry-After': '5' })).toEqual({ seconds: 5, reason: 'retry_after' });
  });

  test('else the reset of what is exhausted, the latest of several', () => {
    expect(wait(429, exhausted)).toEqual({ seconds: 1800, reason: 'reset' });
    expect(wait(403, exhausted)).toEqual({ seconds: 1800, reason: 'reset' });
    expect(wait(429, { RateLimit: '"a";r=0;t=5, "b";r=0;t=50, "c";r=3;t=500' })).toEqual({
      seconds: 50,
      reason: 'reset',
    });
  });

  test("an instant counts from the server's clock, a delay from the receipt", () => {
    const Date_ = new Date(RECEIVED_AT + 600_000).toUTCString();
    expect(wait(429, { ...exhausted, Date: Date_ })?.seconds).toBe(1200);
    expect(wait(429, { RateLimit: '"a";r=0;t=5', Date: Date_ })?.seconds).toBe(5);
  });

  test('a reset that is past is no wait', () => {
    expect(wait(429, { ...exhausted, 'X-RateLimit-Reset': String(EPOCH - 60) })?.seconds).toBe(0);
  });

  test('else a minute, for a 429 only', () => {
    expect(wait(429, {})).toEqual({ seconds: 60, reason: 'unspecified' });
    expect(wait(429, { 'X-RateLimit-Remaining': '5', 'X-RateLimit-Reset': '9' })?.reason).toBe('unspecified');
    expect(wait(403, { 'X-RateLimit-Remaining': '5' })).toBeNull();
    expect(wait(503, exhausted)).toBeNull();
  });

  test('other statuses ask for none', () => {
    expect(wait(200, { ...exhausted, 'Retry-After': '60' })).toBeNull();
    expect(wait(401, { 'Retry-After': '60' })).toBeNull();
  });
});
