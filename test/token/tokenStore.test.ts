import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { secretKey, tokenKey } from '../../src/profile/key.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
import { noOptions } from '../../src/profile/profile.ts';
import type { SecretStore } from '../../src/base/secretStore.ts';
import type { Token } from '../../src/token/token.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createUsageRecord } from '../../src/token/usage.ts';
import { memoryValues, profileOf, staticProfile } from './support.ts';

function tokenOf(name: string, accessToken = `secret-of-${name}`): Token {
  return {
    key: tokenKey(staticProfile({ name })),
    name,
    accessToken,
    refreshToken: null,
    idToken: null,
    tokenType: null,
    scope: null,
    expiresAtMs: null,
    obtainedAtMs: 1,
    personal: { origins: ['https://api.example.com'], sendAs: { basic: {} } },
  };
}

describe('createTokenStore', () => {
  it('keeps tokens and client secrets, one secret each', async () => {
    const secrets = createMemorySecretStore();
    const store = createTokenStore(secrets);
    const [a, b] = [tokenOf('a'), tokenOf('b')];
    await store.set(b);
    await store.set(a);
    const clientKey = secretKey('client_secret', profileOf());
    await store.setSecret(clientKey, 'hush');
    expect(await store.get(a.key)).toEqual(a);
    expect(await store.list()).toEqual([a, b]);
    expect(await store.getSecret(clientKey)).toBe('hush');
    expect(await secrets.keys()).toHaveLength(3);
    await store.delete(a.key);
    await store.deleteSecret(clientKey);
    expect(await store.get(a.key)).toBeNull();
    expect(await store.getSecret(clientKey)).toBeNull();
  });

  it.each([
    ['no JSON', 'secret-{'],
    ['no object', '"secret-text"'],
    ['an empty token', JSON.stringify({ ...tokenOf('a'), accessToken: '' })],
    ['a number for a token', JSON.stringify({ ...tokenOf('a'), accessToken: 12 })],
    [
      'no origins',
      JSON.stringify({ ...tokenOf('a'), personal: { origins: [], sendAs: { scheme: 'Bearer' } } }),
    ],
    ['the token of another key', JSON.stringify({ ...tokenOf('a'), key: tokenOf('b').key })],
  ])('reports %s as corrupt, and lists the others', async (_name, stored) => {
    const secrets = createMemorySecretStore();
    const report = vi.fn<(error: KeyturnError) => void>();
    const store = createTokenStore(secrets, report);
    const [a, b] = [tokenOf('a'), tokenOf('b')];
    await secrets.set(a.key, stored);
    await secrets.set('something else', 'of another program');
    await store.set(b);
    const error: unknown = await store.get(a.key).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof KeyturnError)) throw new Error('It was read.', { cause: error });
    expect(error).toMatchObject({ code: 'store_corrupt', data: { token: 'a' } });
    expect(`${JSON.stringify(error)} ${error.message}`).not.toContain('secret-');
    expect(await store.list()).toEqual([b]);
    expect(report).toHaveBeenCalledOnce();
  });

  it('keeps the old token when a write is refused', async () => {
    const secrets = createMemorySecretStore();
    const store = createTokenStore(secrets);
    const old = tokenOf('a', 'old-value');
    await store.set(old);
    const refusing = createTokenStore({
      ...secrets,
      set: () => Promise.reject(new Error('no room for new-value')),
    });
    await expect(refusing.set(tokenOf('a', 'new-value'))).rejects.toMatchObject({
      code: 'store_write_failed',
      message: expect.not.stringContaining('new-value') as string,
    });
    expect(await store.get(old.key)).toEqual(old);
  });

  it('passes on what a store says of itself', async () => {
    const locked = () => Promise.reject(new KeyturnError('store_locked', 'Locked.'));
    const store = createTokenStore({ get: locked, set: locked, delete: locked, keys: locked });
    await expect(store.get('token:a:1')).rejects.toMatchObject({ code: 'store_locked' });
    await expect(store.list()).rejects.toMatchObject({ code: 'store_locked' });
    await expect(store.set(tokenOf('a'))).rejects.toMatchObject({ code: 'store_locked' });
  });

  it.each(['with', 'without'])('tells of its own changes, %s a store that does', async (kind) => {
    const memory = createMemorySecretStore();
    const silent: SecretStore = {
      get: (key) => memory.get(key),
      set: (key, value) => memory.set(key, value),
      delete: (key) => memory.delete(key),
      keys: () => memory.keys(),
    };
    const store = createTokenStore(kind === 'with' ? memory : silent);
    const heard: string[] = [];
    const subscription = store.onDidChange((key) => heard.push(key));
    const a = tokenOf('a');
    await store.set(a);
    await memory.set('of another program', 'x');
    await store.delete(a.key);
    expect(heard).toEqual([a.key, a.key]);
    subscription.dispose();
    await store.set(a);
    expect(heard).toHaveLength(2);
  });
});

