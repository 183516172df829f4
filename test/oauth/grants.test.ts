import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { harness, profileOf } from '../token/support.ts';
import { OPAQUE_RESOURCE, RESOURCE, startProvider } from './provider.mjs';
import { contextOf, failureOf, obtainer } from './support.ts';

let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => void (provider = await startProvider()));
afterAll(() => provider.close());

const profile = (clientId: string, changes: Partial<TokenProfile> = {}) =>
  profileOf({ name: clientId, issuer: provider.issuer, clientId, ...changes });
const secretOf = (clientId: string) => ({ secret: () => Promise.resolve(`${clientId}-secret/+%`) });
const obtain = () => obtainer({ clock: systemClock });

describe('client credentials at a real provider', () => {
  it.each(['basic', 'post'])('obtain a JWT with client_secret_%s', async (clientId) => {
    const clientAuthentication = clientId === 'post' ? 'client_secret_post' : 'client_secret_basic';
    const before = Date.now();
    const result = await obtain()(profile(clientId, { clientAuthentication }), contextOf(secretOf(clientId)));
    expect(decodeJwt(result.accessToken)).toMatchObject({
      iss: provider.issuer,
      aud: RESOURCE,
      client_id: clientId,
      scope: 'reports:read',
    });
    expect(result).toMatchObject({ tokenType: 'bearer', refreshToken: null, scope: 'reports:read' });
    expect(result.expiresAtMs).toBeGreaterThanOrEqual(before + 300_000);
    expect(result.expiresAtMs).toBeLessThan(Date.now() + 300_001);
  });

  it('obtain an opaque token for the resource that is asked for', async () => {
    const result = await obtain()(
      profile('basic', { resource: OPAQUE_RESOURCE }),
      contextOf(secretOf('basic')),
    );
    expect(result.accessToken).toMatch(/^[\w-]+$/);
    expect(result.expiresAtMs).toBeGreaterThan(Date.now());
  });

  it('keep only the scope that the server grants', async () => {
    const parent = profile('basic', { scope: 'reports:read reports:write' });
    expect((await obtain()(parent, contextOf(secretOf('basic')))).scope).toBe('reports:read reports:write');
    const none = await obtain()(profile('basic', { scope: null }), contextOf(secretOf('basic')));
    expect(none.scope).toBeNull();
  });

  it.each<[string, Partial<TokenProfile>, string]>([
    ['a wrong secret', {}, 'invalid_client'],
    ['an unknown client', { clientId: 'nobody' }, 'invalid_client'],
    ['the other way to authenticate', { clientAuthentication: 'client_secret_post' }, 'invalid_client'],
    ['no secret', { clientAuthentication: 'none' }, 'invalid_client'],
  ])('fail with %s', async (_name, changes, code) => {
    const error = await failureOf(
      obtain()(profile('basic', changes), contextOf({ secret: () => Promise.resolve('wrong-secret') })),
    );
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('wrong-secret');
  });

  it('fail with a scope or a grant that the client may not have', async () => {
    const person = await failureOf(obtain()(profile('person'), contextOf(secretOf('person'))));
    expect(person).toMatchObject({ code: 'oauth_error', data: { error: 'invalid_request' } });
    const elsewhere = await failureOf(
      obtain()(profile('basic', { resource: 'not a uri' }), contextOf(secretOf('basic'))),
    );
    expect(elsewhere).toMatchObject({ code: 'oauth_error', data: { error: 'invalid_target' } });
  });
});

describe('a refresh token at a real provider', () => {
  const grant = { grant: 'refresh_token', scope: null } as const;

  it('is rotated, and the old one is refused', async () => {
    const first = await provider.signIn('person', 'reports:read reports:write');
    const person = profile('person', grant);
    const result = await obtain()(person, contextOf({ ...secretOf('person'), refreshToken: first }));
    expect(result.refreshToken).not.toBeNull();
    expect(result.refreshToken).not.toBe(first);
    expect(decodeJwt(result.accessToken)).toMatchObject({ sub: 'zoe', aud: RESOURCE });
    const reused = await failureOf(
      obtain()(person, contextOf({ ...secretOf('person'), refreshToken: first })),
    );
    expect(reused.code).toBe('invalid_grant');
  });

  it('brings a token with less scope when less is asked for', async () => {
    const refreshToken = await provider.signIn('person', 'reports:read reports:write');
    const less = profile('person', { ...grant, scope: 'reports:read' });
    const result = await obtain()(less, contextOf({ ...secretOf('person'), refreshToken }));
    expect(result.scope).toBe('reports:read');
    expect(decodeJwt(result.accessToken)['scope']).toBe('reports:read');
  });

  it('needs no secret of a public client', async () => {
    const refreshToken = await provider.signIn('public', 'reports:read');
    const context = contextOf({
      refreshToken,
      secret: () => Promise.reject(new Error('must not be asked')),
    });
    const result = await obtain()(profile('public', { ...grant, clientAuthentication: 'none' }), context);
    expect(decodeJwt(result.accessToken)).toMatchObject({ client_id: 'public' });
  });

  it('is refused when it is not one, and asked for when there is none', async () => {
    const person = profile('person', grant);
    const wrong = await failureOf(
      obtain()(person, contextOf({ ...secretOf('person'), refreshToken: 'made-up' })),
    );
    expect(wrong.code).toBe('invalid_grant');
    expect(wrong.message).not.toContain('made-up');
    expect((await failureOf(obtain()(person, contextOf()))).code).toBe('token_missing');
  });
});

describe('the manager with a real provider', () => {
  it('makes exactly one request of 1,000 acquires of an expired token', async () => {
    const h = harness({ clock: systemClock, obtain: obtain(), askSecret: secretOf('basic').secret });
    const viewer = profile('basic');
    const expired = {
      accessToken: 'expired',
      refreshToken: null,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
    };
    await h.store.set({
      key: tokenKey(viewer),
      name: 'basic',
      ...expired,
      expiresAtMs: 1,
      obtainedAtMs: 0,
      personal: null,
    });
    const before = provider.tokenRequests();
    const all = await Promise.all(Array.from({ length: 1000 }, () => h.manager.acquire(viewer)));
    expect(provider.tokenRequests()).toBe(before + 1);
    expect(new Set(all.map(({ token }) => token.accessToken)).size).toBe(1);
    expect(all[0]!.token.accessToken).not.toBe('expired');
    h.manager.dispose();
  });

  it('carries a pasted refresh token through its rotations', async () => {
    const h = harness({
      clock: systemClock,
      obtain: obtain(),
      askSecret: secretOf('person').secret,
    });
    const person = profile('person', { grant: 'refresh_token', scope: null });
    const pasted = await provider.signIn('person', 'reports:read');
    await h.manager.add(person, pasted);
    const tokens = new Set<string>();
    for (let i = 0; i < 3; i++)
      tokens.add((await h.manager.acquire(person, { force: true })).token.accessToken);
    expect(tokens.size).toBe(3);
    expect((await h.store.get(tokenKey(person)))?.refreshToken).not.toBe(pasted);
    h.manager.dispose();
  });
});
