import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import { harness, HOUR } from '../token/support.ts';
import { Browser, signInAs } from './browser.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, obtainer, type TestServer } from './support.ts';

describe('a refresh at a real provider', () => {
  let sandbox: SandboxServers;
  beforeAll(async () => void (sandbox = await startSandboxServers()));
  afterAll(() => sandbox.close());

  const signedIn = (id: string) =>
    obtainAs(
      signInProfile(sandbox.issuer),
      signInWith((url) => signInAs(new Browser(), url, id)),
    );

  it('is of the sign-in that it renews', async () => {
    const { refreshToken, idToken } = await signedIn('viewer');
    const renewed = await obtainAs(signInProfile(sandbox.issuer), null, { refreshToken, idToken });
    expect(renewed.idToken).toEqual(expect.any(String));
    expect(renewed.idToken).not.toBe(idToken);
  });

  it('is refused when the refresh token turns out to be of another person', async () => {
    const viewer = await signedIn('viewer');
    const editor = await signedIn('editor');
    const mixed = { refreshToken: editor.refreshToken, idToken: viewer.idToken };
    const error = await failureOf(obtainAs(signInProfile(sandbox.issuer), null, mixed));
    expect(error).toMatchObject({ code: 'id_token_mismatch', data: { token: 'person', claim: 'sub' } });
  });
});

