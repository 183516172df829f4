import { decodeJwt, decodeProtectedHeader, exportJWK } from 'jose';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { certificate } from '../../http/support.ts';
import { profileOf } from '../../token/support.ts';
import { LONG_SECRET, startProvider } from '../provider.mjs';
import { contextOf, endpointProfile, failureOf, json, listen, obtainer } from '../support.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (pair: { privateKey: typeof rsa.privateKey }) =>
  pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  const keys = await Promise.all(
    [rsa, ec, ed].map(async (pair, index) => ({
      ...(await exportJWK(pair.publicKey)),
      kid: ['rsa', 'ec', 'ed'][index],
    })),
  );
  provider = await startProvider({ jwks: { keys } });
});
afterAll(() => provider.close());

const profile = (
  clientId: string,
  clientAuthentication: TokenProfile['clientAuthentication'],
  options: Partial<TokenProfile['options']> = {},
) =>
  profileOf({
    name: clientId,
    issuer: provider.issuer,
    clientId,
    clientAuthentication,
    options: { ...noOptions, ...options },
  });
const withSecret = (text: string) => contextOf({ secret: () => Promise.resolve(text) });
const obtain = () => obtainer({ clock: systemClock });

describe('client authentication at a real provider', () => {
  it('signs with the client secret', async () => {
    const result = await obtain()(profile('signs', 'client_secret_jwt'), withSecret(LONG_SECRET));
    expect(result.tokenType).toBe('bearer');
    const long = profile('signs512', 'client_secret_jwt', { algorithm: 'HS512' });
    expect((await obtain()(long, withSecret(LONG_SECRET))).tokenType).toBe('bearer');
    const wrong = await failureOf(
      obtain()(profile('signs', 'client_secret_jwt'), withSecret('wrong-secret')),
    );
    expect(wrong.code).toBe('invalid_client');
    expect(wrong.message).not.toContain('wrong-secret');
  });

  it.each([
    ['rsa', rsa],
    ['ec', ec],
    ['ed', ed],
  ] as const)('signs with an %s key', async (kid, pair) => {
    const key = profile('key', 'private_key_jwt', { keyId: kid });
    expect((await obtain()(key, withSecret(pem(pair)))).tokenType).toBe('bearer');
    const jwk = JSON.stringify({ ...(await exportJWK(pair.privateKey)), kid });
    expect((await obtain()(profile('key', 'private_key_jwt'), withSecret(jwk))).tokenType).toBe('bearer');
  });

  it('signs with the algorithm that the profile names', async () => {
    const named = profile('ps', 'private_key_jwt', { algorithm: 'PS256' });
    expect((await obtain()(named, withSecret(pem(rsa)))).tokenType).toBe('bearer');
    const other = profile('ps', 'private_key_jwt', { algorithm: 'RS256' });
    expect((await failureOf(obtain()(other, withSecret(pem(rsa))))).code).toBe('invalid_client');
  });

  it('is refused with a key that the server does not know', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const error = await failureOf(obtain()(profile('key', 'private_key_jwt'), withSecret(pem(other))));
    expect(error.code).toBe('invalid_client');
  });
});

describe('an assertion', () => {
  /** What a server with this metadata is sent. */
  async function sent(
    metadata: object | null,
    options: Partial<TokenProfile['options']> = {},
  ): Promise<string> {
    let assertion = '';
    const server = await listen((request, response, body) => {
      if (request.method === 'GET') {
        json(response, 200, { issuer: server.origin, token_endpoint: `${server.origin}/t`, ...metadata });
        return;
      }
      assertion = new URLSearchParams(body).get('client_assertion') ?? '';
      json(response, 200, { access_token: 'a', token_type: 'bearer' });
    });
    const place =
      metadata === null ? { issuer: null, tokenEndpoint: `${server.origin}/t` } : { issuer: server.origin };
    await obtain()({ ...profile('key', 'private_key_jwt', options), ...place }, withSecret(pem(rsa)));
    await server.close();
    expect(decodeJwt(assertion)).toMatchObject({
      iss: 'key',
      sub: 'key',
      aud: metadata === null ? `${server.origin}/t` : server.origin,
    });
    return assertion;
  }

  it('is for the issuer, or for the token endpoint where no issuer is known', async () => {
    expect(decodeProtectedHeader(await sent({}))).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(await sent(null))).toMatchObject({ jti: expect.any(String) as string });
  });

  it('uses the algorithm that the server takes', async () => {
    const picky = { token_endpoint_auth_signing_alg_values_supported: ['PS256', 'ES256'] };
    expect(decodeProtectedHeader(await sent(picky)).alg).toBe('PS256');
    expect(decodeProtectedHeader(await sent(picky, { algorithm: 'RS512' })).alg).toBe('RS512');
  });

  it('names the certificate of its key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-x5t-'));
    const { cert } = await certificate();
    await writeFile(join(folder, 'client.pem'), cert);
    const header = decodeProtectedHeader(await sent({}, { certificateFile: join(folder, 'client.pem') }));
    const der = new X509Certificate(cert).raw;
    expect(header).toMatchObject({ 'x5t#S256': createHash('sha256').update(der).digest('base64url') });
    await rm(folder, { recursive: true });
  });
});

describe('HTTP Basic', () => {
  it('encodes what a form encodes, and no more', async () => {
    let header = '';
    const server = await listen((request, response) => {
      header = request.headers.authorization ?? '';
      json(response, 200, { access_token: 'a', token_type: 'bearer' });
    });
    const machine = endpointProfile(`${server.origin}/token`, { clientId: 'my-client_1.0' });
    await obtainer()(machine, withSecret('s3-cr_e.t*/+ %ü'));
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe(
      'my-client_1.0:s3-cr_e.t*%2F%2B+%25%C3%BC',
    );
    await server.close();
  });
});
