import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { secretKey, tokenKey } from '../../src/profile/key.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
import type { Token } from '../../src/token/token.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { harness, HOUR, MINUTE, profileOf, settled, staticProfile } from './support.ts';

const jwt = (claims: object) =>
  [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  '.';

const profile = profileOf();
const refreshing = profileOf({ name: 'person', grant: 'refresh_token' });

function heldToken(of: typeof profile, changes: Partial<Token>): Token {
  return {
    key: tokenKey(of),
    name: of.name,
    accessToken: 'held-access',
    refreshToken: null,
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: null,
    obtainedAtMs: 0,
    personal: null,
    ...changes,
  };
}

/** A server whose answers are given one by one. */
function gate(h: ReturnType<typeof harness>) {
  const open: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  h.server.answer = ({ context }) => {
    const result = h.result();
    return new Promise((resolve, reject) => {
      open.push({ resolve: () => resolve(result), reject });
      context.signal.addEventListener('abort', () => reject(new KeyturnError('cancelled', 'Cancelled.')));
    });
  };
  return open;
}

describe('acquire', () => {
  it('obtains, stores and registers a token, then hands it out again', async () => {
    const h = harness();
    const first = await h.manager.acquire(profile);
    expect(first).toMatchObject({
      refreshed: true,
      status: 'active',
      token: { accessToken: 'access-1', tokenType: 'bearer' },
    });
    expect(first.token.scope).toBe('reports:read');
    const second = await h.manager.acquire(profile);
    expect(second).toMatchObject({ refreshed: false, token: first.token });
    expect(h.calls).toHaveLength(1);
    expect(await h.store.get(tokenKey(profile))).toEqual(first.token);
    expect(h.redactor.mask('Bearer access-1')).toBe('Bearer •••viewer•••');
  });

  it('refreshes ahead of the end, and not before', async () => {
    const h = harness();
    await h.manager.acquire(profile, { markUsed: false });
    await h.clock.advance(5 * MINUTE - 1);
    expect((await h.manager.acquire(profile, { markUsed: false })).refreshed).toBe(false);
    await h.clock.advance(1);
    expect(await h.manager.acquire(profile, { markUsed: false })).toMatchObject({
      refreshed: true,
      token: { accessToken: 'access-2' },
    });
  });

  it('does not refresh a short-lived token at each use', async () => {
    const h = harness();
    h.server.answer = () => Promise.resolve(h.result({ expiresAtMs: h.clock.now() + 5 * MINUTE }));
    const { status } = await h.manager.acquire(profile);
    expect(status).toBe('active');
    await h.clock.advance(1.5 * MINUTE);
    await h.manager.acquire(profile);
    expect(h.calls).toHaveLength(1);
    await h.clock.advance(1.5 * MINUTE);
    await h.manager.acquire(profile);
    expect(h.calls).toHaveLength(2);
  });

  it('makes one refresh of 1,000 that come together', async () => {
    const h = harness();
    await h.store.set(heldToken(profile, { expiresAtMs: h.clock.now() - 1 }));
    const get = vi.spyOn(h.secrets, 'get');
    const all = await Promise.all(Array.from({ length: 1000 }, () => h.manager.acquire(profile)));
    expect(h.calls).toHaveLength(1);
    expect(new Set(all.map(({ token }) => token.accessToken))).toEqual(new Set(['access-1']));
    expect(all.every(({ refreshed }) => refreshed)).toBe(true);
    expect(get.mock.calls.length).toBeLessThan(6);
  });

  it('lets one waiter leave without the others, and stops when the last one leaves', async () => {
    const h = harness();
    const open = gate(h);
    const [a, b] = [new AbortController(), new AbortController()];
    const first = h.manager.acquire(profile, { signal: a.signal });
    const second = h.manager.acquire(profile, { signal: b.signal });
    await settled();
    a.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(h.calls[0]!.context.signal.aborted).toBe(false);
    b.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(h.calls[0]!.context.signal.aborted).toBe(true);

    const third = h.manager.acquire(profile);
    await settled();
    expect(h.calls).toHaveLength(2);
    open[1]!.resolve();
    expect((await third).token.accessToken).toBe('access-2');
    expect((await h.manager.peek(profile)).lastError).toBeNull();
  });

  it('rejects at once when it is already cancelled', async () => {
    const h = harness();
    await expect(h.manager.acquire(profile, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(h.calls).toHaveLength(0);
  });

  it('keeps a refresh token that the server does not issue again, and takes a new one', async () => {
    const h = harness();
    await h.store.set(heldToken(refreshing, { refreshToken: 'refresh-a', expiresAtMs: 1, scope: 'granted' }));
    h.server.answer = ({ context }) =>
      Promise.resolve(h.result({ refreshToken: h.calls.length === 2 ? `${context.refreshToken}+` : null }));
    expect((await h.manager.acquire(refreshing)).token).toMatchObject({
      refreshToken: 'refresh-a',
      scope: 'granted',
    });
    expect((await h.manager.acquire(refreshing, { force: true })).token.refreshToken).toBe('refresh-a+');
    await h.manager.acquire(refreshing, { force: true });
    expect(h.calls.map(({ context }) => context.refreshToken)).toEqual([
      'refresh-a',
      'refresh-a',
      'refresh-a+',
    ]);
    expect(h.redactor.mask('refresh-a+')).toBe('•••person•••');
  });

  it('uses the old token while it is valid when a refresh fails, and says why', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    h.server.answer = () =>
      Promise.reject(new KeyturnError('token_endpoint_failed', 'It answered 500 to "access-1".'));
    await h.clock.advance(6 * MINUTE);
    h.calls.length = 0;
    const old = await h.manager.acquire(profile);
    expect(old).toMatchObject({ refreshed: false, status: 'expiring', token: { accessToken: 'access-1' } });
    const entry = await h.manager.peek(profile);
    expect(entry.lastError).toEqual({
      code: 'token_endpoint_failed',
      message: 'It answered 500 to "•••viewer•••".',
    });
    // Not again at each of a hundred requests.
    for (let i = 0; i < 100; i++) await h.manager.acquire(profile);
    expect(h.calls.length).toBeLessThan(2);
    await h.clock.advance(5 * MINUTE);
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'token_endpoint_failed' });
    expect((await h.store.get(tokenKey(profile)))?.accessToken).toBe('access-1');
    h.server.answer = () => Promise.resolve(h.result());
    await h.manager.acquire(profile);
    expect((await h.manager.peek(profile)).lastError).toBeNull();
  });

  it('fails when a refresh that was asked for fails, and keeps the token', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    h.server.answer = () => Promise.reject(new KeyturnError('invalid_scope', 'No.'));
    await expect(h.manager.acquire(profile, { force: true })).rejects.toMatchObject({
      code: 'invalid_scope',
    });
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('access-1');
  });

  it('refreshes once for all requests whose token the server refused', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    const again = () => h.manager.acquire(profile, { force: true, rejected: 'access-1' });
    await Promise.all([again(), again(), again()]);
    expect(await again()).toMatchObject({ refreshed: true, token: { accessToken: 'access-2' } });
    expect(h.calls).toHaveLength(2);
  });

  it('asks for what is missing or expired', async () => {
    const h = harness();
    const pasted = staticProfile();
    await expect(h.manager.acquire(pasted)).rejects.toMatchObject({ code: 'token_missing' });
    await expect(h.manager.acquire(refreshing)).rejects.toMatchObject({ code: 'token_missing' });
    await h.store.set(heldToken(pasted, { expiresAtMs: h.clock.now() - 12 * MINUTE }));
    await settled();
    await expect(h.manager.acquire(pasted)).rejects.toMatchObject({
      code: 'token_expired',
      message: 'The token "pasted" expired 12 min ago.',
      hint: expect.stringContaining('keyturn token add pasted') as string,
    });
    await h.store.set(heldToken(pasted, { accessToken: 'without-end' }));
    await settled();
    expect(await h.manager.acquire(pasted, { force: true })).toMatchObject({
      refreshed: false,
      status: 'unknown',
    });
    expect(h.calls).toHaveLength(0);
  });

  it('asks neither the store nor the server for a fresh token', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    const get = vi.spyOn(h.secrets, 'get');
    for (let i = 0; i < 1000; i++) await h.manager.acquire(profile);
    expect(get).not.toHaveBeenCalled();
    expect(h.calls).toHaveLength(1);
  });
});

