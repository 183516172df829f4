import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { makeDpopKey } from '../../src/oauth/client/dpop.ts';
import { KeptSecrets } from '../../src/token/keptSecrets.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { InspectionSecrets } from '../../src/oauth/verify/inspectionSecrets.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { secretKey } from '../../src/profile/key.ts';
import { signingKey } from '../../src/profile/keys/signingKey.ts';
import { keychainSource } from '../../src/sources/keychain.ts';
import type { TokenSource } from '../../src/sources/source.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createMemorySecretStore } from '../token/memorySecretStore.ts';
import { harness, profileOf } from '../token/support.ts';
import { canaryValue, findSecrets, writtenForms } from './forms.ts';

// What no test can bring through the whole editor: a key that never leaves it, the keychain of a person, an account of
// the editor. Whatever is shown or written goes through the Redactor, so it has to know each of these secrets, in every
// form, from the moment in which it is first held.

const profileWith = (options: Partial<TokenProfile['options']>, changes: Partial<TokenProfile> = {}) =>
  profileOf({ ...changes, options: { ...noOptions, ...options } });

/** The secrets of which some form would be shown. */
function shown(redactor: Redactor, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([name, secret]) =>
      writtenForms(secret).some(
        (text) => findSecrets(redactor.mask(`before ${text} after`), { [name]: secret }).length > 0,
      ),
    )
    .map(([name]) => name);
}

let redactor = new Redactor();
afterEach(() => {
  redactor = new Redactor();
});
const register = (secret: string, label: string) => redactor.register(secret, label);

test('what was not registered is found', () => {
  expect(shown(redactor, { secret: canaryValue('secret') })).toEqual(['secret']);
});

test.each(['made', 'read'])('the key of DPoP inspections that was %s', async (how) => {
  const profile = profileOf();
  const store = createTokenStore(createMemorySecretStore());
  const text = await makeDpopKey();
  if (how === 'read') {
    await store.setSecret(secretKey('dpop_key', profile), text);
    await new KeptSecrets(store, redactor).find('dpop_key', profile);
  } else {
    await new KeptSecrets(store, redactor).keep('dpop_key', profile, () => Promise.resolve(text));
  }
  const { d } = JSON.parse(text) as { d: string };
  expect(shown(redactor, { text, d })).toEqual([]);
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const jwk = rsa.export({ format: 'jwk' });
const { d = '', p = '', q = '', dp = '', dq = '', qi = '' } = jwk;
const pem = rsa.export({ format: 'pem', type: 'pkcs8' }).toString().trim();
const lines = Object.fromEntries(
  pem
    .split('\n')
    .filter((line) => line.length > 40)
    .map((line, index) => [`line ${index}`, line]),
);

describe('a private key', () => {
  const read = (given: string) =>
    signingKey(
      profileWith({ algorithm: 'RS256' }),
      { secret: () => Promise.resolve(given) },
      { files: privateFiles, register },
    );

  test('as a JWK, whole and member by member', async () => {
    const text = JSON.stringify(jwk);
    await read(text);
    expect(shown(redactor, { text, d, p, q, dp, dq, qi })).toEqual([]);
  });

  test('in PEM, whole and line by line', async () => {
    await read(pem);
    expect(shown(redactor, { pem, ...lines })).toEqual([]);
  });
});

describe('a key that a person gave to check or open tokens', () => {
  test.each([
    ['verification_key', canaryValue('shared'), {}],
    ['decryption_key', JSON.stringify(jwk), { d, p, q, dp, dq, qi }],
    ['decryption_key', pem, lines],
  ] as const)('%s', async (kind, text, parts) => {
    const profile = profileOf();
    const store = createTokenStore(createMemorySecretStore());
    await store.setSecret(secretKey(kind, profile), text);
    const askSecret = () => Promise.resolve(null);
    await new InspectionSecrets({ store, redactor, askSecret }).held(profile, kind);
    expect(shown(redactor, { text, ...parts })).toEqual([]);
  });
});

describe('a token that others keep', () => {
  async function used(source: TokenSource, profile: TokenProfile, secret: string): Promise<void> {
    const {
      manager,
      redactor: own,
      secrets,
    } = harness({
      obtain: (wanted, context) => source.obtain(wanted, context),
    });
    const { token } = await manager.acquire(profile);
    expect(token.accessToken).toBe(secret);
    expect(shown(own, { secret })).toEqual([]);
    // What another keeps is not kept twice.
    const kept = await Promise.all((await secrets.keys()).map((key) => secrets.get(key)));
    expect(findSecrets(kept.join('\n'), { secret })).toEqual([]);
  }
  const consent = { require: () => Promise.resolve() };
  const clock = { now: () => 0, at: () => ({ dispose: () => undefined }) };

  test.each([
    ['as it is', (secret: string) => secret],
    ['in base64', (secret: string) => `go-keyring-base64:${Buffer.from(secret).toString('base64')}`],
    ['in hexadecimal', (secret: string) => `go-keyring-encoded:${Buffer.from(secret).toString('hex')}`],
    ['in JSON', (secret: string) => JSON.stringify({ access_token: secret })],
  ])('in the keychain, %s', async (_name, written) => {
    const secret = canaryValue('entry');
    const keychain = { read: () => Promise.resolve(written(secret)) };
    const profile = profileWith({ keychainService: 'tool', keychainAccount: 'ada' }, { grant: 'keychain' });
    await used(keychainSource({ keychain, consent, clock }), profile, secret);
  });
});
