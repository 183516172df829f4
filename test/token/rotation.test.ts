import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { noOptions } from '../../src/token/profile.ts';
import { tokenKey } from '../../src/token/key.ts';
import type { Token } from '../../src/token/token.ts';
import { failureOf, listen, obtainer, type TestServer } from '../oauth/support.ts';
import { harness, HOUR, profileOf } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

type Answer = readonly [status: number, body: object | string, headers?: Record<string, string>];

/** A token that is about to expire at a server that answers each refresh in turn, and what the server was sent. */
async function holding(answers: readonly Answer[], changes: Parameters<typeof profileOf>[0] = {}) {
  const sent: (string | null)[] = [];
  server = await listen((_request, response, body) => {
    sent.push(new URLSearchParams(body).get('refresh_token'));
    const [status, said, headers = {}] = answers[sent.length - 1] ?? [500, ''];
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  const profile = profileOf({
    name: 'person',
    grant: 'refresh_token',
    issuer: null,
    tokenEndpoint: `${server.origin}/token`,
    clientAuthentication: 'none',
    ...changes,
  });
  const h = harness({ obtain: obtainer({ clock: systemClock }) });
  const held: Token = {
    key: tokenKey(profile),
    name: 'person',
    accessToken: 'held-access',
    refreshToken: 'held-refresh',
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: h.clock.now() - HOUR,
    obtainedAtMs: h.clock.now() - 2 * HOUR,
    personal: null,
  };
  await h.store.set(held);
  return { ...h, profile, sent };
}

const good = {
  access_token: 'new-access',
  token_type: 'bearer',
  refresh_token: 'new-refresh',
  expires_in: 600,
};

describe('a refresh token that replaces another one', () => {
  it.each<[string, Answer]>([
    ['has no access token', [200, { ...good, access_token: undefined }]],
    ['has an access token of another type', [200, { ...good, access_token: 7 }]],
    ['has an access token with a line break', [200, { ...good, access_token: 'a\nb' }]],
    ['has a token type that nobody knows', [200, { ...good, token_type: 'mac' }]],
    ['is bound to a key that was not asked for', [200, { ...good, token_type: 'DPoP' }]],
    ['has an error beside it', [200, { error: 'server_error', refresh_token: 'new-refresh' }]],
    ['is a form', [201, 'refresh_token=new-refresh&token_type=bearer', { 'content-type': 'text/plain' }]],
  ])('is stored though the answer %s, and sent next', async (_name, answer) => {
    const h = await holding([answer, [200, { ...good, refresh_token: 'third-refresh' }]]);
    const error = await failureOf(h.manager.acquire(h.profile));
    expect(error.code).not.toBe('internal');
    expect(await h.store.get(tokenKey(h.profile))).toMatchObject({
      accessToken: 'held-access',
      refreshToken: 'new-refresh',
    });
    expect(JSON.stringify(error) + error.message).not.toContain('new-refresh');
    await h.manager.acquire(h.profile);
    expect(h.sent).toEqual(['held-refresh', 'new-refresh']);
    expect(await h.store.get(tokenKey(h.profile))).toMatchObject({
      accessToken: 'new-access',
      refreshToken: 'third-refresh',
    });
  });

  it('is not taken from a refusal, nor from an answer that brings none', async () => {
    const h = await holding([
      [400, { error: 'invalid_grant', refresh_token: 'not-given' }],
      [200, { token_type: 'bearer', refresh_token: '' }],
    ]);
    await failureOf(h.manager.acquire(h.profile));
    await failureOf(h.manager.acquire(h.profile));
    expect(await h.store.get(tokenKey(h.profile))).toMatchObject({ refreshToken: 'held-refresh' });
  });

  it('is stored before the keys for the ID token are asked for', async () => {
    const issuer = { at: '' };
    let storedThen: unknown = null;
    const h = await holding([[200, { ...good, id_token: 'e30.e30.c2ln' }]], {
      grant: 'authorization_code',
      scope: 'openid',
    });
    // The issuer answers when it is asked for its metadata, by which time the new one must be safe.
    const metadata = await listen((_request, response) => {
      void h.store.get(tokenKey(profile)).then((token) => {
        storedThen = token?.refreshToken;
        response.writeHead(404).end();
      });
    });
    issuer.at = metadata.origin;
    const profile = { ...h.profile, issuer: issuer.at, options: { ...noOptions } };
    const held = await h.store.get(tokenKey(h.profile));
    await h.store.set({ ...held!, key: tokenKey(profile) });
    await h.manager.acquire(profile);
    await metadata.close();
    expect(storedThen).toBe('new-refresh');
    expect(await h.store.get(tokenKey(profile))).toMatchObject({
      accessToken: 'new-access',
      refreshToken: 'new-refresh',
    });
  });
});

describe('a refresh token that the server refuses', () => {
  const signsIn = { grant: 'authorization_code', scope: null } as const;

  it.each<[string, Answer]>([
    ['invalid_grant', [400, { error: 'invalid_grant' }]],
    ['invalid_request', [400, { error: 'invalid_request' }]],
    ['invalid_token', [401, { error: 'invalid_token' }]],
    ['400 without a word', [400, '']],
    ['400 with a message', [400, { message: 'expired' }]],
    ['400 with a page', [400, '<html>', { 'content-type': 'text/html' }]],
    ['401 without a word, of a public client', [401, '']],
    ['unsupported_grant_type', [400, { error: 'unsupported_grant_type' }]],
    ['a code of its own', [401, { error: 'interaction_required' }]],
    ['GitHub', [200, { error: 'bad_refresh_token' }]],
  ])('leads to a sign-in: %s', async (_name, answer) => {
    const h = await holding([answer, answer], signsIn);
    expect(await failureOf(h.manager.acquire(h.profile))).toMatchObject({ code: 'sign_in_needed' });
  });

  it.each<[string, Answer, string]>([
    ['the client', [401, { error: 'invalid_client' }], 'invalid_client'],
    ['the client for this', [400, { error: 'unauthorized_client' }], 'invalid_client'],
    ['a rate limit', [429, { error: 'slow_down' }], 'token_endpoint_failed'],
    ['a rate limit in a 400', [400, { error: 'rate_limit_exceeded' }], 'oauth_error'],
    ['a server in trouble', [503, ''], 'token_endpoint_failed'],
    ['an audience', [400, { error: 'invalid_target' }], 'oauth_error'],
  ])('does not where it is about %s', async (_name, answer, code) => {
    const h = await holding([answer, answer], signsIn);
    expect(await failureOf(h.manager.acquire(h.profile))).toMatchObject({ code });
  });
});

describe('a refresh token of a variable that the server replaces', () => {
  const rotating: readonly Answer[] = [
    [200, { ...good, expires_in: 1 }],
    [200, { ...good, refresh_token: 'third-refresh', expires_in: 1 }],
  ];
  const preset = { token: () => 'preset-refresh', secret: () => null };

  async function twice() {
    const { profile, sent, clock } = await holding(rotating);
    const told: string[] = [];
    const h = harness({
      clock,
      obtain: obtainer({ clock: systemClock }),
      preset,
      report: (error) => void told.push(`${error.message} ${error.hint ?? ''}`),
    });
    await h.manager.acquire(profile);
    await h.manager.acquire(profile, { force: true });
    expect(sent).toEqual(['preset-refresh', 'new-refresh']);
    return told;
  }

  it('is said once to be spent, with the way to keep the new one', async () => {
    const told = await twice();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('KEYTURN_TOKEN_PERSON');
    expect(told[0]).toContain('`keyturn token add person`');
    expect(told[0]).not.toMatch(/new-refresh|preset-refresh/);
  });
});
