import { describe, expect, it } from 'vitest';
import { createObtain } from '../../src/oauth/obtain.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { TokenManagerOptions } from '../../src/token/managerOptions.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { httpServer, onCleanup } from '../http/support.ts';
import { startProvider } from '../oauth/provider.mjs';
import { HOUR, profileOf, staticProfile, TestClock } from '../token/support.ts';
import { engineOver } from './support.ts';
import { everythingAllowed } from '../token/sources/support.ts';

/** A server that tells which scope the token of each request has. */
async function api() {
  const scopes: unknown[] = [];
  let refuseNext = false;
  const { url } = await httpServer((request, response) => {
    const payload = request.headers.authorization?.split('.')[1] ?? '';
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope?: string };
    scopes.push(claims.scope);
    if (refuseNext) response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
    refuseNext = false;
    response.end();
  });
  return { origin: url, scopes, refuseOnce: () => (refuseNext = true) };
}

async function setUp(
  clientId: string,
  changes: Partial<TokenProfile> = {},
  more: Partial<TokenManagerOptions> = {},
) {
  const provider = await startProvider();
  onCleanup(() => provider.close());
  const profile = profileOf({
    origins: ['http://127.0.0.1:*'],
    issuer: provider.issuer,
    clientId,
    scope: 'reports:read reports:write',
    ...changes,
  });
  const clock = new TestClock();
  clock.nowMs = Date.now();
  const obtain = createObtain({
    fetch: globalThis.fetch,
    fetchAs: () => globalThis.fetch,
    files: privateFiles,
    consent: everythingAllowed,
    clock,
    mask: (text) => text,
    register: () => undefined,
  });
  const manager = { clock, obtain, askSecret: () => Promise.resolve(`${clientId}-secret/+%`), ...more };
  return { provider, profile, ...engineOver({ profiles: [profile], manager }), clock };
}

const refreshing = { grant: 'refresh_token' } as const;

