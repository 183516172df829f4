import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../src/base/errors.ts';
import type { ProfileOptions } from '../../src/profile/profile.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

let key: CryptoKey;
let jwk: JWK;
let other: JWK;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  key = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'a' };
  other = { ...(await exportJWK((await generateKeyPair('RS256')).publicKey)), kid: 'a' };
});

interface Oddities {
  readonly metadata?: object;
  /** Status, body and more headers of the key set. */
  readonly keys?: (issuer: string) => readonly [number, unknown, object?];
  readonly claims?: (now: number, issuer: string) => object;
  readonly header?: object;
  readonly idToken?: string;
  readonly options?: Partial<ProfileOptions>;
}

async function signIn({ metadata, keys, claims, header, idToken, options = {} }: Oddities) {
  let nonce = '';
  server = await listen((request, response) => {
    const issuer = server.origin;
    const { url = '' } = request;
    if (url.startsWith('/.well-known/')) {
      const endpoints = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
      json(response, 200, { issuer, ...endpoints, jwks_uri: `${issuer}/jwks`, ...metadata });
    } else if (url === '/token') {
      void token(issuer).then((made) =>
        json(response, 200, { access_token: 'the-token', token_type: 'Bearer', id_token: made }),
      );
    } else {
      const usual = [200, { keys: [jwk] }] as const;
      const [status, body, more = {}] = keys === undefined || url === '/others' ? usual : keys(issuer);
      response.writeHead(status, { 'content-type': 'application/json', ...more });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    }
  });
  const token = async (issuer: string) => {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: issuer, sub: 'zoe', aud: 'person', nonce, iat: now, exp: now + 300 };
    const said = { ...usual, ...claims?.(now, issuer) };
    return idToken ?? new SignJWT(said).setProtectedHeader({ alg: 'RS256', kid: 'a', ...header }).sign(key);
  };
  const browse = async (url: string) => {
    const asked = new URL(url).searchParams;
    nonce = asked.get('nonce') ?? '';
    await fetch(`${asked.get('redirect_uri') ?? ''}?code=c&state=${asked.get('state') ?? ''}`);
  };
  return obtainAs(signInProfile(server.origin, { scope: 'openid', options }), signInWith(browse));
}

const signedIn = { accessToken: 'the-token', idToken: expect.stringMatching(/^ey/) as string };

describe('claims that are written differently and mean the same', () => {
  it.each<[string, NonNullable<Oddities['claims']>, Partial<ProfileOptions>?]>([
    ['times with fractions', (now) => ({ exp: now + 60.5, iat: now - 0.5 })],
    ['times as text', (now) => ({ exp: String(now + 60), iat: String(now), nbf: String(now) })],
    ['a clock a minute ahead', (now) => ({ iat: now + 60, nbf: now + 60 })],
    ['a clock a minute behind', (now) => ({ iat: now - 90, exp: now - 60 })],
    ['a number for a person', () => ({ sub: 4711 })],
    ['auth_time as text', (now) => ({ auth_time: String(now) })],
    ['auth_time that is null', () => ({ auth_time: null })],
    ['auth_time as text, which matters', (now) => ({ auth_time: String(now) }), { maxAge: 60 }],
    ['one audience in a list', () => ({ aud: ['person'] })],
    ['several audiences', () => ({ aud: ['api', 'person'], azp: 'person' })],
  ])('are taken: %s', async (_name, claims, options) => {
    expect(await signIn({ claims, options: options ?? {} })).toMatchObject(signedIn);
  });
});

