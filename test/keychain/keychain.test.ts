import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeychainSecretStore } from '../../src/keychain/keychainSecretStore.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { staticProfile } from '../token/support.ts';
import { Keyring } from './daemon.ts';

let keyring: Keyring;
let store: KeychainSecretStore;

async function restart(state: 'open' | 'locked'): Promise<void> {
  await keyring.stop();
  keyring = await Keyring.start(state);
  store = new KeychainSecretStore({ timeoutMs: 15_000 });
}

beforeEach(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  store = new KeychainSecretStore({ timeoutMs: 15_000 });
});
afterEach(() => keyring.stop());

/** A process like the command's, with one second for the keychain. */
function command(env: NodeJS.ProcessEnv = process.env) {
  const start = performance.now();
  const script = fileURLToPath(new URL('command.ts', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env,
    timeout: 30_000,
  });
  return { stdout, status, ms: performance.now() - start };
}

describe('an open keychain', () => {
  it('keeps secrets', async () => {
    expect(await store.keys()).toEqual([]);
    expect(await store.get('token:a:1')).toBeNull();
    await store.set('token:a:1', 'first');
    await store.set('token:a:1', 'secönd\n"value"');
    await store.set('token:b:2', 'x'.repeat(100_000));
    expect(await store.get('token:a:1')).toBe('secönd\n"value"');
    expect((await store.get('token:b:2'))?.length).toBe(100_000);
    expect((await store.keys()).sort()).toEqual(['token:a:1', 'token:b:2']);
    await store.delete('token:a:1');
    await store.delete('token:never:3');
    expect(await store.keys()).toEqual(['token:b:2']);
  });

  it('keeps tokens for the next command, and through a restart of the keychain', async () => {
    const profile = staticProfile();
    const token = {
      key: tokenKey(profile),
      name: profile.name,
      accessToken: 'kept-token',
      refreshToken: null,
      idToken: null,
      tokenType: null,
      scope: null,
      expiresAtMs: null,
      obtainedAtMs: 1,
      personal: null,
    };
    await createTokenStore(store).set(token);
    expect(await createTokenStore(new KeychainSecretStore()).list()).toEqual([token]);
    await restart('open');
    expect(await createTokenStore(store).get(token.key)).toEqual(token);
  });

  it('answers many calls at once', async () => {
    const keys = Array.from({ length: 50 }, (_, i) => `token:t${i}:k`);
    await Promise.all(keys.map((key) => store.set(key, `value of ${key}`)));
    expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual(
      keys.map((key) => `value of ${key}`),
    );
  });

  it('lets the command end', () => {
    const { stdout, status, ms } = command();
    expect({ stdout, status }).toEqual({ stdout: 'read', status: 0 });
    expect(ms).toBeLessThan(10_000);
  });
});

describe('a locked keychain', () => {
  beforeEach(async () => {
    await store.set('token:a:1', 'first');
    await restart('locked');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['get', () => store.get('token:a:1')],
    ['set', () => store.set('token:a:1', 'second')],
    ['delete', () => store.delete('token:a:1')],
    ['keys', () => store.keys()],
  ])('fails %s with a clear sentence, and loses nothing', async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'store_locked', message: 'The keychain is locked.' });
    const start = performance.now();
    await expect(store.get('token:a:1')).rejects.toMatchObject({ code: 'store_locked' });
    expect(performance.now() - start).toBeLessThan(100);
    await restart('open');
    expect(await store.get('token:a:1')).toBe('first');
  });

  it('lets the command end', () => {
    const { stdout, status } = command();
    expect({ stdout, status }).toEqual({ stdout: 'store_locked', status: 0 });
  });
});

describe('a keychain that does not answer', () => {
  it('does not hang the command', () => {
    keyring.pause();
    const { stdout, status, ms } = command();
    expect({ stdout, status }).toEqual({ stdout: 'store_locked', status: 0 });
    expect(ms).toBeLessThan(10_000);
  });

  it('fails once after its time, then at once', async () => {
    keyring.pause();
    const hasty = new KeychainSecretStore({ timeoutMs: 300 });
    await expect(hasty.get('token:a:1')).rejects.toMatchObject({
      code: 'store_locked',
      message: 'The keychain did not answer within 1 s.',
    });
    const start = performance.now();
    await expect(hasty.set('token:a:1', 'x')).rejects.toMatchObject({ code: 'store_locked' });
    expect(performance.now() - start).toBeLessThan(100);
  });
});

it('a missing keychain is unavailable', async () => {
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };
  const missing = new KeychainSecretStore({ env });
  await expect(missing.get('token:a:1')).rejects.toMatchObject({
    code: 'store_unavailable',
    hint: expect.stringContaining('KEYTURN_TOKEN_') as string,
  });
  expect(command(env)).toMatchObject({ stdout: 'store_unavailable', status: 0 });
});
