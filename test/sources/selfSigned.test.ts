import { decodeProtectedHeader, exportJWK, jwtVerify } from 'jose';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { secretKey, tokenKey } from '../../src/profile/key.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { createSelfSigned } from '../../src/sources/selfSigned.ts';
import { contextOf, failureOf } from '../oauth/support.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { harness, profileOf, TestClock } from '../token/support.ts';

const clock = new TestClock();
const now = Math.floor(clock.now() / 1000);
const redactor = new Redactor();
const source = createSelfSigned({
  files: privateFiles,
  register: (secret) => redactor.register(secret),
  clock,
});
const ed = generateKeyPairSync('ed25519').privateKey;
const pem = ed.export({ format: 'pem', type: 'pkcs8' }).toString();

function profile(options: Partial<ProfileOptions> = {}, changes: Partial<TokenProfile> = {}): TokenProfile {
  return profileOf({
    grant: 'self_signed',
    issuer: null,
    clientId: null,
    scope: null,
    ...changes,
    options: { ...noOptions, ...options },
  });
}

const obtain = (options: Partial<ProfileOptions>, secret = pem) =>
  source.obtain(profile(options), contextOf({ secret: () => Promise.resolve(secret) }));

async function claimsOf(jwt: string): Promise<Record<string, unknown>> {
  const { payload } = await jwtVerify(jwt, createPublicKey(ed), { currentDate: new Date(clock.now()) });
  return payload;
}

describe('a JWT of our own', () => {
  it('holds the claims of the profile, and ends after five minutes', async () => {
    const result = await obtain({
      claims: { iss: 'tests', roles: ['admin'], nested: { a: 1 } },
      keyId: 'one',
    });
    expect(result).toMatchObject({ tokenType: 'bearer', refreshToken: null, idToken: null, scope: null });
    expect(result.expiresAtMs).toBe((now + 300) * 1000);
    const claims = await claimsOf(result.accessToken);
    expect(claims).toMatchObject({
      iss: 'tests',
      roles: ['admin'],
      nested: { a: 1 },
      iat: now,
      exp: now + 300,
    });
    expect(claims['jti']).toMatch(/^[0-9a-f-]{36}$/);
    expect(decodeProtectedHeader(result.accessToken)).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: 'one' });
    expect((await claimsOf((await obtain({})).accessToken))['jti']).not.toBe(claims['jti']);
  });

  it('keeps times that the profile names, as numbers or as what a variable put there', async () => {
    const fixed = await obtain({
      claims: { iat: String(now - 10), exp: now + 60, nbf: now - 5, jti: 'mine' },
    });
    expect(fixed.expiresAtMs).toBe((now + 60) * 1000);
    expect(await claimsOf(fixed.accessToken)).toEqual({
      iat: now - 10,
      exp: now + 60,
      nbf: now - 5,
      jti: 'mine',
    });
    expect((await obtain({ lifetime: 20, claims: { iat: now - 10 } })).expiresAtMs).toBe((now + 10) * 1000);
    expect(await claimsOf((await obtain({ claims: { jti: null, iat: null } })).accessToken)).toEqual({
      exp: now + 300,
    });
  });

  it.each([['soon'], [-1], [true], [{}], [1e300], ['99999999999999999999']])(
    'is not made with the end %j',
    async (exp) => {
      expect((await failureOf(obtain({ claims: { exp } }))).code).toBe('profile_invalid');
    },
  );

  it('is signed with a shared secret for HS*', async () => {
    const result = await obtain({ algorithm: 'HS256', claims: { sub: 'x' } }, 'a shared secret');
    const key = new TextEncoder().encode('a shared secret');
    const { payload } = await jwtVerify(result.accessToken, key, { currentDate: new Date(clock.now()) });
    expect(payload.sub).toBe('x');
  });

  it('is not made with a key that does not fit', async () => {
    expect((await failureOf(obtain({ algorithm: 'ES256' }))).code).toBe('key_invalid');
    const jwk = JSON.stringify({ ...(await exportJWK(ed)), x: 'AAAA' });
    expect((await failureOf(obtain({}, jwk))).code).toBe('key_invalid');
  });

  it('comes from the manager, with a key of its own for each place where it may go', async () => {
    const signer = profile({ claims: { sub: 'x' } });
    const h = harness({ obtain: (wanted, context) => source.obtain(wanted, context), clock });
    await h.store.setSecret(secretKey('private_key', signer), pem);
    const { token } = await h.manager.acquire(signer);
    expect(await claimsOf(token.accessToken)).toMatchObject({ sub: 'x' });
    expect(token.expiresAtMs).toBe((now + 300) * 1000);
    expect(redactor.mask(`got ${pem.trim()}`)).not.toContain(pem.slice(40, 80));
    h.manager.dispose();

    const elsewhere = profile({}, { origins: ['https://evil.example'] });
    expect(secretKey('private_key', elsewhere)).not.toBe(secretKey('private_key', signer));
    expect(tokenKey(elsewhere)).not.toBe(tokenKey(signer));
  });

  it('asks for another key when the stored one cannot be used, and keeps the one that works', async () => {
    const signer = profile({ claims: { sub: 'x' } });
    const asked: object[] = [];
    const h = harness({
      obtain: (wanted, context) => source.obtain(wanted, context),
      clock,
      askSecret: (_profile, question) => {
        asked.push(question);
        return Promise.resolve(pem);
      },
    });
    await h.store.setSecret(secretKey('private_key', signer), 'not a key');
    expect(await claimsOf((await h.manager.acquire(signer)).token.accessToken)).toMatchObject({ sub: 'x' });
    expect(asked).toEqual([{ kind: 'private_key', refused: true }]);
    expect(await h.store.getSecret(secretKey('private_key', signer))).toBe(pem);
    h.manager.dispose();
  });
});
