import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { downScopedProfile } from '../../../src/token/downScoped.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { TokenInspections } from '../../../src/oauth/verify/inspections.ts';
import { harness, profileOf, staticProfile } from '../../token/support.ts';
import { JWT_RESOURCE, OPAQUE_RESOURCE, startInspectionProvider } from '../inspectionProvider.mjs';
import { inspectionContext, proverOf } from '../inspectionSupport.ts';
import { contextOf, failureOf, json, listen, obtainer, type TestServer } from '../support.ts';

let provider: Awaited<ReturnType<typeof startInspectionProvider>>;
beforeAll(async () => void (provider = await startInspectionProvider()));
afterAll(() => provider.close());

const secret = () => Promise.resolve('plain-secret/+%');
const profile = (resource = OPAQUE_RESOURCE, changes: Partial<TokenProfile> = {}) =>
  profileOf({ name: 'plain', issuer: provider.issuer, clientId: 'plain', resource, ...changes });
const inspector = (parts = {}) => proverOf({ clock: systemClock, ...parts }).inspector;

describe('revocation at a real provider', () => {
  it('ends refresh and access token, and says so because the server was asked', async () => {
    const of = profile(OPAQUE_RESOURCE, { grant: 'refresh_token', scope: null });
    const refreshToken = await provider.signIn('plain');
    const got = await obtainer({ clock: systemClock })(of, contextOf({ secret, refreshToken }));
    const results = await inspector().revoke(
      of,
      { accessToken: got.accessToken, refreshToken: got.refreshToken },
      inspectionContext(),
    );
    expect(results).toMatchObject([
      { kind: 'refresh_token', outcome: 'ended', error: null },
      { kind: 'access_token', outcome: 'ended', error: null },
    ]);
    const again = await failureOf(
      obtainer({ clock: systemClock })(of, contextOf({ secret, refreshToken: got.refreshToken })),
    );
    expect(again.code).toBe('invalid_grant');
    expect((await inspector().introspect(of, got.accessToken, inspectionContext())).active).toBe(false);
  });

  it('does not claim that a JWT has ended', async () => {
    const of = profile(JWT_RESOURCE);
    const { accessToken } = await obtainer({ clock: systemClock })(of, contextOf({ secret }));
    const [result] = await inspector().revoke(of, { accessToken, refreshToken: null }, inspectionContext());
    expect(['accepted', 'unsupported']).toContain(result?.outcome);
    expect(result?.text).toMatch(/until it expires/);
  });

  it('fails before anything is sent without a secret, and with a wrong one', async () => {
    const wrong = inspector({ secret: () => 'wrong-secret' });
    const [result] = await wrong.revoke(
      profile(),
      { accessToken: 'opaque', refreshToken: null },
      inspectionContext(),
    );
    expect(result).toMatchObject({ outcome: 'failed', error: 'invalid_client' });
    expect(result?.text).not.toContain('wrong-secret');
  });
});

describe('the whole way, from the manager to the provider', () => {
  const setUp = () => {
    const h = harness({ clock: systemClock, obtain: obtainer({ clock: systemClock }), askSecret: secret });
    const inspections = new TokenInspections({
      inspector: () => Promise.resolve(inspector()),
      tokens: h.manager,
      store: h.store,
      redactor: h.redactor,
    });
    return { ...h, inspections };
  };
  const options = { interactive: false, signal: new AbortController().signal, cause: 'test' };

  it('revokes a token and forgets it', async () => {
    const { manager, inspections, store } = setUp();
    await manager.acquire(profile());
    const entry = await manager.peek(profile());
    expect((await inspections.introspect(entry, options)).active).toBe(true);
    expect(await inspections.revoke(entry, options)).toMatchObject({
      forgotten: true,
      results: [{ outcome: 'ended' }],
    });
    expect(await store.get(entry.key)).toBeNull();
    manager.dispose();
  });

  const activeOf = async (accessToken: string) =>
    (await inspector().introspect(profile(), accessToken, inspectionContext())).active;

  it('revokes what was obtained with less scope too', async () => {
    const { manager, inspections, store } = setUp();
    const parent = profile(OPAQUE_RESOURCE, { scope: 'reports:read reports:write' });
    await manager.acquire(parent);
    const values: string[] = [];
    for (const scope of ['reports:read', 'reports:write']) {
      values.push((await manager.acquire(downScopedProfile(parent, scope))).token.accessToken);
    }
    expect(await Promise.all(values.map(activeOf))).toEqual([true, true]);
    const { forgotten, downScoped } = await inspections.revoke(await manager.peek(parent), options);
    expect(forgotten).toBe(true);
    expect(downScoped.map(({ scope, outcome }) => [scope, outcome]).sort()).toEqual([
      ['reports:read', 'ended'],
      ['reports:write', 'ended'],
    ]);
    expect(await Promise.all(values.map(activeOf))).toEqual([false, false]);
    expect(await store.list()).toEqual([]);
    expect((await manager.peek(downScopedProfile(parent, 'reports:read'))).token).toBeNull();
    manager.dispose();
  });

  it('revokes what was obtained with less scope by the refresh token', async () => {
    const { manager, inspections, store } = setUp();
    const parent = profile(OPAQUE_RESOURCE, { grant: 'refresh_token', scope: null });
    await manager.add(parent, await provider.signIn('plain'));
    const value = (await manager.acquire(downScopedProfile(parent, 'reports:read'))).token.accessToken;
    expect(await activeOf(value)).toBe(true);
    const { forgotten, downScoped } = await inspections.revoke(await manager.peek(parent), options);
    expect({ forgotten, downScoped }).toMatchObject({ forgotten: true, downScoped: [{ outcome: 'ended' }] });
    expect(await activeOf(value)).toBe(false);
    expect(await store.list()).toEqual([]);
    manager.dispose();
  });

  it('revokes what was obtained with less scope alone', async () => {
    const { manager, inspections, store } = setUp();
    const parent = profile();
    const downScoped = (await manager.acquire(downScopedProfile(parent, 'reports:read'))).token.accessToken;
    const entry = await manager.peek(parent);
    expect(entry.token).toBeNull();
    expect([...(await inspections.withDownScoped())]).toEqual([entry.key]);
    expect(await inspections.revoke(entry, options)).toMatchObject({
      results: [],
      downScoped: [{ scope: 'reports:read', outcome: 'ended' }],
      forgotten: true,
    });
    expect(await activeOf(downScoped)).toBe(false);
    expect(await store.list()).toEqual([]);
    manager.dispose();
  });

  it('rotates with a token those with less scope: the next request gets a new one', async () => {
    const { manager, inspections } = setUp();
    const parent = profile();
    await manager.acquire(parent);
    const downScoped = downScopedProfile(parent, 'reports:read');
    const old = (await manager.acquire(downScoped)).token.accessToken;
    expect(await inspections.rotate(await manager.peek(parent), options)).toMatchObject({
      downScoped: [{ outcome: 'ended' }],
      left: null,
    });
    expect(await activeOf(old)).toBe(false);
    const fresh = (await manager.acquire(downScoped)).token.accessToken;
    expect(fresh).not.toBe(old);
    expect(await activeOf(fresh)).toBe(true);
    manager.dispose();
  });

  it('rotates a token: the new one is active, the old one is not', async () => {
    const { manager, inspections } = setUp();
    await manager.acquire(profile());
    const before = await manager.peek(profile());
    expect(await inspections.rotate(before, options)).toMatchObject({
      left: null,
      revoked: [{ outcome: 'ended' }],
    });
    const after = await manager.peek(profile());
    expect((await inspections.introspect(after, options)).active).toBe(true);
    expect(
      (await inspector().introspect(profile(), before.token!.accessToken, inspectionContext())).active,
    ).toBe(false);
    manager.dispose();
  });
});