describe('claims that do not fit', () => {
  it.each<[string, NonNullable<Oddities['claims']>, RegExp, RegExp, Partial<ProfileOptions>?]>([
    [
      'iss with a slash',
      (_now, issuer) => ({ iss: `${issuer}/` }),
      /"iss" is "\S+\/", and the issuer .* "\S+\d"/,
      /exactly/,
    ],
    ['iss in capitals', (_now, issuer) => ({ iss: issuer.toUpperCase() }), /"iss" is "HTTP/, /exactly/],
    ['no iss', () => ({ iss: undefined }), /"iss" is missing/, /exactly/],
    ['another aud', () => ({ aud: 'somebody' }), /"aud" is "somebody", not "person"/, /clientId/],
    ['aud as a number', () => ({ aud: 7 }), /"aud" is 7/, /clientId/],
    ['several aud without azp', () => ({ aud: ['api', 'person'] }), /"azp" is missing/, /people who run/],
    ['several aud of another', () => ({ aud: ['api', 'person'], azp: 'api' }), /"azp" is "api"/, /clientId/],
    ['no sub', () => ({ sub: undefined }), /"sub" is missing/, /people who run/],
    ['an empty sub', () => ({ sub: '' }), /"sub" is ""/, /people who run/],
    ['exp in words', () => ({ exp: 'tomorrow' }), /"exp" is "tomorrow"/, /clock/],
    ['no exp', () => ({ exp: undefined }), /"exp" is missing/, /people who run/],
    ['exp ten minutes ago', (now) => ({ exp: now - 600 }), /"exp" is \d+/, /clock/],
    ['nbf in ten minutes', (now) => ({ nbf: now + 600 }), /"nbf" is \d+/, /clock/],
    [
      'no auth_time though it matters',
      () => ({}),
      /"auth_time" is missing/,
      /people who run/,
      { maxAge: 60 },
    ],
    [
      'auth_time of yesterday',
      (now) => ({ auth_time: now - 86_400 }),
      /"auth_time" is \d+/,
      /Sign in again/,
      { maxAge: 60 },
    ],
  ])('are named, with what came: %s', async (_name, claims, words, hint, options) => {
    const error = await failureOf(signIn({ claims, options: options ?? {} }));
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(hint);
    expect(error.message).not.toContain('the-token');
  });

  it.each<[string, Oddities, RegExp]>([
    ['an encrypted one', { idToken: 'eyJhbGciOiJkaXIifQ..b.c.d' }, /is encrypted/],
    ['none', { idToken: 'nothing' }, /is not a JWT/],
    ['an unsigned one', { idToken: 'eyJhbGciOiJub25lIn0.e30.' }, /is not signed/],
    [
      'one with another algorithm',
      { metadata: { id_token_signing_alg_values_supported: ['ES256'] } },
      /RS256.*announces ES256/,
    ],
  ])('are told apart from a token that is none of the usual: %s', async (_name, oddities, words) => {
    const error = await failureOf(signIn(oddities));
    expect(error.code).toBe('id_token_invalid');
    expect(error.message).toMatch(words);
  });
});

describe('a key set', () => {
  it.each<[string, () => unknown]>([
    ['that holds the key twice', () => [jwk, jwk]],
    ['that holds two keys of one name', () => [other, jwk]],
    [
      'without names',
      () => [
        { ...other, kid: undefined },
        { ...jwk, kid: undefined },
      ],
    ],
    ['with what is no key', () => [null, 7, 'x', {}, { kty: 'ODD' }, { kty: 'EC', crv: 'P-1' }, jwk]],
    [
      'with keys for other uses',
      () => [
        { ...jwk, use: 'enc', alg: 'RSA-OAEP' },
        { ...jwk, use: 'sig', alg: 'RS256' },
      ],
    ],
    ['with null in a key', () => [{ ...jwk, use: null, alg: null, key_ops: null, x5c: null }]],
    ['with key_ops as text', () => [{ ...jwk, key_ops: 'verify' }]],
  ])('serves %s', async (name, keys) => {
    const header = name === 'without names' ? { kid: undefined } : {};
    expect(await signIn({ keys: () => [200, { keys: keys() }], header })).toMatchObject(signedIn);
  });

  it.each<[string, NonNullable<Oddities['keys']>]>([
    ['with a mark of its encoding', () => [200, `\ufeff${JSON.stringify({ keys: [jwk] })}`]],
    ['of another type', () => [200, { keys: [jwk] }, { 'content-type': 'binary/octet-stream' }]],
    ['with another status of success', () => [203, { keys: [jwk] }]],
    ['at another place of the origin', () => [302, '', { location: '/others' }]],
  ])('serves %s', async (_name, keys) => {
    expect(await signIn({ keys })).toMatchObject(signedIn);
  });

  it.each<[string, NonNullable<Oddities['keys']>, RegExp]>([
    ['404', () => [404, ''], /key endpoint \S+\/jwks answered 404/],
    [
      'a page',
      () => [200, '<title>Login</title>', { 'content-type': 'text/html' }],
      /a web page \("Login"\), not a key set/,
    ],
    ['a list', () => [200, [jwk]], /a list in JSON, not a key set/],
    ['no list', () => [200, { keys: jwk }], /JSON, not a key set/],
    [
      'a redirect elsewhere',
      () => [302, '', { location: 'https://keys.example/k?x=1' }],
      /302, a redirect to https:\/\/keys.example\/k\./,
    ],
    ['no key', () => [200, { keys: [] }], /None of the keys that the issuer publishes/],
    ['another key', () => [200, { keys: [other] }], /signature does not fit/],
  ])('that is %s is named as the cause', async (_name, keys, words) => {
    const error: KeyturnError = await failureOf(signIn({ keys }));
    expect(error.code).toBe('id_token_invalid');
    expect(error.message).toMatch(words);
  });
});
