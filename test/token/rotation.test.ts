import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { noOptions } from '../../src/profile/profile.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { Token } from '../../src/token/token.ts';
import { TokenInspections } from '../../src/oauth/verify/inspections.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
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
    ['has an unknown token type', [200, { ...good, token_type: 'mac' }]],
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

describe('a refresh token that was just pasted, and replaced without an access token', () => {
  const bare: Answer = [200, { ...good, access_token: undefined }];

  /** Nothing is stored yet, or another sign-in. */
  async function pasting(answers: readonly Answer[], isHeld: boolean) {
    const { sent, profile, store, clock } = await holding(answers);
    if (!isHeld) await store.delete(tokenKey(profile));
    const secrets = createMemorySecretStore();
    const kept = createTokenStore(secrets);
    const held = await store.get(tokenKey(profile));
    if (held !== null) await kept.set(held);
    const start = (reports: string[] = []) =>
      harness({
        store: kept,
        clock,
        obtain: obtainer({ clock: systemClock }),
        report: (error) => void reports.push(error.message),
      });
    return { sent, profile, secrets, kept, clock, start };
  }

  it.each([true, false])('is stored, and tried again after a restart: held before %s', async (isHeld) => {
    const { sent, profile, kept, start } = await pasting([bare, [200, good]], isHeld);
    const first = start();
    const error = await failureOf(first.manager.add(profile, 'pasted-refresh'));
    expect(error.code).toBe('token_response_invalid');
    expect(error.message).toContain('"access_token" is missing');
    expect(error.message).toContain('the new one is stored');
    expect(error.message + (error.hint ?? '')).not.toMatch(/new-refresh|pasted-refresh/);
    const stored = await kept.get(tokenKey(profile));
    expect(stored).toMatchObject({ accessToken: '', refreshToken: 'new-refresh' });
    expect(stored?.receivers).toEqual([`${server.origin}/token`]);
    const entry = await first.manager.peek(profile);
    expect(entry).toMatchObject({ status: 'expired', canRefresh: true });
    expect(entry.lastError?.code).toBe('token_response_invalid');
    first.manager.dispose();
    const { token } = await start().manager.acquire(profile);
    expect(sent).toEqual(['pasted-refresh', 'new-refresh']);
    expect(token).toMatchObject({ accessToken: 'new-access', refreshToken: 'new-refresh' });
  });

  it('is never handed out as a token, whatever the clock says', async () => {
    const { profile, kept, clock, start } = await pasting([bare, [503, ''], [503, '']], false);
    const h = start();
    await failureOf(h.manager.add(profile, 'pasted-refresh'));
    clock.nowMs -= HOUR;
    expect((await failureOf(h.manager.acquire(profile))).code).toBe('token_endpoint_failed');
    const inspections = new TokenInspections({
      inspector: () => Promise.reject(new Error('must not be asked')),
      tokens: h.manager,
      store: kept,
      redactor: h.redactor,
    });
    const options = { interactive: false, signal: new AbortController().signal, cause: 'test' };
    const entry = await h.manager.peek(profile);
    for (const asked of [inspections.verify(entry, options), inspections.introspect(entry, options)])
      expect((await failureOf(asked)).code).toBe('token_missing');
  });

  it('is held, and said to be in memory only, where the store refuses it', async () => {
    const { sent, profile, secrets, start } = await pasting([bare, [200, good]], false);
    const reports: string[] = [];
    const h = start(reports);
    const set = secrets.set.bind(secrets);
    secrets.set = () => Promise.reject(new Error('locked'));
    const error = await failureOf(h.manager.add(profile, 'pasted-refresh'));
    expect(error.message).not.toContain('stored');
    expect(reports.join()).toContain('keeps it in memory only');
    secrets.set = set;
    await h.manager.acquire(profile);
    expect(sent).toEqual(['pasted-refresh', 'new-refresh']);
  });

  it('is stored with the tokens that a file may hold, but only with a refresh token', async () => {
    const { profile, secrets, kept } = await pasting([], true);
    const stored = await kept.get(tokenKey(profile));
    await kept.set({ ...stored!, accessToken: '' });
    expect(await kept.get(tokenKey(profile))).toMatchObject({ accessToken: '' });
    await secrets.set(tokenKey(profile), JSON.stringify({ ...stored, accessToken: '', refreshToken: null }));
    expect((await failureOf(kept.get(tokenKey(profile)))).code).toBe('store_corrupt');
  });
});
