import { describe, expect, it } from 'vitest';
import { clockSkew } from '../../src/inspect/clockSkew.ts';
import { harness, MINUTE, profileOf } from '../token/support.ts';

const jwt = (claims: object) =>
  [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  '.';

const LIFE_MS = 5 * MINUTE;
const profile = profileOf();

/** A server whose clock differs, and which takes a token only while that says so by this clock. */
function serverWith(skewMs: number, { date, expiresIn }: { date: boolean; expiresIn: boolean }) {
  const h = harness();
  const serverNow = () => h.clock.now() - skewMs;
  h.server.answer = () => {
    const [issuedAt, end] = [serverNow(), serverNow() + LIFE_MS].map((ms) => Math.floor(ms / 1000));
    const accessToken = jwt({ iat: issuedAt, nbf: issuedAt, exp: end, jti: h.calls.length });
    return Promise.resolve(
      h.result({
        accessToken,
        expiresAtMs: expiresIn ? h.clock.now() + LIFE_MS : null,
        ...(date ? { serverTimeMs: Math.floor(serverNow() / 1000) * 1000 } : {}),
      }),
    );
  };
  const takes = (accessToken: string) => {
    const { exp, nbf } = JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()) as {
      exp: number;
      nbf: number;
    };
    return serverNow() < exp * 1000 && serverNow() >= nbf * 1000;
  };
  return { h, takes };
}

describe.each([
  ['ten minutes fast', 10 * MINUTE],
  ['ten minutes slow', -10 * MINUTE],
])('a clock that is %s', (_name, skewMs) => {
  it.each([
    ['expires_in and Date', { date: true, expiresIn: true }],
    ['exp and Date', { date: true, expiresIn: false }],
    ['expires_in alone', { date: false, expiresIn: true }],
  ])('fails no request and refreshes no oftener, by %s', async (_told, told) => {
    const { h, takes } = serverWith(skewMs, told);
    for (let second = 0; second < 60 * 60; second += 10) {
      const { token } = await h.manager.acquire(profile);
      expect(takes(token.accessToken)).toBe(true);
      expect(['active', 'expiring']).toContain((await h.manager.peek(profile)).status);
      await h.clock.advance(10_000);
    }
    // Twelve lives in the hour, each renewed in its second half or a little before.
    expect(h.calls.length).toBeLessThan(34);
    const { clockSkewMs } = await h.manager.peek(profile);
    if (told.date) expect(Math.abs((clockSkewMs ?? 0) - skewMs)).toBeLessThan(1000);
    else expect(clockSkewMs).toBeNull();
  });
});

it('a token that is over when it is issued lives as long as it was issued for, where nothing tells the time', async () => {
  const { h, takes } = serverWith(10 * MINUTE, { date: false, expiresIn: false });
  for (let second = 0; second < 20 * 60; second += 10) {
    expect(takes((await h.manager.acquire(profile)).token.accessToken)).toBe(true);
    await h.clock.advance(10_000);
  }
  expect(h.calls.length).toBeLessThan(12);
});

it('is not taken from what whole seconds and the way of an answer explain', () => {
  expect(clockSkew(100_000, 91_000)).toBe(0);
  expect(clockSkew(100_000, 109_000)).toBe(0);
  expect(clockSkew(100_000, 80_000)).toBe(20_000);
  expect(clockSkew(100_000, 120_000)).toBe(-20_000);
});

it('does not call a token of a command fresh that is over', async () => {
  const h = harness();
  h.server.answer = () =>
    Promise.resolve(h.result({ accessToken: jwt({ iat: 1, exp: 2 }), expiresAtMs: null }));
  const one = profileOf({ grant: 'keychain' });
  await h.manager.acquire(one);
  expect((await h.manager.peek(one)).status).toBe('expired');
});