describe('a revocation endpoint', () => {
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  const ask = async (answer: Parameters<typeof listen>[0], signal = new AbortController().signal) => {
    const opened = await listen(answer);
    server = opened;
    const options = { ...noOptions, revocationEndpoint: `${opened.origin}/revoke` };
    const of = profileOf({ issuer: null, tokenEndpoint: `${opened.origin}/token`, options });
    const token = { accessToken: 'opaque-access', refreshToken: 'opaque-refresh' };
    return inspector({ timeoutMs: 400 }).revoke(of, token, inspectionContext({ signal }));
  };

  it.each([200, 204])('that answers %s without more proves nothing, and is not said to', async (status) => {
    const results = await ask((_request, response) => void response.writeHead(status).end());
    expect(results).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(results[0]?.text).toContain('offers no introspection to confirm it');
  });

  it('hears of each token with its type, the refresh token first', async () => {
    const bodies: string[] = [];
    await ask((_request, response, body) => {
      bodies.push(body);
      response.end();
    });
    expect(bodies.map((body) => Object.fromEntries(new URLSearchParams(body)))).toMatchObject([
      { token: 'opaque-refresh', token_type_hint: 'refresh_token' },
      { token: 'opaque-access', token_type_hint: 'access_token' },
    ]);
  });

  it.each<[string, Parameters<typeof listen>[0], object]>([
    [
      'refuses the type',
      (_q, r) => json(r, 400, { error: 'unsupported_token_type' }),
      { outcome: 'unsupported' },
    ],
    [
      'refuses the client',
      (_q, r) => json(r, 401, { error: 'invalid_client' }),
      { outcome: 'failed', error: 'invalid_client' },
    ],
    ['is broken', (_q, r) => void r.writeHead(503).end(), { outcome: 'failed', error: 'revocation_failed' }],
    ['is silent', () => undefined, { outcome: 'failed', error: 'revocation_failed' }],
    [
      'redirects',
      (_q, r) => void r.writeHead(302, { location: '/x' }).end(),
      { outcome: 'failed', error: 'revocation_failed' },
    ],
  ])('that %s is shown as what it is', async (_name, answer, expected) => {
    const results = await ask(answer);
    for (const result of results) {
      expect(result).toMatchObject(expected);
      expect(result.text).not.toMatch(/opaque-/);
    }
  });

  it('can be left', async () => {
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 50);
    expect((await failureOf(ask(() => undefined, leaving.signal))).code).toBe('cancelled');
  });

  it('is missing for a pasted token, and for an issuer that offers none', async () => {
    const token = { accessToken: 'opaque', refreshToken: null };
    const pasted = await failureOf(inspector().revoke(staticProfile(), token, inspectionContext()));
    expect(pasted.code).toBe('revocation_failed');
    server = await listen((_request, response) => json(response, 200, { issuer: server?.origin }));
    const none = await failureOf(
      inspector().revoke(profileOf({ issuer: server.origin }), token, inspectionContext()),
    );
    expect(none.code).toBe('revocation_failed');
    expect(none.message).toContain(server.origin);
  });
});