describe('tokenKey', () => {
  const key = tokenKey(profileOf());

  it.each([
    ['origins', { origins: ['https://evil.example'] }],
    ['one more origin', { origins: ['https://api.example.com', 'https://evil.example'] }],
    ['issuer', { issuer: 'https://evil.example' }],
    ['token endpoint', { tokenEndpoint: 'https://evil.example/token' }],
    ['client', { clientId: 'other' }],
    ['grant', { grant: 'refresh_token' as const }],
    ['name', { name: 'editor' }],
    ['scope', { scope: 'reports:write' }],
  ])('changes with the %s', (_name, changes) => expect(tokenKey(profileOf(changes))).not.toBe(key));

  it('stays for what only looks different', () => {
    expect(tokenKey(profileOf({ declaredIn: null, sendAs: { header: 'X' } }))).toBe(key);
    const origins = ['https://b.example', 'https://a.example'];
    expect(tokenKey(profileOf({ origins }))).toBe(
      tokenKey(profileOf({ origins: ['https://A.example:443', 'https://b.example/', 'https://b.example'] })),
    );
  });

  it('keeps a pasted refresh token when only the scope changes', () => {
    const grant = 'refresh_token';
    expect(tokenKey(profileOf({ grant, scope: 'a' }))).toBe(tokenKey(profileOf({ grant, scope: 'b' })));
  });

  it('is one for the secret of a client, whatever its profiles are called and ask for', () => {
    const secret = secretKey('client_secret', profileOf());
    expect(secretKey('client_secret', profileOf({ name: 'x', scope: 'y' }))).toBe(secret);
    expect(secretKey('client_secret', profileOf({ issuer: 'https://evil.example' }))).not.toBe(secret);
  });

  it.each(['client_secret', 'password', 'private_key'] as const)(
    'lets a %s bring no token for another origin, and go to no endpoint that it was not given for',
    (kind) => {
      const secret = secretKey(kind, profileOf());
      expect(secretKey(kind, profileOf({ origins: ['https://evil.example'] }))).not.toBe(secret);
      const options = { ...noOptions, deviceAuthorizationEndpoint: 'https://evil.example/device' };
      expect(secretKey(kind, profileOf({ options }))).not.toBe(secret);
    },
  );
});

describe('createConsentStore', () => {
  it('remembers origins for each token with the file that declares it, and forgets them', async () => {
    const values = memoryValues();
    const consent = createConsentStore(values);
    await consent.remember('k', 'https://a.example', 'file:///w/keyturn.json');
    await consent.remember('k', 'https://b.example', null);
    await consent.remember('k', 'https://a.example', null);
    expect(await createConsentStore(values).allowed('k')).toEqual(['https://a.example', 'https://b.example']);
    expect(await consent.allowed('other')).toEqual([]);
    await consent.rememberPlace('k', 'file:///w');
    expect(await consent.all()).toEqual([
      {
        tokenKey: 'k',
        origins: [
          { origin: 'https://a.example', declaredIn: 'file:///w/keyturn.json' },
          { origin: 'https://b.example', declaredIn: null },
        ],
        places: ['file:///w'],
      },
    ]);
    await consent.forget('k');
    expect(await consent.allowed('k')).toEqual([]);
    expect(await consent.places('k')).toBeNull();
    expect(values.values.size).toBe(0);
  });

  it('withdraws one origin and one place, and leaves the others', async () => {
    const values = memoryValues();
    const consent = createConsentStore(values);
    for (const origin of ['https://a.example', 'https://b.example'])
      await consent.remember('k', origin, null);
    for (const place of ['file:///w', 'file:///v']) await consent.rememberPlace('k', place);
    await consent.withdrawOrigin('k', 'https://a.example');
    await consent.withdrawPlace('k', 'file:///w');
    expect(await consent.allowed('k')).toEqual(['https://b.example']);
    expect(await consent.places('k')).toEqual(['file:///v']);
    await consent.withdrawOrigin('k', 'https://b.example');
    await consent.withdrawPlace('k', 'file:///v');
    // That it was used somewhere once is still known.
    expect([...values.values]).toEqual([['places.k', []]]);
  });

  it('understands what version 0.1.0 stored', async () => {
    const values = memoryValues();
    values.values.set('consent.k', ['https://a.example']);
    const consent = createConsentStore(values);
    await consent.remember('k', 'https://b.example', null);
    expect(await consent.allowed('k')).toEqual(['https://a.example', 'https://b.example']);
  });

  it.each([['text'], [{ length: 1 }], [[1]], [null]])('takes %j as nothing allowed', async (stored) => {
    const values = memoryValues();
    values.values.set('consent.k', stored);
    values.values.set('places.k', stored);
    expect(await createConsentStore(values).allowed('k')).toEqual([]);
    expect(await createConsentStore(values).places('k')).toEqual([]);
  });
});

it('createUsageRecord keeps times, and takes nothing else for one', async () => {
  const values = memoryValues();
  const usage = createUsageRecord(values);
  expect(await usage.lastUsedAtMs('k')).toBeNull();
  await usage.used('k', 5);
  expect(await createUsageRecord(values).lastUsedAtMs('k')).toBe(5);
  for (const stored of ['5', -1, NaN, {}]) {
    values.values.set('used.k', stored);
    expect(await usage.lastUsedAtMs('k')).toBeNull();
  }
});
