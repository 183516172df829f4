import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import { tokenKey } from '../../../src/profile/key.ts';
import type { LocalGrant } from '../../../src/profile/profile.ts';
import { harness, MINUTE } from '../support.ts';
import { localProfile } from './support.ts';

const command = localProfile('command', { command: ['print'] });
const environment = localProfile('environment', { variable: 'API_TOKEN' });
const account = localProfile('editor_account', { provider: 'github' });

describe('what the manager does with tokens that are kept elsewhere', () => {
  it.each<LocalGrant>(['command', 'editor_account', 'keychain', 'environment', 'self_signed'])(
    'a token of %s is not written to the store',
    async (grant) => {
      const { manager, store } = harness();
      const { token } = await manager.acquire(localProfile(grant, {}));
      expect(token.accessToken).toBe('access-1');
      expect(await store.list()).toEqual([]);
    },
  );

  it('no store is needed', async () => {
    const { manager, secrets, reports } = harness();
    secrets.get = () => Promise.reject(new KeyturnError('store_unavailable', 'There is no keychain.'));
    expect((await manager.acquire(environment)).token.accessToken).toBe('access-1');
    expect((await manager.peek(environment)).lastError).toBeNull();
    expect(reports).toEqual([]);
  });

  it('a command is run again when its token ends, and not before', async () => {
    const { manager, clock, calls } = harness();
    for (let i = 0; i < 3; i++) await manager.acquire(command, { markUsed: false });
    expect(calls.length).toBe(1);
    await clock.advance(9 * MINUTE);
    expect((await manager.acquire(command, { markUsed: false })).token.accessToken).toBe('access-2');
  });

  it('a token without a known end is held until it is refused', async () => {
    const { manager, clock, calls, server, result } = harness();
    server.answer = () => Promise.resolve(result({ expiresAtMs: null }));
    const { token } = await manager.acquire(command);
    await clock.advance(600 * MINUTE);
    expect((await manager.acquire(command)).token).toBe(token);
    await manager.acquire(command, { force: true, rejected: token.accessToken });
    expect(calls.length).toBe(2);
  });

  it('a variable is read at each use, and one that is gone is not replaced by what it was', async () => {
    const { manager, server, result } = harness();
    const says = (accessToken: string) => {
      server.answer = () => Promise.resolve(result({ accessToken, expiresAtMs: null }));
    };
    says('first');
    const first = await manager.acquire(environment);
    expect((await manager.acquire(environment)).token).toBe(first.token);
    says('second');
    expect((await manager.acquire(environment)).token.accessToken).toBe('second');
    server.answer = () => Promise.reject(new KeyturnError('token_missing', 'It is not set.'));
    await expect(manager.acquire(environment)).rejects.toMatchObject({ code: 'token_missing' });
  });

  it('what stands in KEYTURN_TOKEN_<NAME> stands above the source', async () => {
    const { manager, calls } = harness({ preset: { token: () => 'preset', secret: () => null } });
    expect((await manager.acquire(environment)).token.accessToken).toBe('preset');
    expect(calls).toEqual([]);
  });

  it('a person is asked only while a caller waits', async () => {
    const { manager, clock, calls } = harness();
    await manager.acquire(command);
    await clock.advance(9 * MINUTE);
    const [first, ...later] = calls.map(({ context }) => context.waiting);
    expect([first, new Set(later)]).toEqual([true, new Set([false])]);
  });

  it('after a change of an account its token is asked for again, and no other', async () => {
    const { manager, calls } = harness();
    await manager.acquire(account);
    await manager.acquire(command);
    await manager.release(({ grant }) => grant === 'editor_account');
    expect((await manager.peek(account)).token).toBeNull();
    await manager.acquire(account);
    await manager.acquire(command);
    expect(calls.map(({ profile }) => profile.grant)).toEqual([
      'editor_account',
      'command',
      'editor_account',
    ]);
  });

  it('a token of an account that was shared is found in the store', async () => {
    const { manager, store, calls } = harness();
    await store.set({
      key: tokenKey(account),
      name: account.name,
      accessToken: 'shared',
      refreshToken: null,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: null,
      obtainedAtMs: 1,
      personal: null,
    });
    expect((await manager.acquire(account)).token.accessToken).toBe('shared');
    expect(calls).toEqual([]);
  });

  it('nothing can be pasted', async () => {
    const { manager } = harness();
    await expect(manager.add(environment, 'token')).rejects.toMatchObject({ code: 'usage' });
  });
});
