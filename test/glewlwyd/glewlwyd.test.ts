import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createDiscovery } from '../../src/oauth/server/discovery.ts';
import { introspectToken } from '../../src/oauth/verify/introspect.ts';
import { createGrantTools } from '../../src/oauth/obtain.ts';
import { registerClient } from '../../src/oauth/client/registration.ts';
import { unregisterClient } from '../../src/oauth/client/registrationManagement.ts';
import { revokeToken } from '../../src/oauth/verify/revoke.ts';
import type { InspectionRequest } from '../../src/oauth/verify/introspect.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { deviceWith, obtainAs, signInProfile, signInWith } from '../oauth/signIns.ts';
import { contextOf, failureOf, obtainer, obtainOptions } from '../oauth/support.ts';
import { profileOf } from '../token/support.ts';
import { CLIENT_SECRET, PERSON, startGlewlwyd, type Glewlwyd } from './server.ts';

let glewlwyd: Glewlwyd;
beforeAll(async () => void (glewlwyd = await startGlewlwyd()));
afterAll(() => glewlwyd.close());

const SCOPE = 'openid reports:read';
const secrets: Record<string, () => string> = {
  client_secret: () => CLIENT_SECRET,
  password: () => PERSON.password,
  private_key: () => glewlwyd.clientKey,
};
const secret = (kind: string) => Promise.resolve(secrets[kind]?.() ?? '');

function profile(changes: Omit<Partial<TokenProfile>, 'options'> & { options?: object } = {}): TokenProfile {
  const { options = {}, ...rest } = changes;
  return profileOf({
    name: 'glewlwyd',
    issuer: glewlwyd.issuer,
    clientId: 'secret',
    scope: 'reports:read',
    ...rest,
    options: { ...noOptions, ...options },
  });
}

/** A person at a browser who is signed in and has allowed it. */
function browsing(cookie: string) {
  return async (url: string) => {
    const page = await fetch(`${url}&g_continue`, { headers: { cookie }, redirect: 'manual' });
    const back = page.headers.get('location') ?? '';
    if (!back.startsWith('http://127.0.0.1')) throw new Error(`The server answered ${page.status}: ${back}`);
    await fetch(back);
  };
}

async function signIn(changes: Parameters<typeof signInProfile>[1] = {}) {
  const asked = signInProfile(glewlwyd.issuer, {
    clientId: 'public',
    ...changes,
    options: { redirectUri: glewlwyd.redirectUri, ...changes.options },
  });
  const cookie = await glewlwyd.signIn(asked.clientId ?? '', SCOPE);
  const browse = browsing(cookie);
  const result = await obtainAs(asked, signInWith(browse), { secret });
  return { profile: asked, result };
}

const scopesOf = (accessToken: string) => decodeJwt(accessToken)['scope'];

describe('client credentials', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'] as const)(
    'with %s',
    async (way) => {
      const { accessToken } = await obtainer({ clock: systemClock })(
        profile({ clientAuthentication: way }),
        contextOf({ secret }),
      );
      expect(decodeJwt(accessToken)['client_id']).toBe('secret');
      expect(scopesOf(accessToken)).toBe('reports:read');
    },
  );

  it('with private_key_jwt, for which this server is not told the issuer but its token endpoint', async () => {
    const asked = profile({ clientId: 'key', clientAuthentication: 'private_key_jwt' });
    const obtain = obtainer({ clock: systemClock });
    const { accessToken } = await obtain(asked, contextOf({ secret }));
    expect(decodeJwt(accessToken)['client_id']).toBe('key');
    const named = profile({
      clientId: 'key',
      clientAuthentication: 'private_key_jwt',
      options: { assertionAudience: 'issuer' },
    });
    expect(await failureOf(obtain(named, contextOf({ secret })))).toMatchObject({ data: { status: 403 } });
  });

  it('whose secret is wrong: the message does not blame the address', async () => {
    const wrong = contextOf({ secret: () => Promise.resolve('wrong') });
    const error = await failureOf(obtainer({ clock: systemClock })(profile(), wrong));
    expect(error.message).toContain('answered 403');
    expect(error.hint).not.toContain('address');
  });
});

describe('a password', () => {
  it('is exchanged', async () => {
    const asked = profile({ grant: 'password', options: { username: PERSON.username } });
    const { accessToken, refreshToken } = await obtainer({ clock: systemClock })(
      asked,
      contextOf({ secret }),
    );
    expect(scopesOf(accessToken)).toBe('reports:read');
    expect(refreshToken).not.toBeNull();
  });

  it('that is wrong is told as such', async () => {
    const asked = profile({ grant: 'password', options: { username: PERSON.username } });
    const wrong = (kind: string) => (kind === 'password' ? Promise.resolve('wrong') : secret(kind));
    const error = await failureOf(obtainer({ clock: systemClock })(asked, contextOf({ secret: wrong })));
    expect(error.hint).toContain('password');
    expect(error.hint).not.toContain('refresh token');
  });
});

