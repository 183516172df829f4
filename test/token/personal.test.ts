// Pasted tokens that no keyturn.json declares: listed by their keys, read when a person wants to know more.
import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { readTokenKey, tokenKey } from '../../src/profile/key.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
import { harness, profileOf, settled, staticProfile } from './support.ts';

function mine(name: string, changes: Partial<TokenProfile> = {}): TokenProfile {
  return staticProfile({ name, declaredIn: null, ...changes });
}

/** A new session over a store that counts what is read of it. */
function session(secrets = createMemorySecretStore()) {
  const get = vi.fn((key: string) => secrets.get(key));
  const h = harness({ store: createTokenStore({ ...secrets, get }) });
  return { ...h, secrets, get };
}

/** A store that another session has filled with these. */
async function filled(...profiles: TokenProfile[]) {
  const secrets = createMemorySecretStore();
  const { manager } = session(secrets);
  for (const profile of profiles) await manager.add(profile, `value-of-${profile.name}`);
  manager.dispose();
  return session(secrets);
}

const namesOf = async (names: Promise<ReadonlyMap<string, string>>) => [...(await names).values()];

describe('personal tokens', () => {
  it('are named without being read', async () => {
    const { manager, get } = await filled(mine('b'), mine('a'));
    expect(await namesOf(manager.personalNames())).toEqual(['a', 'b']);
    expect(get).not.toHaveBeenCalled();
  });

  it('are found by name without reading the others', async () => {
    const profiles = Array.from({ length: 50 }, (_, index) => mine(`held-${index}`));
    const { manager, get } = await filled(...profiles);
    const found = await manager.personal('held-7');
    expect(found.map(({ token }) => token?.accessToken)).toEqual(['value-of-held-7']);
    expect(get).toHaveBeenCalledTimes(1);
    expect(await manager.personal('held')).toEqual([]);
  });

  it('are read once, however many there are', async () => {
    const profiles = Array.from({ length: 250 }, (_, index) => mine(`held-${index}`));
    const { manager, get } = await filled(...profiles);
    expect(await manager.personal()).toHaveLength(250);
    expect(await manager.personal()).toHaveLength(250);
    expect(get).toHaveBeenCalledTimes(250);
  });

  it('are told from those that were pasted for a keyturn.json, once they are read', async () => {
    const { manager } = await filled(mine('own'), staticProfile({ name: 'declared' }));
    expect(await namesOf(manager.personalNames())).toEqual(['declared', 'own']);
    expect((await manager.personal()).map(({ profile }) => profile.name)).toEqual(['own']);
    expect(await namesOf(manager.personalNames())).toEqual(['own']);
  });

  it('are told from tokens that servers issued', async () => {
    const { manager } = await filled(mine('own'));
    await manager.acquire(profileOf());
    expect(await namesOf(manager.personalNames())).toEqual(['own']);
  });

  it('are left out when what is stored cannot be read, which is reported once', async () => {
    const { manager, secrets, reports } = await filled(mine('good'), mine('bad'));
    await secrets.set(tokenKey(mine('bad')), '{');
    for (let i = 0; i < 2; i++) {
      expect((await manager.personal()).map(({ profile }) => profile.name)).toEqual(['good']);
    }
    expect(reports).toEqual(['store_corrupt']);
  });

  it('are asked for again after the store could not be read', async () => {
    const { manager, secrets } = await filled(mine('own'));
    const keys = vi.spyOn(secrets, 'keys');
    const locked = harness({ store: createTokenStore(secrets) }).manager;
    keys.mockRejectedValueOnce(new KeyturnError('store_locked', 'Locked.'));
    await expect(locked.personal()).rejects.toMatchObject({ code: 'store_locked' });
    expect(await locked.personal()).toHaveLength(1);
    manager.dispose();
  });

  it('come and go with what other windows do, read or not', async () => {
    const { manager, secrets } = await filled(mine('first'));
    const other = session(secrets);
    await manager.personalNames();
    await other.manager.add(mine('second'), 'value-of-second');
    await settled();
    expect(await namesOf(manager.personalNames())).toEqual(['first', 'second']);
    await secrets.delete(tokenKey(mine('first')));
    await settled();
    expect(await namesOf(manager.personalNames())).toEqual(['second']);
    expect((await manager.personal()).map(({ profile }) => profile.name)).toEqual(['second']);
  });
});

describe('the key of a token', () => {
  const hash = 'x'.repeat(24);
  it.each([
    ['pasted', tokenKey(mine('own')), 'own', true],
    ['pasted, with a name like a key', tokenKey(mine(`pasted:${hash}`)), `pasted:${hash}`, true],
    ['issued', tokenKey(profileOf({ name: 'viewer' })), 'viewer', false],
    [
      'with less scope',
      tokenKey(profileOf({ name: 'viewer', scope: 'less', parent: profileOf() })),
      'viewer',
      false,
    ],
  ])('tells its name: %s', (_kind, key, name, pasted) => {
    expect(readTokenKey(key)).toMatchObject({ name, pasted });
    expect(`${name}${readTokenKey(key)?.hash}`).toBe(key.slice(key.indexOf(':') + 1));
  });

  it('has no hash where it was not made here', () => {
    expect(readTokenKey('token:viewer')).toEqual({ name: 'viewer', hash: '', pasted: false });
    expect(readTokenKey('pasted:a:b')).toEqual({ name: 'a:b', hash: '', pasted: true });
    expect(readTokenKey('client-secret:viewer:1')).toBeNull();
  });
});