describe('# @scope', () => {
  it('asks for a token of its own with client credentials, kept beside the parent token', async () => {
    const { origin, scopes } = await api();
    const { run, provider, profile, store } = await setUp('basic');
    const downScoped = `# @token viewer\n# @scope reports:read\nGET ${origin}/\n`;
    const parent = `# @token viewer\nGET ${origin}/\n`;
    const result = await run(downScoped);
    expect(result.token).toMatchObject({ name: 'viewer', scope: 'reports:read', askedScope: 'reports:read' });
    expect((await run(parent)).token?.askedScope).toBeNull();
    await run(downScoped);
    expect(scopes).toEqual(['reports:read', 'reports:read reports:write', 'reports:read']);
    expect(provider.tokenRequests()).toBe(2);
    const downScopedKey = tokenKey(downScopedProfile(profile, 'reports:read'));
    expect(downScopedKey.startsWith(`${tokenKey(profile)}:`)).toBe(true);
    expect((await store.list()).map(({ key }) => key).sort()).toEqual(
      [tokenKey(profile), downScopedKey].sort(),
    );

    await store.delete(tokenKey(profile));
    expect(await store.list()).toEqual([]);
  });

  it('counts the same scopes in another order as the same', async () => {
    const { origin } = await api();
    const { run, provider } = await setUp('basic');
    await run(`# @token viewer\n# @scope reports:write  reports:read\nGET ${origin}/\n`);
    await run(`# @token viewer\n# @scope reports:read reports:write\nGET ${origin}/\n`);
    expect(provider.tokenRequests()).toBe(1);
  });

  it('is used wherever the token of the request stands', async () => {
    const { origin, scopes } = await api();
    const { run, provider } = await setUp('basic');
    await run(`# @token viewer\n# @scope reports:read\nPOST ${origin}/\n\n{{$token viewer}}\n`);
    expect(scopes).toEqual(['reports:read']);
    expect(provider.tokenRequests()).toBe(1);
  });

  it('is asked for with the refresh token, and a rotated one goes back to the parent token', async () => {
    const { origin, scopes, refuseOnce } = await api();
    const { run, provider, profile, manager, store, redactor } = await setUp('person', refreshing);
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    const first = (await store.get(tokenKey(profile)))?.refreshToken ?? '';

    const text = `# @token viewer\n# @scope reports:read\nGET ${origin}/\n`;
    expect((await run(text)).token).toMatchObject({ scope: 'reports:read', askedScope: 'reports:read' });
    const rotated = (await store.get(tokenKey(profile)))?.refreshToken ?? '';
    expect(rotated).not.toBe(first);
    expect(redactor.mask(rotated)).not.toContain(rotated);
    const downScoped = await store.get(tokenKey(downScopedProfile(profile, 'reports:read')));
    expect(downScoped).toMatchObject({ refreshToken: null, scope: 'reports:read' });

    // Neither the parent token nor the down-scoped one asks again, and the next refresh of either works.
    await run(`# @token viewer\nGET ${origin}/\n`);
    await run(text);
    expect(provider.tokenRequests()).toBe(2);
    refuseOnce();
    expect(await run(text)).toMatchObject({ retried: 'invalid_token', response: { status: 200 } });
    await manager.acquire(profile, { force: true });
    expect((await run(`# @token viewer\nGET ${origin}/\n`)).response?.status).toBe(200);
    expect(scopes).toEqual([
      'reports:read',
      'reports:read reports:write',
      'reports:read',
      'reports:read',
      'reports:read',
      'reports:read reports:write',
    ]);
  });

  it('refreshes parent and down-scoped tokens at once without using a refresh token twice', async () => {
    const { origin, scopes } = await api();
    const { run, provider, profile, manager, clock } = await setUp('person', refreshing);
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    clock.nowMs += HOUR;
    const before = provider.tokenRequests();
    const texts = [
      '',
      '# @scope reports:read\n',
      '# @scope reports:write\n',
      '# @scope reports:read reports:write\n',
    ];
    const results = await Promise.all(
      Array.from({ length: 80 }, (_, i) => run(`# @token viewer\n${texts[i % 4] ?? ''}GET ${origin}/\n`)),
    );
    expect(results.flatMap(({ error }) => (error === null ? [] : [error]))).toEqual([]);
    // Reuse would have revoked everything: the provider detects it.
    expect((await manager.acquire(profile, { force: true })).token.accessToken).not.toBe('');
    expect(provider.tokenRequests() - before).toBeLessThanOrEqual(9);
    expect(new Set(scopes).size).toBe(3);
  });

  it('keeps two down-scoped tokens apart, however often their servers rotate', async () => {
    const { origin } = await api();
    const { run, provider, profile, manager, clock } = await setUp('person', refreshing);
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    const before = provider.tokenRequests();
    clock.nowMs += 1000;
    for (let i = 0; i < 6; i++) {
      await run(
        `# @token viewer\n# @scope ${i % 2 === 0 ? 'reports:read' : 'reports:write'}\nGET ${origin}/\n`,
      );
    }
    expect(provider.tokenRequests() - before).toBeLessThanOrEqual(3);
  });

  it('gets a new one after another person signed in', async () => {
    const { origin } = await api();
    const { run, provider, profile, manager, clock } = await setUp('person', refreshing);
    const text = `# @token viewer\n# @scope reports:read\nGET ${origin}/\n`;
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    await run(text);
    const before = provider.tokenRequests();
    clock.nowMs += 1000;
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    await run(text);
    expect(provider.tokenRequests() - before).toBe(2);
  });

  it.each([null, 'rotated'])(
    'leaves nothing below a token that is removed meanwhile: %s',
    async (refreshToken) => {
      const { origin } = await api();
      const profile = profileOf({ ...refreshing, origins: ['http://127.0.0.1:*'] });
      const { run, manager, store, server, result: issued, calls } = engineOver({ profiles: [profile] });
      server.answer = () => Promise.resolve(issued({ accessToken: 'a.e30.a', refreshToken: 'first' }));
      await manager.add(profile, 'pasted-refresh-token');
      server.answer = async () => {
        await store.delete(tokenKey(profile));
        return issued({ accessToken: 'b.e30.b', refreshToken });
      };
      const result = await run(`# @token viewer\n# @scope reports:read\nGET ${origin}/\n`);
      expect(result.response?.status).toBe(200);
      expect(calls).toHaveLength(2);
      expect(await store.list()).toEqual([]);
    },
  );

  it('works with a refresh token from outside the store, and writes nothing', async () => {
    const { origin, scopes } = await api();
    let given = '';
    const preset = { token: () => given, secret: () => null };
    const { run, provider, store, clock } = await setUp('person', refreshing, { preset });
    given = await provider.signIn('person', 'reports:read reports:write');
    const text = `# @token viewer\n# @scope reports:read\nGET ${origin}/\n`;
    expect((await run(text)).error).toBeNull();
    clock.nowMs += HOUR;
    expect((await run(text)).error).toBeNull();
    expect(scopes).toEqual(['reports:read', 'reports:read']);
    expect(await store.list()).toEqual([]);
  });

  it('says what the server says to more than it grants', async () => {
    const { origin } = await api();
    const { run, provider, profile, manager } = await setUp('person', refreshing);
    await manager.add(profile, await provider.signIn('person', 'reports:read reports:write'));
    const result = await run(`# @token viewer\n# @scope admin\nGET ${origin}/\n`);
    expect(result.error?.code).toBe('invalid_scope');
    expect(await manager.peek(profile)).toMatchObject({ status: 'active', lastError: null });
  });

  it.each([
    ['no token', '# @scope reports:read\n', 'request_invalid'],
    ['no scope', '# @token viewer\n# @scope\n', 'request_invalid'],
    ['what is no scope', '# @token viewer\n# @scope a"b\n', 'request_invalid'],
    ['a pasted token', '# @token pasted\n# @scope reports:read\n', 'unsupported'],
  ])('is refused with %s', async (_name, lines, code) => {
    const pasted = staticProfile({ origins: ['http://127.0.0.1:*'] });
    const { run } = engineOver({ profiles: [pasted, profileOf()] });
    expect((await run(`${lines}GET http://127.0.0.1:1/\n`)).error?.code).toBe(code);
  });

  it('needs a refresh token where a person stands at the beginning', async () => {
    const { origin } = await api();
    const signIn = {
      openBrowser: () => Promise.resolve(),
      editorRedirect: null,
      loopbackReachable: true,
      showDeviceCode: () => Promise.resolve(),
    };
    const { run, calls } = engineOver({
      profiles: [profileOf({ grant: 'authorization_code', origins: ['http://127.0.0.1:*'] })],
      manager: { signIn: () => signIn },
    });
    const sent = await run(`# @token viewer\n# @scope reports:read\nGET ${origin}/\n`);
    expect(sent.error).toMatchObject({
      code: 'unsupported',
      message: 'The token "viewer" has no refresh token, so Keyturn cannot obtain it with less scope.',
    });
    // The sign-in for the parent token, and nothing else.
    expect(calls).toHaveLength(1);
  });
});