describe('a sign-in', () => {
  it('with a code, PKCE and a pushed request brings a verified ID token', async () => {
    const { result } = await signIn();
    expect(scopesOf(result.accessToken)).toContain('reports:read');
    expect(decodeJwt(result.idToken ?? '')).toMatchObject({ iss: glewlwyd.issuer, aud: 'public' });
  });

  it('of a confidential client', async () => {
    const { result } = await signIn({ clientId: 'secret', clientAuthentication: 'client_secret_basic' });
    expect(result.refreshToken).not.toBeNull();
  });

  it('is refreshed with rotation; a refresh token that is spent leads to a new sign-in', async () => {
    const { profile: asked, result } = await signIn();
    const { refreshToken, idToken } = result;
    const renewed = await obtainAs(asked, null, { refreshToken, idToken });
    expect(renewed.refreshToken).not.toBeNull();
    expect(renewed.refreshToken).not.toBe(refreshToken);
    // 400 without a word.
    const error = await failureOf(obtainAs(asked, null, { refreshToken, idToken }));
    expect(error.code).toBe('sign_in_needed');
  });

  it('with a device code', async () => {
    const cookie = await glewlwyd.signIn('public', SCOPE);
    const asked = signInProfile(glewlwyd.issuer, { grant: 'device_code', clientId: 'public', scope: SCOPE });
    const act = async ({ userCode }: { userCode: string }) => {
      const address = `${glewlwyd.issuer}/device?code=${encodeURIComponent(userCode)}&g_continue`;
      const page = await fetch(address, { headers: { cookie }, redirect: 'manual' });
      if (page.status >= 400) throw new Error(`The server answered ${page.status}.`);
    };
    const result = await obtainAs(asked, deviceWith(act), { secret });
    expect(scopesOf(result.accessToken)).toContain('reports:read');
  });

  it('with DPoP binds the token to the key', async () => {
    const keys = new Map<string, string>();
    const keptSecret = async (kind: string, make: () => Promise<string>) => {
      const key = keys.get(kind) ?? (await make());
      keys.set(kind, key);
      return key;
    };
    const cookie = await glewlwyd.signIn('public', SCOPE);
    const asked = signInProfile(glewlwyd.issuer, {
      clientId: 'public',
      options: { redirectUri: glewlwyd.redirectUri, dpop: true },
    });
    const result = await obtainAs(asked, signInWith(browsing(cookie)), { keptSecret });
    expect(result.tokenType).toBe('dpop');
    expect(decodeJwt(result.accessToken)['cnf']).toMatchObject({ jkt: expect.any(String) as string });
  });
});

describe('introspection and revocation', () => {
  const tools = () => createGrantTools(obtainOptions({ clock: systemClock }));
  const request = (asked: TokenProfile): InspectionRequest => ({
    profile: asked,
    secret,
    held: () => Promise.resolve(null),
    found: () => undefined,
    waiting: true,
    signal: new AbortController().signal,
  });

  it('tell what a token is worth, and end it', async () => {
    const { profile: asked, result } = await signIn({
      clientId: 'secret',
      clientAuthentication: 'client_secret_basic',
    });
    const { accessToken, refreshToken } = result;
    const shared = tools();
    expect(await introspectToken(request(asked), accessToken, shared)).toMatchObject({
      active: true,
      scopes: expect.arrayContaining(['reports:read']) as string[],
    });
    const results = await revokeToken(request(asked), { accessToken, refreshToken }, shared);
    expect(results.map(({ outcome }) => outcome)).not.toContain('failed');
    expect(await introspectToken(request(asked), accessToken, shared)).toMatchObject({ active: false });
  });
});

describe('registration', () => {
  it('makes a client, which can be deleted again', async () => {
    const { fetch, clock, mask } = obtainOptions({ clock: systemClock });
    const { signal } = new AbortController();
    const discovery = createDiscovery({ fetch, clock, mask, timeoutMs: 10_000 });
    const server = await discovery.find(glewlwyd.issuer, signal);
    const request = {
      grant: 'authorization_code',
      redirectUris: ['http://127.0.0.1/callback'],
      scope: 'openid',
      dpop: false,
    } as const;
    const tools = { fetch, timeoutMs: 10_000, mask, register: () => undefined };
    const client = await registerClient(server, request, tools, signal);
    expect(client).toMatchObject({ clientId: expect.any(String) as string, clientAuthentication: 'none' });
    if (client.management !== null) expect(await unregisterClient(client.management, tools)).toBe(true);
  });
});
