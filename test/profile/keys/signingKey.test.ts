import { exportJWK, jwtVerify } from 'jose';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import { privateFiles } from '../../../src/node/privateFiles.ts';
import { Redactor } from '../../../src/redaction/redactor.ts';
import { noOptions, type ProfileOptions } from '../../../src/profile/profile.ts';
import { signingKey } from '../../../src/profile/keys/signingKey.ts';
import { signJwt } from '../../../src/profile/keys/signJwt.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const pkcs8 = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'keyturn-key-'))));
afterAll(() => rm(folder, { recursive: true }));

function read(text: string, options: Partial<ProfileOptions> = {}, preferred?: readonly string[]) {
  const registered: string[] = [];
  const tools = { files: privateFiles, register: (secret: string) => void registered.push(secret) };
  const profile = { name: 'signer', declaredIn: null, options: { ...noOptions, ...options } };
  return signingKey(profile, { secret: () => Promise.resolve(text) }, tools, preferred);
}

async function failure(promise: Promise<unknown>): Promise<KeyturnError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeyturnError) return error;
  throw new Error('A KeyturnError was expected.', { cause: error });
}

async function verifies(
  key: KeyObject,
  text: string,
  options: Partial<ProfileOptions> = {},
): Promise<string> {
  const signing = await read(text, options);
  const jwt = await signJwt('signer', signing, { sub: 'x' });
  const { protectedHeader } = await jwtVerify(jwt, createPublicKey(key));
  return protectedHeader.alg;
}

describe('a signing key', () => {
  it('is read from every kind of PEM', async () => {
    expect(await verifies(rsa, pkcs8(rsa))).toBe('RS256');
    expect(await verifies(rsa, rsa.export({ format: 'pem', type: 'pkcs1' }).toString())).toBe('RS256');
    expect(await verifies(p256, p256.export({ format: 'pem', type: 'sec1' }).toString())).toBe('ES256');
    expect(await verifies(p384, pkcs8(p384))).toBe('ES384');
    expect(await verifies(ed25519, pkcs8(ed25519))).toBe('EdDSA');
  });

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'signs with %s where that is named',
    async (algorithm) => {
      expect(await verifies(rsa, pkcs8(rsa), { algorithm })).toBe(algorithm);
    },
  );

  it('is read when its line breaks were lost, escaped, or surrounded by other text', async () => {
    const text = pkcs8(rsa);
    expect(await verifies(rsa, text.replaceAll('\n', ' '))).toBe('RS256');
    expect(await verifies(rsa, text.replaceAll('\n', ''))).toBe('RS256');
    expect(await verifies(rsa, text.replaceAll('\n', '\\n'))).toBe('RS256');
    expect(await verifies(rsa, `\ufeff\r\n${text.replaceAll('\n', '\r\n')}`)).toBe('RS256');
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    expect(await verifies(p256, parameters + p256.export({ format: 'pem', type: 'sec1' }).toString())).toBe(
      'ES256',
    );
  });

  it('is read from a JWK, from a set of them, and from a service account', async () => {
    const jwk = { ...(await exportJWK(rsa)), kid: 'two', alg: 'PS256', use: 'enc', key_ops: ['decrypt'] };
    expect(await verifies(rsa, JSON.stringify(jwk))).toBe('PS256');
    expect((await read(JSON.stringify(jwk))).keyId).toBe('two');
    expect((await read(JSON.stringify(jwk), { keyId: 'mine' })).keyId).toBe('mine');
    const set = JSON.stringify({
      keys: [{ ...(await exportJWK(p256)), kid: 'one' }, jwk, await exportJWK(createPublicKey(rsa))],
    });
    expect(await verifies(p256, set, { keyId: 'one' })).toBe('ES256');
    expect((await failure(read(set))).message).toContain('several keys');
    const account = JSON.stringify({
      type: 'service_account',
      private_key: pkcs8(rsa),
      private_key_id: 'k9',
    });
    expect(await verifies(rsa, account)).toBe('RS256');
    expect((await read(account)).keyId).toBe('k9');
  });

  it('is any text for HS*, and an oct JWK', async () => {
    for (const text of [
      'a shared secret',
      JSON.stringify({ kty: 'oct', k: Buffer.from('a shared secret').toString('base64url') }),
    ]) {
      const jwt = await signJwt('signer', await read(text, { algorithm: 'HS384' }), {});
      await jwtVerify(jwt, new TextEncoder().encode('a shared secret'));
    }
  });

  it('takes the algorithm that the other side prefers', async () => {
    expect((await read(pkcs8(rsa), {}, ['PS256', 'ES256'])).algorithm).toBe('PS256');
    expect((await read(pkcs8(rsa), {}, ['none'])).algorithm).toBe('RS256');
    expect((await read(pkcs8(rsa), { algorithm: 'RS512' }, ['PS256'])).algorithm).toBe('RS512');
  });

  it.each<[string, string | (() => string | Promise<string>), Partial<ProfileOptions>, string]>([
    ['garbage', 'hunter2-garbage', {}, 'neither PEM nor a JWK'],
    ['nothing', '', { algorithm: 'HS256' }, 'is empty'],
    ['half a PEM', () => pkcs8(rsa).slice(0, 900), {}, 'not complete'],
    ['a damaged PEM', () => pkcs8(rsa).replace(/\n.{64}\n/, '\nAAAA\n'), {}, 'damaged'],
    [
      'a PEM with other characters',
      '-----BEGIN PRIVATE KEY-----\nhunter2§\n-----END PRIVATE KEY-----',
      {},
      'damaged',
    ],
    ['labels without end', '-----BEGIN A'.repeat(5000), {}, 'not complete'],
    ['what has no end', '-----BEGIN A'.repeat(20_000), {}, 'too long'],
    [
      'an encrypted PEM',
      () => rsa.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      {},
      'encrypted with a passphrase',
    ],
    [
      'an encrypted PKCS#1',
      () => rsa.export({ format: 'pem', type: 'pkcs1', cipher: 'aes-128-cbc', passphrase: 'x' }).toString(),
      {},
      'encrypted with a passphrase',
    ],
    [
      'a key of OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      {},
      'OpenSSH',
    ],
    [
      'a public key',
      () => createPublicKey(rsa).export({ format: 'pem', type: 'spki' }).toString(),
      {},
      'public key',
    ],
    [
      'a public JWK',
      async () => JSON.stringify(await exportJWK(createPublicKey(rsa))),
      {},
      'holds no private key',
    ],
    ['JSON that is none', '{"kty":"RSA","d":"hunter2', {}, 'not valid JSON'],
    ['JSON of something else', '{"hunter2":1}', {}, 'not a JWK'],
    ['a JWK of numbers', '{"kty":"RSA","n":1,"d":2}', {}, 'not a JWK'],
    ['a JWK without its numbers', '{"kty":"RSA","d":"hunter2"}', {}, 'too short'],
    [
      'a curve that is none',
      '{"kty":"EC","crv":"__proto__","d":"hunter2","x":"a","y":"b"}',
      {},
      'cannot sign a JWT',
    ],
    [
      'a key for another algorithm',
      () => pkcs8(p256),
      { algorithm: 'RS256' },
      'does not fit the algorithm RS256',
    ],
    ['PEM for HS256', () => pkcs8(rsa), { algorithm: 'HS256' }, 'does not fit the algorithm HS256'],
    ['an X25519 key', () => pkcs8(generateKeyPairSync('x25519').privateKey), {}, 'cannot sign a JWT'],
    [
      'a short RSA key',
      () => pkcs8(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
      {},
      'too short',
    ],
    [
      'a JWK for encryption',
      async () => JSON.stringify({ ...(await exportJWK(rsa)), alg: 'RSA-OAEP' }),
      {},
      'does not fit',
    ],
  ])('is refused: %s', async (_name, text, options, words) => {
    const given = typeof text === 'string' ? text : await text();
    const error = await failure(read(given, options));
    expect(error.code).toBe('key_invalid');
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(/\.$/);
    expect(error.message + String(error.hint)).not.toContain('hunter2');
  });

  it('is never signed with an algorithm that does not exist', async () => {
    for (const algorithm of ['none', 'RSA-OAEP', 'toString']) {
      expect((await failure(read(pkcs8(rsa), { algorithm }))).code).toBe('profile_invalid');
    }
  });
});