describe('the store', () => {
  it('serves a fresh token though the store refuses it, and tells the person', async () => {
    const h = harness();
    await h.store.set(heldToken(profile, { accessToken: 'old-token', expiresAtMs: 1 }));
    const set = vi
      .spyOn(h.secrets, 'set')
      .mockRejectedValue(new KeyturnError('store_write_failed', 'Refused.'));
    const [first, second] = await Promise.all([h.manager.acquire(profile), h.manager.acquire(profile)]);
    expect(first.token.accessToken).toBe('access-1');
    expect(second.token.accessToken).toBe('access-1');
    expect(h.reports).toEqual(['store_write_failed']);
    expect((await h.manager.peek(profile)).lastError?.code).toBe('store_write_failed');
    expect((await h.store.get(tokenKey(profile)))?.accessToken).toBe('old-token');
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('access-1');
    set.mockRestore();
    await h.manager.acquire(profile, { force: true });
    expect((await h.manager.peek(profile)).lastError).toBeNull();
    expect((await h.store.get(tokenKey(profile)))?.accessToken).toBe('access-2');
  });

  it('adopts what another window writes and deletes', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    const other = createTokenStore(h.secrets);
    const changes: string[] = [];
    h.manager.onDidChange((keys) => changes.push(...keys));
    await other.set(heldToken(profile, { accessToken: 'from-elsewhere', obtainedAtMs: h.clock.now() }));
    await settled();
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('from-elsewhere');
    expect(h.redactor.mask('from-elsewhere')).toBe('•••viewer•••');
    await other.delete(tokenKey(profile));
    await settled();
    expect(await h.manager.peek(profile)).toMatchObject({ token: null, status: 'missing' });
    expect(changes).toEqual([tokenKey(profile), tokenKey(profile)]);
  });

  it('takes a token that another window refreshed instead of refreshing again', async () => {
    const h = harness();
    const quiet = { ...h.store, onDidChange: () => ({ dispose: () => undefined }) };
    const { manager, calls, clock } = harness({ store: quiet });
    await h.store.set(
      heldToken(refreshing, {
        refreshToken: 'r1',
        expiresAtMs: clock.now() + MINUTE,
        obtainedAtMs: clock.now() - HOUR,
      }),
    );
    await manager.peek(refreshing);
    const theirs = heldToken(refreshing, {
      accessToken: 'theirs',
      refreshToken: 'r2',
      expiresAtMs: clock.now() + HOUR,
      obtainedAtMs: clock.now(),
    });
    await h.store.set(theirs);
    expect((await manager.acquire(refreshing)).token).toEqual(theirs);
    expect(calls).toHaveLength(0);
  });

  it('keeps what another window got when its own refresh came too late', async () => {
    const h = harness();
    await h.store.set(heldToken(refreshing, { refreshToken: 'r1', expiresAtMs: 1 }));
    const theirs = heldToken(refreshing, {
      accessToken: 'theirs',
      refreshToken: 'r2',
      expiresAtMs: h.clock.now() + HOUR,
      obtainedAtMs: h.clock.now(),
    });
    h.server.answer = async () => {
      await h.store.set(theirs);
      throw new KeyturnError('invalid_grant', 'Used before.');
    };
    expect((await h.manager.acquire(refreshing)).token).toEqual(theirs);
    expect(await h.manager.peek(refreshing)).toMatchObject({ lastError: null, token: theirs });
  });

  it('does not bring back a token that was removed while it was refreshed', async () => {
    const h = harness();
    await h.store.set(heldToken(refreshing, { refreshToken: 'r1', expiresAtMs: 1 }));
    const open = gate(h);
    const waiting = h.manager.acquire(refreshing);
    await settled();
    await h.store.delete(tokenKey(refreshing));
    await settled();
    open[0]!.resolve();
    expect((await waiting).token.accessToken).toBe('access-1');
    expect(await h.store.get(tokenKey(refreshing))).toBeNull();
    expect((await h.manager.peek(refreshing)).token).toBeNull();
  });

  it('preserves a token that was pasted while the old one was refreshed', async () => {
    const h = harness();
    await h.store.set(heldToken(refreshing, { refreshToken: 'r1', expiresAtMs: 1 }));
    const open = gate(h);
    const waiting = h.manager.acquire(refreshing);
    await settled();
    const pasted = heldToken(refreshing, {
      accessToken: 'newer',
      refreshToken: 'r9',
      obtainedAtMs: h.clock.now(),
    });
    await h.store.set(pasted);
    open[0]!.resolve();
    expect((await waiting).token).toEqual(pasted);
    expect(await h.store.get(tokenKey(refreshing))).toEqual(pasted);
  });

  it('says what is wrong with a corrupt entry, and obtains anew where it can', async () => {
    const h = harness();
    for (const p of [profile, refreshing]) await h.secrets.set(tokenKey(p), '{"broken');
    await expect(h.manager.acquire(refreshing)).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(await h.manager.peek(refreshing)).toMatchObject({
      token: null,
      lastError: { code: 'store_corrupt' },
    });
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('access-1');
    expect((await h.store.get(tokenKey(profile)))?.accessToken).toBe('access-1');
  });

  it('works without a store for what can be obtained', async () => {
    const unavailable = () => Promise.reject(new KeyturnError('store_unavailable', 'None.'));
    const store = createTokenStore({
      get: unavailable,
      set: unavailable,
      delete: unavailable,
      keys: unavailable,
    });
    const h = harness({ store, preset: { token: () => null, secret: () => 'from-outside' } });
    h.server.answer = async ({ context }) =>
      h.result({ accessToken: `with-${await context.secret('client_secret')}` });
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('with-from-outside');
    await h.manager.acquire(profile);
    expect(h.calls).toHaveLength(1);
    await expect(h.manager.acquire(staticProfile())).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('secrets from outside', () => {
  it('stand above the store and are never written', async () => {
    const end = 1_750_000_600;
    const token = jwt({ exp: end });
    const h = harness({
      preset: { token: ({ name }) => (name === 'pasted' ? ` ${token}\n` : null), secret: () => null },
    });
    const pasted = staticProfile();
    await h.store.set(heldToken(pasted, { accessToken: 'stored' }));
    const set = vi.spyOn(h.secrets, 'set');
    expect((await h.manager.acquire(pasted)).token).toMatchObject({
      accessToken: token,
      expiresAtMs: end * 1000,
    });
    expect(h.redactor.mask(token)).toBe('•••pasted•••');
    await h.manager.acquire(profile);
    expect(set).toHaveBeenCalledOnce();
  });

  it('give the refresh token of a profile with that grant', async () => {
    const h = harness({ preset: { token: () => 'refresh-from-outside', secret: () => null } });
    h.server.answer = () => Promise.resolve(h.result({ refreshToken: 'rotated-token' }));
    await h.manager.acquire(refreshing);
    await h.manager.acquire(refreshing, { force: true });
    expect(h.calls.map(({ context }) => context.refreshToken)).toEqual([
      'refresh-from-outside',
      'rotated-token',
    ]);
    expect(await h.secrets.keys()).toEqual([]);
  });
});

describe('client secrets', () => {
  const withSecret = (h: ReturnType<typeof harness>, right: string) => {
    h.server.answer = async ({ context }) => {
      if ((await context.secret('client_secret')) !== right) throw new KeyturnError('invalid_client', 'No.');
      return h.result();
    };
  };

  it('are asked for once, masked, and kept when the server took them', async () => {
    const clientSecret = vi.fn(() => Promise.resolve('right-secret'));
    const h = harness({ askSecret: clientSecret });
    withSecret(h, 'right-secret');
    await h.manager.acquire(profile);
    await h.manager.acquire(profile, { force: true });
    expect(clientSecret).toHaveBeenCalledOnce();
    expect(await h.store.getSecret(secretKey('client_secret', profile))).toBe('right-secret');
    expect(h.redactor.mask('right-secret')).not.toContain('right');
  });

  it('are not kept when the server refused them', async () => {
    const h = harness({ askSecret: () => Promise.resolve('wrong-secret') });
    withSecret(h, 'right-secret');
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'invalid_client' });
    expect(await h.store.getSecret(secretKey('client_secret', profile))).toBeNull();
  });

  it('are asked for again when the stored one is refused', async () => {
    const clientSecret = vi.fn(() => Promise.resolve('right-secret'));
    const h = harness({ askSecret: clientSecret });
    await h.store.setSecret(secretKey('client_secret', profile), 'old-secret');
    withSecret(h, 'right-secret');
    await h.manager.acquire(profile);
    expect(clientSecret).toHaveBeenCalledExactlyOnceWith(profile, { kind: 'client_secret', refused: true });
    expect(await h.store.getSecret(secretKey('client_secret', profile))).toBe('right-secret');
  });

  it('stay when the person gives no other', async () => {
    const h = harness();
    await h.store.setSecret(secretKey('client_secret', profile), 'old-secret');
    withSecret(h, 'right-secret');
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'invalid_client' });
    expect(await h.store.getSecret(secretKey('client_secret', profile))).toBe('old-secret');
  });

  it('fail with secret_missing when none is given', async () => {
    const h = harness();
    withSecret(h, 'right-secret');
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'secret_missing' });
  });
});

