import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { KeptSecrets } from '../../src/token/keptSecrets.ts';
import { secretKey } from '../../src/profile/key.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
import { profileOf } from './support.ts';

const profile = profileOf();
const key = secretKey('dpop_key', profile);
const closed = () => Promise.reject(new KeyturnError('store_unavailable', 'There is no keychain.'));

function setUp() {
  const secrets = createMemorySecretStore();
  const redactor = new Redactor();
  const store = createTokenStore(secrets);
  let made = 0;
  const make = () => Promise.resolve(`{"kty":"EC","d":"private-part-${++made}"}`);
  return { secrets, store, redactor, kept: new KeptSecrets(store, redactor), make, count: () => made };
}

describe('secrets that are made and kept', () => {
  it('are made once, for all who ask at once, and found again', async () => {
    const { kept, make, count, store, redactor } = setUp();
    expect(await kept.find('dpop_key', profile)).toBeNull();
    const all = await Promise.all(Array.from({ length: 10 }, () => kept.keep('dpop_key', profile, make)));
    expect(new Set(all).size).toBe(1);
    expect(count()).toBe(1);
    expect(await store.getSecret(key)).toBe(all[0]);
    expect(await new KeptSecrets(store, redactor).keep('dpop_key', profile, make)).toBe(all[0]);
    expect(redactor.mask('a private-part-1 b')).toBe('a •••key of viewer••• b');
  });

  it('are those of the process that stored last, when two make one at the same moment', async () => {
    const { kept, make, secrets } = setUp();
    const set = secrets.set.bind(secrets);
    secrets.set = async (name, value) => {
      await set(name, value);
      await set(name, '{"kty":"EC","d":"of-the-other"}');
    };
    expect(await kept.keep('dpop_key', profile, make)).toContain('of-the-other');
  });

  it('are held in memory where nothing can be stored', async () => {
    const { kept, make, count, secrets } = setUp();
    secrets.set = closed;
    const first = await kept.keep('dpop_key', profile, make);
    expect(await kept.keep('dpop_key', profile, make)).toBe(first);
    expect(await kept.find('dpop_key', profile)).toBe(first);
    expect(count()).toBe(1);
  });

  it('are never written over what could not be read', async () => {
    const { kept, make, secrets, store } = setUp();
    await store.setSecret(key, 'the key that tokens are bound to');
    const get = secrets.get.bind(secrets);
    secrets.get = closed;
    await kept.keep('dpop_key', profile, make);
    secrets.get = get;
    expect(await store.getSecret(key)).toBe('the key that tokens are bound to');
  });
});
