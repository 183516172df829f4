import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { ServerClocks } from '../../../src/oauth/server/clock.ts';
import { HOUR, MINUTE, TestClock } from '../../token/support.ts';
import { contextOf, endpointProfile, failureOf, json, listen, obtainer } from '../support.ts';

const SIGNED: Readonly<Record<string, Partial<TokenProfile>>> = {
  client_secret_jwt: { clientAuthentication: 'client_secret_jwt' },
  jwt_bearer: {
    grant: 'jwt_bearer',
    clientAuthentication: 'none',
    options: { ...noOptions, algorithm: 'HS256' },
  },
};

/** A server whose clock is `skewMs` ahead of ours and that takes what was signed within 20 s of its own time. */
async function strictServer(clock: TestClock, skewMs: number) {
  const times: number[] = [];
  const server = await listen((_request, response, body) => {
    const parameters = new URLSearchParams(body);
    const { iat = 0, exp = 0 } = decodeJwt(
      parameters.get('client_assertion') ?? parameters.get('assertion') ?? '',
    );
    const now = (clock.now() + skewMs) / 1000;
    times.push(iat);
    response.setHeader('date', new Date(clock.now() + skewMs).toUTCString());
    if (Math.abs(now - iat) < 20 && exp > now)
      json(response, 200, { access_token: 'issued', token_type: 'bearer' });
    else if (parameters.has('assertion')) json(response, 400, { error: 'invalid_grant' });
    else json(response, 401, { error: 'invalid_client' });
  });
  return { server, times };
}

describe('the clock of a server', () => {
  it.each(
    Object.keys(SIGNED).flatMap((kind) => [10, -10, 600, -600].map((minutes) => [kind, minutes] as const)),
  )('is taken for %s when ours is wrong by %i minutes, after one refusal', async (kind, minutes) => {
    const clock = new TestClock();
    const { server, times } = await strictServer(clock, minutes * MINUTE);
    const obtain = obtainer({ clock });
    const profile = endpointProfile(`${server.origin}/token`, SIGNED[kind]);
    expect((await obtain(profile, contextOf())).accessToken).toBe('issued');
    expect(times).toHaveLength(2);
    expect((await obtain(profile, contextOf())).accessToken).toBe('issued');
    expect(times).toHaveLength(3);
    await server.close();
  });

  it('is not asked again when it is not the reason', async () => {
    const clock = new TestClock();
    for (const [skewMs, requests] of [
      [0, 1],
      [HOUR, 2],
      [48 * HOUR, 1],
    ] as const) {
      const server = await listen((_request, response) => {
        response.setHeader('date', new Date(clock.now() + skewMs).toUTCString());
        json(response, 401, { error: 'invalid_client' });
      });
      const profile = endpointProfile(`${server.origin}/token`, SIGNED['client_secret_jwt']);
      expect((await failureOf(obtainer({ clock })(profile, contextOf()))).code).toBe('invalid_client');
      expect(server.requests).toHaveLength(requests);
      await server.close();
    }
  });

  it('is no reason to send a refresh token twice', async () => {
    const clock = new TestClock();
    const server = await listen((_request, response) => {
      response.setHeader('date', new Date(clock.now() + HOUR).toUTCString());
      json(response, 400, { error: 'invalid_grant' });
    });
    const profile = endpointProfile(`${server.origin}/token`, {
      ...SIGNED['client_secret_jwt'],
      grant: 'refresh_token',
    });
    const error = await failureOf(obtainer({ clock })(profile, contextOf({ refreshToken: 'held-refresh' })));
    expect(error.code).toBe('invalid_grant');
    expect(server.requests).toHaveLength(1);
    await server.close();
  });

  it('is known to the second that a Date can tell', () => {
    const clock = new TestClock();
    const clocks = new ServerClocks(clock);
    const url = new URL('https://id.example.com/token');
    const at = (ms: number) => new Date(ms).toUTCString();
    expect(clocks.learn(url, at(clock.now()), clock.now() - 500)).toBe(false);
    expect(clocks.learn(url, null, clock.now())).toBe(false);
    expect(clocks.learn(url, 'yesterday', clock.now())).toBe(false);
    expect(clocks.now(url.href)).toBe(clock.now());
    expect(clocks.learn(url, at(clock.now() + 5 * MINUTE), clock.now())).toBe(true);
    expect(clocks.now('https://id.example.com/other')).toBe(clock.now() + 5 * MINUTE);
    expect(clocks.now('https://other.example.com/')).toBe(clock.now());
    expect(clocks.now(undefined)).toBe(clock.now());
    expect(clocks.learn(url, at(clock.now()), clock.now())).toBe(true);
    expect(clocks.now(url.href)).toBe(clock.now());
  });
});