describe('a server that refreshes with another ID token', () => {
  let key: CryptoKey;
  let otherKey: CryptoKey;
  let jwk: JWK;
  beforeAll(async () => {
    const own = await generateKeyPair('ES256', { extractable: true });
    key = own.privateKey;
    otherKey = (await generateKeyPair('ES256')).privateKey;
    jwk = { ...(await exportJWK(own.publicKey)), alg: 'ES256', use: 'sig', kid: 'a' };
  });

  let server: TestServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  type Claims = Record<string, unknown>;
  const held = (issuer: string): Claims => ({
    iss: issuer,
    sub: 'zoe',
    aud: 'person',
    nonce: 'of-the-sign-in',
    auth_time: 1_750_000_000,
  });

  function signed(claims: Claims, by = key): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iat: now, exp: now + 600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'a' })
      .sign(by);
  }

  /** A server that answers every refresh with this ID token. */
  async function renewing(idToken: (issuer: string) => Promise<string> | undefined): Promise<string> {
    let count = 0;
    const opened = await listen((request, response) => {
      const issuer = opened.origin;
      if (request.url === '/jwks') json(response, 200, { keys: [jwk] });
      else if (request.url === '/token') {
        void Promise.resolve(idToken(issuer)).then((renewed) =>
          json(response, 200, {
            access_token: `renewed-access-${++count}`,
            refresh_token: `renewed-refresh-${count}`,
            token_type: 'bearer',
            expires_in: 300,
            ...(renewed === undefined ? {} : { id_token: renewed }),
          }),
        );
      } else json(response, 200, { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` });
    });
    server = opened;
    return opened.origin;
  }

  async function refresh(change: (claims: Claims) => Claims, before: (claims: Claims) => Claims, by = key) {
    const issuer = await renewing((at) => signed(change(held(at)), by));
    const idToken = await signed(before(held(issuer)));
    return obtainAs(signInProfile(issuer), null, { refreshToken: 'held-refresh', idToken });
  }
  const same = (claims: Claims) => claims;

  it.each<[string, (claims: Claims) => Claims, (claims: Claims) => Claims, string]>([
    ['another issuer', (c) => ({ ...c, iss: 'https://evil.example.com' }), same, 'iss'],
    ['another person', (c) => ({ ...c, sub: 'mallory' }), same, 'sub'],
    ['no subject', (c) => ({ ...c, sub: undefined }), same, 'sub'],
    ['another client', (c) => ({ ...c, aud: 'somebody' }), same, 'aud'],
    ['one more client', (c) => ({ ...c, aud: ['person', 'somebody'] }), same, 'aud'],
    ['another party', (c) => ({ ...c, azp: 'somebody' }), (c) => ({ ...c, azp: 'person' }), 'azp'],
    ['another nonce', (c) => ({ ...c, nonce: 'x' }), same, 'nonce'],
  ])('of %s is refused', async (_name, change, before, claim) => {
    const error = await failureOf(refresh(change, before));
    expect(error).toMatchObject({
      code: 'id_token_mismatch',
      data: { claim },
      hint: expect.any(String) as string,
    });
    expect(error.message).toContain('does not use the new tokens');
    expect(JSON.stringify(error) + error.message).not.toMatch(/renewed-|zoe|mallory/);
  });

  it('is refused with every signature', async () => {
    const error = await failureOf(refresh((c) => ({ ...c, sub: 'mallory' }), same, otherKey));
    expect(error.code).toBe('id_token_mismatch');
  });

  it.each<[string, (claims: Claims) => Claims, (claims: Claims) => Claims]>([
    ['the same', same, same],
    ['no nonce and no time of the sign-in', ({ iss, sub, aud }) => ({ iss, sub, aud }), same],
    ['its one client in a list', (c) => ({ ...c, aud: ['person'] }), same],
    [
      'its clients in another order',
      (c) => ({ ...c, aud: ['b', 'person'], azp: 'person' }),
      (c) => ({ ...c, aud: ['person', 'b'], azp: 'person' }),
    ],
  ])('is taken with %s', async (_name, change, before) => {
    expect(await refresh(change, before)).toMatchObject({ accessToken: 'renewed-access-1' });
  });

  it.each<[string, Claims, string | undefined]>([
    [
      'another time',
      { auth_time: 1_750_000_060 },
      'auth_time): 2025-06-15T15:07:40.000Z, until now 2025-06-15T15:06:40.000Z',
    ],
    ['the same time', {}, undefined],
    ['a time that is none', { auth_time: 'yesterday' }, undefined],
    ['a time beyond all calendars', { auth_time: 1e300 }, undefined],
  ])('of %s of the sign-in is taken, and the audit notes a change', async (_name, change, detail) => {
    const issuer = await renewing((at) => signed({ ...held(at), ...change }));
    const events: AuditEvent[] = [];
    const h = harness({
      obtain: obtainer({ clock: systemClock }),
      audit: { record: (event) => void events.push(event) },
    });
    const profile = signInProfile(issuer);
    await h.store.set({
      key: tokenKey(profile),
      name: profile.name,
      accessToken: 'old-access',
      refreshToken: 'old-refresh',
      idToken: await signed(held(issuer)),
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: h.clock.now() + HOUR,
      obtainedAtMs: h.clock.now(),
      personal: null,
    });
    const { token } = await h.manager.acquire(profile, { force: true });
    expect(token.accessToken).toBe('renewed-access-1');
    expect(events.map(({ action }) => action)).toEqual(['refreshed']);
    if (detail === undefined) expect(events[0]).not.toHaveProperty('detail');
    else expect(events[0]?.detail).toContain(detail);
    h.manager.dispose();
  });

  it('may bring none, or one that cannot be read', async () => {
    for (const renewed of [undefined, Promise.resolve('not.a.token')]) {
      const issuer = await renewing(() => renewed);
      const idToken = await signed(held(issuer));
      const result = await obtainAs(signInProfile(issuer), null, { refreshToken: 'held-refresh', idToken });
      expect(result).toMatchObject({ accessToken: 'renewed-access-1', idToken: null });
      await server?.close();
    }
  });

  it('takes nothing away: the old token is kept, the person is told, and nothing is asked again unasked', async () => {
    const issuer = await renewing((at) => signed({ ...held(at), sub: 'mallory' }));
    const h = harness({ obtain: obtainer({ clock: systemClock }) });
    const profile = signInProfile(issuer);
    const old = {
      key: tokenKey(profile),
      name: profile.name,
      accessToken: 'old-access',
      refreshToken: 'old-refresh',
      idToken: await signed(held(issuer)),
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: h.clock.now() + HOUR,
      obtainedAtMs: h.clock.now(),
      personal: null,
    };
    await h.store.set(old);
    const forced = await failureOf(h.manager.acquire(profile, { force: true }));
    expect(forced.code).toBe('id_token_mismatch');
    expect(await h.store.get(tokenKey(profile))).toEqual(old);
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('old-access');
    expect((await h.manager.peek(profile)).lastError?.code).toBe('id_token_mismatch');
    const asked = () => server?.requests.filter((request) => request === 'POST /token').length;
    expect(asked()).toBe(1);
    await h.clock.advance(58 * 60_000);
    expect(asked()).toBe(1);
    // With less scope of the same sign-in, it is refused as well.
    const downScoped = await failureOf(h.manager.acquire(downScopedProfile(profile, 'reports:read')));
    expect(downScoped.code).toBe('id_token_mismatch');
    expect(await h.store.list()).toEqual([old]);
    h.manager.dispose();
  });
});