describe('a key file', () => {
  const fromFile = (
    keyFile: string,
    options: Partial<ProfileOptions> = {},
    declaredIn: string | null = null,
  ) => {
    const registered: string[] = [];
    const tools = { files: privateFiles, register: (secret: string) => void registered.push(secret) };
    const profile = { name: 'signer', declaredIn, options: { ...noOptions, keyFile, ...options } };
    const secret = () => Promise.reject(new Error('must not be asked'));
    return { key: signingKey(profile, { secret }, tools), registered };
  };

  it('is read, and made known to the Redactor', async () => {
    const path = join(folder, 'key.pem');
    await writeFile(path, `\ufeff${pkcs8(p256)}`);
    const { key, registered } = fromFile(path);
    expect((await key).algorithm).toBe('ES256');
    const redactor = new Redactor();
    registered.forEach((secret) => redactor.register(secret, 'key'));
    for (const line of pkcs8(p256).split('\n').slice(1, -2)) expect(redactor.mask(line)).toBe('•••key•••');
    const jwk = await exportJWK(p256);
    await writeFile(path, JSON.stringify(jwk, null, 2));
    const second = fromFile(path);
    await second.key;
    second.registered.forEach((secret) => redactor.register(secret, 'key'));
    expect(redactor.mask(`d=${jwk.d ?? ''} x=${jwk.x ?? ''}`)).toBe(`d=•••key••• x=${jwk.x ?? ''}`);
  });

  it.each<[string, () => Promise<string> | string, string, string]>([
    ['does not exist', () => join(folder, 'none.pem'), 'file_unreadable', 'does not exist'],
    [
      'is a folder',
      async () => join(folder, (await mkdir(join(folder, 'dir'), { recursive: true })) ? 'dir' : 'dir'),
      'file_unreadable',
      'is a folder',
    ],
    ['is a device', () => '/dev/zero', 'file_unreadable', 'belongs to the system'],
    [
      'is too long',
      async () => {
        await writeFile(join(folder, 'long.pem'), 'hunter2 '.repeat(131_072));
        return join(folder, 'long.pem');
      },
      'file_unreadable',
      'longer than 65.5 kB',
    ],
    [
      'is no key',
      async () => {
        await writeFile(join(folder, 'notes.txt'), 'hunter2');
        return join(folder, 'notes.txt');
      },
      'key_invalid',
      'neither PEM nor a JWK',
    ],
    ['is below the home and missing', () => '~/keyturn-no-such-key.pem', 'file_unreadable', homedir()],
    ['has no absolute path', () => 'key.pem', 'profile_invalid', 'not named'],
    ['has no path at all', () => '', 'profile_invalid', 'not named'],
  ])('is refused when it %s', async (_name, make, code, words) => {
    const error = await failure(fromFile(await make(), { algorithm: 'HS256' }).key);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('hunter2');
  });

  it('is refused beside the keyturn.json that names it', async () => {
    const path = join(folder, 'key.pem');
    await writeFile(path, pkcs8(p256));
    expect((await failure(fromFile(path, {}, join(folder, 'keyturn.json')).key)).code).toBe(
      'profile_invalid',
    );
  });
});