describe('add', () => {
  it('keeps a pasted token, with its end and where it may go', async () => {
    const h = harness();
    const personal = staticProfile({ name: 'mine', declaredIn: null, sendAs: { header: 'X-Key' } });
    const value = jwt({ exp: 1_750_000_600 });
    const entry = await h.manager.add(personal, `  ${value}\n`);
    expect(entry).toMatchObject({
      status: 'active',
      canRefresh: false,
      token: { expiresAtMs: 1_750_000_600_000 },
    });
    expect(await h.manager.personal()).toMatchObject([
      {
        key: tokenKey(personal),
        profile: { name: 'mine', origins: personal.origins, sendAs: { header: 'X-Key' } },
      },
    ]);
    const [again] = await harness({ store: h.store }).manager.personal();
    expect((await harness({ store: h.store }).manager.acquire(again!.profile)).token.accessToken).toBe(value);
  });

  it('tries a pasted refresh token at once, and keeps it if the server takes it', async () => {
    const h = harness();
    const entry = await h.manager.add(refreshing, 'pasted-refresh');
    expect(entry).toMatchObject({
      canRefresh: true,
      token: { accessToken: 'access-1', refreshToken: 'pasted-refresh' },
    });
    expect(await h.store.get(tokenKey(refreshing))).toEqual(entry.token);
    h.server.answer = () => Promise.reject(new KeyturnError('invalid_grant', 'No.'));
    await expect(h.manager.add(refreshing, 'bad-refresh')).rejects.toMatchObject({ code: 'invalid_grant' });
    expect((await h.store.get(tokenKey(refreshing)))?.refreshToken).toBe('pasted-refresh');
  });

  it('leaves the old token when the store refuses the new one', async () => {
    const h = harness();
    await h.manager.add(staticProfile(), 'first-value');
    vi.spyOn(h.secrets, 'set').mockRejectedValue(new KeyturnError('store_write_failed', 'No.'));
    await expect(h.manager.add(staticProfile(), 'second-value')).rejects.toMatchObject({
      code: 'store_write_failed',
    });
    expect((await h.manager.acquire(staticProfile())).token.accessToken).toBe('first-value');
  });

  it.each(['', '  ', 'two\nlines', 'a\0b'])('refuses %j', async (value) => {
    await expect(harness().manager.add(staticProfile(), value)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it('follows pasted tokens of other windows', async () => {
    const secrets = createMemorySecretStore();
    const [a, b] = [
      harness({ store: createTokenStore(secrets) }),
      harness({ store: createTokenStore(secrets) }),
    ];
    expect(await a.manager.personal()).toEqual([]);
    const mine = staticProfile({ name: 'mine', declaredIn: null });
    await b.manager.add(mine, 'value-of-mine');
    await settled();
    expect((await a.manager.personal()).map(({ profile: { name } }) => name)).toEqual(['mine']);
    await b.options.store.delete(tokenKey(mine));
    await settled();
    expect(await a.manager.personal()).toEqual([]);
    expect(await b.manager.personal()).toEqual([]);
  });
});

describe('time', () => {
  it('tells each change of status once, when it comes', async () => {
    const h = harness();
    const pasted = staticProfile();
    await h.store.set(heldToken(pasted, { expiresAtMs: h.clock.now() + HOUR, obtainedAtMs: h.clock.now() }));
    await h.manager.peek(pasted);
    await settled();
    const told: string[] = [];
    h.manager.onDidChange((keys) => {
      for (const key of keys)
        void h.manager.peek(pasted).then(({ status }) => told.push(`${key === tokenKey(pasted)} ${status}`));
    });
    await h.clock.advance(55 * MINUTE - 1);
    expect(told).toEqual([]);
    await h.clock.advance(1);
    expect(told).toEqual(['true expiring']);
    await h.clock.advance(HOUR);
    expect(told).toEqual(['true expiring', 'true expired']);
  });

  it('knows a token that is not valid yet', async () => {
    const h = harness();
    const pasted = staticProfile();
    const start = h.clock.now() / 1000 + 60;
    await h.manager.add(pasted, jwt({ nbf: start, exp: start + 3600 }));
    expect((await h.manager.peek(pasted)).status).toBe('not_yet_valid');
    await h.clock.advance(MINUTE);
    expect((await h.manager.peek(pasted)).status).toBe('active');
  });

  it('is right after a sleep and after the clock was set back', async () => {
    const h = harness();
    const pasted = staticProfile();
    const start = h.clock.now();
    await h.store.set(heldToken(pasted, { expiresAtMs: start + HOUR, obtainedAtMs: start }));
    await h.manager.peek(pasted);
    const statuses: string[] = [];
    h.manager.onDidChange(() => void h.manager.peek(pasted).then(({ status }) => statuses.push(status)));
    await h.clock.jump(start + 8 * HOUR);
    expect(statuses.at(-1)).toBe('expired');
    // Something else is still to come, so the timer runs on and sees the clock.
    const other = staticProfile({ name: 'other' });
    await h.store.set(heldToken(other, { expiresAtMs: start + 20 * HOUR, obtainedAtMs: start }));
    await h.manager.peek(other);
    await h.clock.jump(start + MINUTE);
    expect((await h.manager.peek(pasted)).status).toBe('active');
  });

  it('carries 10,000 tokens with one timer and tells them together', async () => {
    const h = harness();
    const profiles = Array.from({ length: 10_000 }, (_, i) => staticProfile({ name: `t${i}` }));
    const end = h.clock.now() + HOUR;
    await Promise.all(
      profiles.map((p) => h.store.set(heldToken(p, { accessToken: `value-${p.name}`, expiresAtMs: end }))),
    );
    await Promise.all(profiles.map((p) => h.manager.peek(p)));
    expect(h.clock.mostTimers).toBe(1);
    const told: number[] = [];
    h.manager.onDidChange((keys) => told.push(keys.size));
    await h.clock.jump(end);
    expect(told).toEqual([10_000]);
  });

  it('refreshes in the background what was used within the hour, without a question', async () => {
    const clientSecret = vi.fn(() => Promise.resolve('asked-secret'));
    const h = harness({ askSecret: clientSecret });
    await h.manager.acquire(profile);
    await h.clock.advance(6 * MINUTE);
    expect((await h.manager.peek(profile)).token?.accessToken).toBe('access-2');
    h.server.answer = async ({ context }) => h.result({ accessToken: await context.secret('client_secret') });
    await h.clock.advance(6 * MINUTE);
    expect(clientSecret).not.toHaveBeenCalled();
    expect((await h.manager.peek(profile)).lastError?.code).toBe('secret_missing');
  });

  it('stops refreshing what was not used for an hour, and begins again after a use in another session', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    await h.clock.advance(3 * HOUR);
    const made = h.calls.length;
    expect(made).toBeGreaterThan(5);
    expect(made).toBeLessThan(16);
    await h.clock.advance(3 * HOUR);
    expect(h.calls).toHaveLength(made);
    expect((await h.manager.peek(profile)).status).toBe('expired');

    await h.options.usage.used(tokenKey(profile), h.clock.now() - MINUTE);
    const next = harness({ store: h.store, usage: h.options.usage, clock: h.clock });
    next.server.answer = () => Promise.resolve(next.result({ expiresAtMs: h.clock.now() + 10 * MINUTE }));
    await next.manager.peek(profile);
    await h.clock.advance(MINUTE);
    expect(next.calls).toHaveLength(1);
  });

  it('waits longer after each failure, and gives up on what needs a person', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    h.server.answer = () => Promise.reject(new KeyturnError('token_endpoint_failed', 'No.'));
    await h.clock.advance(50 * MINUTE);
    expect(h.calls.length).toBeGreaterThan(4);
    expect(h.calls.length).toBeLessThan(12);
    const other = harness();
    await other.manager.acquire(profile);
    other.server.answer = () => Promise.reject(new KeyturnError('invalid_client', 'No.'));
    await other.clock.advance(50 * MINUTE);
    expect(other.calls).toHaveLength(2);
  });

  it('renews tokens that live for seconds at a bearable pace', async () => {
    const h = harness();
    h.server.answer = () => Promise.resolve(h.result({ expiresAtMs: h.clock.now() }));
    await h.manager.acquire(profile);
    await h.clock.advance(10 * MINUTE);
    expect(h.calls.length).toBeLessThan(25);
  });

  it('refreshes at most four at once in the background', async () => {
    const h = harness();
    const profiles = Array.from({ length: 20 }, (_, i) => profileOf({ name: `p${i}` }));
    for (const p of profiles) await h.manager.acquire(p);
    const open = gate(h);
    h.calls.length = 0;
    await h.clock.advance(6 * MINUTE);
    expect(h.calls).toHaveLength(4);
    for (let i = 0; i < 20; i++) {
      open[i]!.resolve();
      await settled();
    }
    expect(h.calls).toHaveLength(20);
  });

  it('leaves nothing behind when it is disposed', async () => {
    const h = harness();
    await h.manager.acquire(profile);
    gate(h);
    const waiting = h.manager.acquire(profile, { force: true });
    await settled();
    h.manager.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(h.clock.timers.size).toBe(0);
  });

  it('records uses now and then, not at each request', async () => {
    const h = harness();
    const used = vi.spyOn(h.options.usage, 'used');
    for (let i = 0; i < 100; i++) await h.manager.acquire(profile);
    expect(used).toHaveBeenCalledOnce();
    expect((await h.manager.peek(profile)).lastUsedAtMs).toBe(h.clock.now());
    await h.manager.acquire(profileOf({ name: 'other' }), { markUsed: false });
    expect(used).toHaveBeenCalledOnce();
  });
});

it('knows every secret of a token from when it is obtained, and from when it is read', async () => {
  const first = harness();
  first.server.answer = () =>
    Promise.resolve(
      first.result({
        accessToken: 'access-token-of-it',
        refreshToken: 'refresh-token-of-it',
        idToken: 'id-token-of-viewer',
      }),
    );
  await first.manager.acquire(profileOf());
  expect(first.redactor.mask('access-token-of-it refresh-token-of-it id-token-of-viewer')).toBe(
    '•••viewer••• •••viewer••• •••viewer•••',
  );
  const second = harness({ store: first.store });
  await second.manager.peek(profileOf());
  expect(second.redactor.mask('access-token-of-it refresh-token-of-it id-token-of-viewer')).toBe(
    '•••viewer••• •••viewer••• •••viewer•••',
  );
});

it('keeps no secret that a server calls a scope', async () => {
  const { manager, server, result } = harness();
  server.answer = () => Promise.resolve(result({ scope: 'read access-1' }));
  const { token } = await manager.acquire(profileOf());
  expect(token.scope).toBe('read •••viewer•••');
  const facts = { active: true, expiresAtMs: null, scope: 'write access-1' };
  await manager.learn(profileOf(), token.accessToken, facts);
  expect((await manager.peek(profileOf())).token?.scope).toBe('write •••viewer•••');
});
