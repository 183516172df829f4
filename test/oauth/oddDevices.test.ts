import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../token/support.ts';
import { deviceWith, obtainAs, signInProfile } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

type Answer = readonly [status: number, body: object];
const token: Answer = [200, { access_token: 't' }];

/** A device sign-in whose code and answers are odd; its clock runs as fast as it is asked to. */
async function signIn(
  device: (origin: string) => object,
  answer: (count: number) => Answer = () => token,
  allowedMs = 10 * 60_000,
) {
  let count = 0;
  server = await listen((request, response) => {
    const usual = {
      device_code: 'd'.repeat(20),
      user_code: 'AB-12',
      verification_uri: `${server.origin}/enter`,
    };
    if (request.url === '/device') json(response, 200, { ...usual, interval: 1, ...device(server.origin) });
    else json(response, ...answer(++count));
  });
  const profile = signInProfile(server.origin, {
    grant: 'device_code',
    scope: 'a',
    tokenEndpoint: `${server.origin}/token`,
    options: { deviceAuthorizationEndpoint: `${server.origin}/device` },
  });
  const clock = new TestClock();
  const start = clock.now();
  const progress = { over: false };
  const result = obtainAs(
    profile,
    deviceWith(() => undefined),
    {},
    { clock },
  ).finally(() => (progress.over = true));
  result.catch(() => undefined);
  while (!progress.over && clock.now() - start < allowedMs) {
    await clock.advance(500);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { ...(await result), tookMs: clock.now() - start };
}

describe('a device code', () => {
  it.each<[string, Answer]>([
    ['200', [200, { error: 'authorization_pending' }]],
    ['202', [202, {}]],
    ['403', [403, { error: 'authorization_pending' }]],
    ['428', [428, { error: 'authorization_pending', error_description: 'Precondition Required' }]],
    ['429', [429, { error: 'slow_down' }]],
    ['502', [502, {}]],
    ['AWS', [400, { __type: 'AuthorizationPendingException' }]],
    ['an object', [400, { error: { code: 'AUTHORIZATION_PENDING', message: 'Wait' } }]],
  ])('goes on being asked for: %s', async (_name, pending) => {
    const result = await signIn(
      () => ({}),
      (count) => (count <= 2 ? pending : token),
    );
    expect(result.accessToken).toBe('t');
  });

  it.each([3600, 5000, '5000', 1e12])('is asked for within minutes at the interval %j', async (interval) => {
    const { accessToken, tookMs } = await signIn(() => ({ interval, expires_in: 900 }));
    expect(accessToken).toBe('t');
    expect(tookMs).toBeLessThan(90_000);
  });

  it('has its page under the name that Google gave it', async () => {
    const device = (origin: string) => ({ verification_uri: '', verification_url: `${origin}/enter` });
    expect((await signIn(device)).accessToken).toBe('t');
  });

  it.each<[string, Answer, string, RegExp]>([
    ['declined', [400, { error: 'authorization_declined' }], 'access_denied', /allow it/],
    ['over', [400, { error: 'ExpiredTokenException' }], 'device_code_expired', /new code/],
    [
      'unknown to Microsoft',
      [400, { error: 'bad_verification_code' }],
      'authorization_failed',
      /Sign in again/,
    ],
    ['unknown to GitHub', [200, { error: 'incorrect_device_code' }], 'authorization_failed', /Sign in again/],
    ['switched off', [200, { error: 'device_flow_disabled' }], 'oauth_error', /device flow on/],
  ])('that is %s says so', async (_name, answer, code, hint) => {
    const error = await failureOf(
      signIn(
        () => ({}),
        () => answer,
      ),
    );
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
  });

  it('shows an address that cannot be opened', async () => {
    const error = await failureOf(signIn(() => ({ verification_uri: 'example.com/device' })));
    expect(error.message).toContain('"verification_uri"');
    expect(error.message).toContain('"example.com/device"');
  });
});
