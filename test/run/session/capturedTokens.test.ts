import { describe, expect, it } from 'vitest';
import { capturedTokens } from '../../../src/run/session/capturedTokens.ts';

const receivedAtMs = 1_700_000_000_000;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ann', exp: 1_800_000_000 })}.c2lnbmF0dXJl`;
const captured = (body: unknown, type = 'application/json') =>
  capturedTokens(
    {
      headers: [['Content-Type', type]],
      body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    },
    receivedAtMs,
  ).toSorted((a, b) => (a.member ?? '').localeCompare(b.member ?? ''));

describe('the tokens of an answer', () => {
  it('are known by their names, with the expiry beside them', () => {
    expect(
      captured({
        access_token: 'opaque-access-1',
        expires_in: 60,
        data: { refreshToken: 'opaque-refresh-1' },
      }),
    ).toEqual([
      { value: 'opaque-access-1', member: 'access_token', expiresAtMs: receivedAtMs + 60_000 },
      { value: 'opaque-refresh-1', member: 'refreshToken', expiresAtMs: null },
    ]);
  });

  it('are known by their shape, with their own expiry', () => {
    expect(captured({ whatever: jwt, expires_in: 5 })).toEqual([
      { value: jwt, member: 'whatever', expiresAtMs: 1_800_000_000_000 },
    ]);
    expect(captured(JSON.stringify(jwt))).toMatchObject([{ value: jwt, member: null }]);
  });

  it.each([
    { nextPageToken: 'abcdefghijkl' },
    { token_type: 'Bearer' },
    { tokens: 12, max_tokens: 4096 },
    { token: 'short' },
    { token: 'a sentence about a token' },
    { message: 'no token here' },
  ])('are none in %j', (body) => {
    expect(captured(body)).toEqual([]);
  });

  it.each(['', 'access_token=abcdefghijkl', '{"access_token":"abcdefg', '['.repeat(10_000)])(
    'are none in %#',
    (body) => {
      expect(captured(body)).toEqual([]);
    },
  );
});
