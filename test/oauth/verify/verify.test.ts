import type { ServerResponse } from 'node:http';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import {
  calculateJwkThumbprint,
  CompactEncrypt,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TokenProfile } from '../../../src/profile/profile.ts';
import { noOptions } from '../../../src/profile/profile.ts';
import { MINUTE, profileOf, staticProfile, TestClock } from '../../token/support.ts';
import { inspectionContext, proverOf, type ProverParts } from '../inspectionSupport.ts';
import { failureOf, json, listen, type TestServer } from '../support.ts';

interface TestKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

async function keyOf(alg: string, kid?: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }) };
  return { privateKey, publicKey, jwk };
}

let rsa: TestKey;
let other: TestKey;
beforeAll(async () => {
  rsa = await keyOf('RS256', 'one');
  other = await keyOf('RS256', 'two');
});

let server: TestServer;
afterEach(() => server.close());
const clock = () => new TestClock();
const nowSeconds = new TestClock().nowMs / 1000;

interface Issuer {
  keys: JWK[];
  /** Overrides the answer of the key endpoint. */
  answer: ((response: ServerResponse) => void) | null;
  jwksUri: string | null;
}

/** An issuer on loopback whose keys the test may change at any time. */
async function issuing(keys: JWK[] = [rsa.jwk]): Promise<Issuer> {
  const issuer: Issuer = { keys, answer: null, jwksUri: null };
  server = await listen((request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      json(response, 200, { issuer: server.origin, jwks_uri: issuer.jwksUri ?? `${server.origin}/jwks` });
    } else if (request.url === '/jwks') {
      if (issuer.answer !== null) issuer.answer(response);
      else json(response, 200, { keys: issuer.keys });
    } else response.writeHead(404).end();
  });
  return issuer;
}

const profile = (changes: Partial<TokenProfile> = {}) =>
  profileOf({ issuer: server.origin, audience: 'https://api.example.com', ...changes });

function sign(
  claims: object = {},
  header: Record<string, unknown> = {},
  key: TestKey = rsa,
): Promise<string> {
  return new SignJWT({
    iss: server.origin,
    aud: 'https://api.example.com',
    exp: nowSeconds + 300,
    sub: 'ada',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt', ...header })
    .sign(key.privateKey);
}

function verify(token: string, changes: Partial<TokenProfile> = {}, parts: ProverParts = {}) {
  return proverOf({ clock: clock(), ...parts }).inspector.verify(
    profile(changes),
    token,
    inspectionContext(),
  );
}

const outcomes = (checks: readonly { name: string; outcome: string }[]) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token of a known issuer', () => {
  it('is verified with the published key, which is named', async () => {
    await issuing();
    const verification = await verify(await sign());
    expect(verification).toMatchObject({ status: 'verified', code: 'verified', opened: null });
    expect(verification.key).toEqual({
      kid: 'one',
      alg: 'RS256',
      thumbprint: await calculateJwkThumbprint(rsa.jwk),
      from: `${server.origin}/jwks`,
    });
    expect(outcomes(verification.checks)).toEqual({
      signature: 'passed',
      type: 'passed',
      issuer: 'passed',
      audience: 'passed',
      not_before: 'skipped',
      expiry: 'passed',
    });
  });

  it.each(['ES256', 'PS256', 'EdDSA', 'ES512'])('is verified with %s', async (alg) => {
    const key = await keyOf(alg, 'one');
    await issuing([key.jwk]);
    expect((await verify(await sign({}, { alg }, key))).key).toMatchObject({ alg });
  });

  it('is verified by the key endpoint that the profile names, without discovery', async () => {
    await issuing();
    const options = { ...noOptions, jwksUri: `${server.origin}/jwks` };
    expect((await verify(await sign(), { options })).status).toBe('verified');
    expect((await verify(await sign({ iss: 'https://any.example' }), { issuer: null, options })).status).toBe(
      'verified',
    );
    expect(server.requests).toEqual(['GET /jwks', 'GET /jwks']);
  });

  it('passes the audience check by an origin that it is bound to', async () => {
    await issuing();
    const verification = await verify(await sign(), { audience: null });
    expect(outcomes(verification.checks)['audience']).toBe('passed');
    const elsewhere = await verify(await sign({ aud: 'some-api' }), { audience: null });
    expect(elsewhere.status).toBe('verified');
    expect(outcomes(elsewhere.checks)['audience']).toBe('skipped');
  });

  it.each<[string, object, Record<string, unknown>, string]>([
    ['ended', { exp: nowSeconds - 60 }, {}, 'expired'],
    ['not begun', { nbf: nowSeconds + 60 }, {}, 'not_yet_valid'],
    ['for another audience', { aud: 'https://other.example' }, {}, 'audience_mismatch'],
    ['without an audience', { aud: undefined }, {}, 'claim_missing'],
    ['with an end in words', { exp: 'tomorrow' }, {}, 'claim_invalid'],
    ['of another type', {}, { typ: 'dpop+jwt' }, 'type_mismatch'],
    ['of RFC 9068 without an end', { exp: undefined }, {}, 'claim_missing'],
    ['of another issuer', { iss: 'https://evil.example' }, {}, 'issuer_mismatch'],
  ])('is invalid when it is %s', async (_name, claims, header, code) => {
    await issuing();
    const verification = await verify(await sign(claims, header));
    expect(verification).toMatchObject({ status: 'invalid', code });
    expect(verification.checks.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
    expect(verification.reason).toMatch(/^The .*\.$/);
  });

  it('has no issuer asked but that of its profile', async () => {
    await issuing();
    const another = await listen((_request, response) => json(response, 200, {}));
    const verification = await verify(await sign({ iss: another.origin }, {}, other));
    await another.close();
    expect(verification).toMatchObject({ status: 'invalid', code: 'issuer_mismatch' });
    expect(another.requests).toEqual([]);
  });

  it('lives as long as the clock of its server says, when the difference is known', async () => {
    await issuing();
    const token = await sign({ exp: nowSeconds - 60 });
    const { inspector } = proverOf();
    const ahead = await inspector.verify(profile(), token, inspectionContext({ clockSkewMs: 2 * MINUTE }));
    expect(ahead.status).toBe('verified');
    expect((await inspector.verify(profile(), token, inspectionContext())).code).toBe('expired');
  });

  it('that expired a moment ago is good for clocks that differ, which the check says', async () => {
    await issuing();
    const late = await verify(await sign({ exp: nowSeconds - 5 }));
    expect(late.status).toBe('verified');
    const expiry = late.checks.find(({ name }) => name === 'expiry')?.text;
    expect(expiry).toMatch(/^It expired .*, which is within the tolerance for clocks\.$/);
    const early = await verify(await sign({ nbf: nowSeconds + 5 }));
    expect(early.checks.find(({ name }) => name === 'not_before')?.text).toContain('is within the tolerance');
  });

  it('is verified without a type, as most servers still issue it', async () => {
    await issuing();
    const verification = await verify(await sign({}, { typ: undefined }));
    expect(verification.status).toBe('verified');
    expect(outcomes(verification.checks)['type']).toBe('skipped');
  });
});

describe('keys of an issuer', () => {
  it('are asked for once for many tokens', async () => {
    await issuing();
    const { inspector } = proverOf();
    const token = await sign();
    await Promise.all(
      Array.from({ length: 50 }, () => inspector.verify(profile(), token, inspectionContext())),
    );
    expect(server.requests.filter((line) => line === 'GET /jwks')).toHaveLength(1);
  });

  it('survive a rotation, are asked for again after the cooldown, and not before', async () => {
    const issuer = await issuing();
    const turned = clock();
    const { inspector } = proverOf({ clock: turned });
    const check = async (token: string) =>
      (await inspector.verify(profile(), token, inspectionContext())).code;
    expect(await check(await sign())).toBe('verified');
    issuer.keys = [other.jwk];
    const rotated = await sign({}, { kid: 'two' }, other);
    expect(await check(rotated)).toBe('key_unknown');
    await turned.advance(31_000);
    expect(await check(rotated)).toBe('verified');
    expect(server.requests.filter((line) => line === 'GET /jwks')).toHaveLength(2);
  });

  it('survive a rotation under the same key id', async () => {
    const issuer = await issuing();
    const turned = clock();
    const { inspector } = proverOf({ clock: turned });
    expect((await inspector.verify(profile(), await sign(), inspectionContext())).code).toBe('verified');
    issuer.keys = [{ ...other.jwk, kid: 'one' }];
    await turned.advance(31_000);
    const rotated = await sign({}, {}, other);
    expect((await inspector.verify(profile(), rotated, inspectionContext())).code).toBe('verified');
  });

  it('are forgotten after ten minutes, and when the clock is set back', async () => {
    const issuer = await issuing();
    const turned = clock();
    const { inspector } = proverOf({ clock: turned });
    const token = await sign({ exp: nowSeconds + 3600 });
    await inspector.verify(profile(), token, inspectionContext());
    issuer.keys = [];
    await turned.advance(10 * MINUTE);
    expect((await inspector.verify(profile(), token, inspectionContext())).code).toBe('key_unknown');
    issuer.keys = [rsa.jwk];
    await turned.jump(turned.now() - 60 * MINUTE);
    expect((await inspector.verify(profile(), token, inspectionContext())).code).toBe('verified');
  });

  it('are all tried when the token names none', async () => {
    const [first, second] = [{ ...other.jwk }, { ...rsa.jwk }];
    delete first.kid;
    delete second.kid;
    await issuing([first, second]);
    expect((await verify(await sign({}, { kid: undefined }))).status).toBe('verified');
    const stranger = await keyOf('RS256');
    expect((await verify(await sign({}, { kid: undefined }, stranger))).code).toBe('signature_invalid');
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    [
      '10,000 keys',
      (r) => json(r, 200, { keys: Array.from({ length: 10_000 }, (_, i) => ({ kty: 'RSA', kid: `${i}` })) }),
      'keys_too_many',
    ],
    [
      '100 MB',
      (r) => {
        r.writeHead(200, { 'content-type': 'application/json' });
        const chunk = Buffer.alloc(1_000_000, 0x20);
        const pour = (left: number): void => {
          if (left === 0 || r.destroyed) r.end();
          else r.write(chunk, () => pour(left - 1));
        };
        pour(100);
      },
      'keys_too_large',
    ],
    [
      'an endless answer',
      (r) => {
        r.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => r.write(' '), 10);
        r.on('close', () => clearInterval(drip));
      },
      'keys_unavailable',
    ],
    ['nothing at all', () => undefined, 'keys_unavailable'],
    ['a web page', (r) => void r.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), 'keys_invalid'],
    ['a list', (r) => json(r, 200, [1]), 'keys_invalid'],
    ['an error', (r) => void r.writeHead(500).end(), 'keys_unavailable'],
    [
      'a redirect',
      (r) => void r.writeHead(302, { location: 'https://evil.example/jwks' }).end(),
      'keys_unavailable',
    ],
    ['a key that is none', (r) => json(r, 200, { keys: [{ ...rsa.jwk, n: 'AQAB' }] }), 'key_unusable'],
    ['no keys', (r) => json(r, 200, { keys: [] }), 'key_unknown'],
    ['keys that are no objects', (r) => json(r, 200, { keys: ['x', null, 7] }), 'keys_invalid'],
    [
      'odd keys beside the right one',
      (r) => json(r, 200, { keys: [{}, { kty: 7 }, { kty: 'RSA' }, rsa.jwk] }),
      'verified',
    ],
  ])('that come as %s', async (_name, answer, code) => {
    const issuer = await issuing();
    issuer.answer = answer;
    const verification = await verify(await sign(), {}, { timeoutMs: 400 });
    expect(verification.code).toBe(code);
    expect(verification.status).toBe(
      code === 'verified' ? 'verified' : code === 'key_unknown' ? 'invalid' : 'not_verified',
    );
  });

  it('are not fetched by plain http, not even where the metadata says so', async () => {
    const issuer = await issuing();
    issuer.jwksUri = 'http://keys.example.com/jwks';
    expect(await verify(await sign())).toMatchObject({ status: 'not_verified', code: 'keys_insecure' });
    const options = { ...noOptions, jwksUri: `${server.origin}/jwks` };
    const remote = await verify(await sign({ iss: 'https://id.example.com' }), {
      issuer: 'https://id.example.com',
      options,
    });
    expect(remote.code).toBe('keys_insecure');
    expect(server.requests).toEqual(['GET /.well-known/openid-configuration']);
  });

  it('that cannot be found are no fault of the token', async () => {
    server = await listen((_request, response) => void response.writeHead(404).end());
    const verification = await verify(await sign());
    expect(verification).toMatchObject({ status: 'not_verified', code: 'keys_unavailable' });
    expect(verification.reason).toContain(server.origin);
  });
});

describe('a forged token', () => {
  it('with another signature', async () => {
    await issuing();
    const [header, , signature] = (await sign()).split('.');
    const altered = `${header}.${part({ iss: server.origin, aud: 'https://api.example.com', scope: 'admin' })}.${signature}`;
    expect(await verify(altered)).toMatchObject({ status: 'invalid', code: 'signature_invalid', key: null });
  });

  it('with an unknown key id', async () => {
    await issuing();
    expect(await verify(await sign({}, { kid: 'three' }, other))).toMatchObject({
      status: 'invalid',
      code: 'key_unknown',
    });
  });

  it.each([
    ['none', 'algorithm_none'],
    ['None', 'algorithm_none'],
    ['', 'algorithm_none'],
    ['RS999', 'algorithm_unsupported'],
  ])('with the algorithm "%s"', async (alg, code) => {
    await issuing();
    const token = `${part({ alg })}.${part({ iss: server.origin })}.c2ln`;
    expect((await verify(token)).code).toBe(code);
  });

  it.each(['jku', 'x5u', 'jwk', 'x5c'])(
    'with a key of its own in "%s", which is not looked at',
    async (name) => {
      await issuing();
      const evil = await keyOf('RS256', 'evil');
      const elsewhere = await listen((_request, response) => json(response, 200, { keys: [evil.jwk] }));
      const value = name === 'jwk' ? evil.jwk : name === 'x5c' ? ['MIIB'] : `${elsewhere.origin}/jwks`;
      const token = await sign({}, { kid: 'evil', [name]: value }, evil);
      const verification = await verify(token);
      await elsewhere.close();
      expect(verification).toMatchObject({ status: 'invalid', code: 'key_untrusted' });
      expect(verification.reason).toContain(name);
      expect(elsewhere.requests).toEqual([]);
    },
  );

  it('is not forged by naming a key address when its issuer signed it', async () => {
    await issuing();
    const verification = await verify(await sign({}, { jku: 'https://evil.example/jwks' }));
    expect(verification.status).toBe('verified');
  });

  it('with the public key as the secret of HS256', async () => {
    await issuing();
    const pem = await exportSPKI(rsa.publicKey);
    const input = `${part({ alg: 'HS256', kid: 'one' })}.${part({ iss: server.origin, exp: nowSeconds + 300 })}`;
    const token = `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
    expect(await verify(token)).toMatchObject({ status: 'not_verified', code: 'key_missing' });
    for (const held of [pem, JSON.stringify(rsa.jwk), JSON.stringify({ keys: [rsa.jwk] })]) {
      const verification = await verify(token, {}, { held: { verification_key: held } });
      expect(verification).toMatchObject({ status: 'invalid', code: 'algorithm_mismatch' });
    }
  });

  it('with an unknown extension', async () => {
    await issuing();
    const input = `${part({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 })}.${part({ iss: server.origin })}`;
    expect((await verify(`${input}.c2ln`)).code).toBe('header_unsupported');
  });

  it.each(['eyJhbGciOiJSUzI1NiJ9.%%%.x', 'ey.ey.ey', `${part({ alg: 'RS256' })}.${part([1])}.x`])(
    'that cannot be read (%#)',
    async (token) => {
      await issuing();
      expect(await verify(token)).toMatchObject({ status: 'invalid', code: 'unreadable' });
    },
  );

  it('keeps a hostile key id short', async () => {
    const kid = 'k'.repeat(5000);
    await issuing([{ ...rsa.jwk, kid }]);
    expect((await verify(await sign({}, { kid }))).key?.kid?.length).toBeLessThan(150);
  });
});

describe('a key that a person gave', () => {
  const secret = 'a shared secret that is long enough for HS256';
  const hs = (key = secret) =>
    new SignJWT({ iss: 'https://id.example.com', exp: nowSeconds + 300 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(key));
  const offline = (token: string, key: string) => {
    const { inspector } = proverOf({ held: { verification_key: key } });
    return inspector.verify(staticProfile(), token, inspectionContext());
  };

  it('checks shared secrets, as text and as JWK, and shows no hash of them', async () => {
    await issuing();
    const jwk = JSON.stringify({ kty: 'oct', k: Buffer.from(secret).toString('base64url') });
    for (const key of [secret, jwk]) {
      const verification = await offline(await hs(), key);
      expect(verification).toMatchObject({
        status: 'verified',
        key: { alg: 'HS256', thumbprint: null, from: null },
      });
    }
    expect((await offline(await hs('another secret, also long enough'), secret)).code).toBe(
      'signature_invalid',
    );
  });

  it('checks signatures without any request, as PEM, JWK, certificate and key set', async () => {
    await issuing();
    const withoutId = { ...rsa.jwk };
    delete withoutId.kid;
    const privateJwk = await exportJWK(rsa.privateKey);
    const keys = [
      await exportSPKI(rsa.publicKey),
      JSON.stringify(withoutId),
      JSON.stringify({ keys: [other.jwk, rsa.jwk] }),
      JSON.stringify(privateJwk),
    ];
    for (const key of keys) {
      const verification = await offline(await sign(), key);
      expect(verification, key.slice(0, 40)).toMatchObject({ status: 'verified', key: { from: null } });
      expect(verification.key?.thumbprint).toBe(await calculateJwkThumbprint(rsa.jwk));
    }
    expect(server.requests).toEqual([]);
  });

  it.each(['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', '{"kty":"RSA"}', '{"no":"key"}'])(
    'that cannot be read is said to be so, and not repeated (%#)',
    async (key) => {
      await issuing();
      const verification = await offline(await sign(), key);
      expect(verification).toMatchObject({ status: 'not_verified', code: 'held_key_invalid' });
      expect(verification.reason).not.toContain(key);
    },
  );

  it('that does not suit the algorithm proves nothing', async () => {
    await issuing();
    const ec = await keyOf('ES256');
    const verification = await offline(await sign(), await exportSPKI(ec.publicKey));
    expect(verification).toMatchObject({ status: 'not_verified', code: 'held_key_invalid' });
  });
});

describe('a token of an unknown issuer', () => {
  it('is not verified, and its issuer is not asked', async () => {
    await issuing();
    const { inspector } = proverOf();
    const verification = await inspector.verify(staticProfile(), await sign(), inspectionContext());
    expect(verification).toMatchObject({ status: 'not_verified', code: 'issuer_unknown' });
    expect(verification.reason).toContain(server.origin);
    expect(server.requests).toEqual([]);
  });

  it('is verified with the issuer that the person names, and only with that one', async () => {
    await issuing();
    const { inspector } = proverOf();
    const check = (issuer: string, token: string) =>
      inspector.verify(staticProfile(), token, inspectionContext({ issuer }));
    expect((await check(server.origin, await sign())).status).toBe('verified');
    expect((await check('https://other.example', await sign())).code).toBe('issuer_mismatch');
  });

  it.each(['opaque-token-of-somebody', 'v4.public.eyJzdWIiOiJhIn0', 'x'])(
    'is not verified when it is no JWT',
    async (token) => {
      await issuing();
      const verification = await verify(token);
      expect(verification).toMatchObject({ status: 'not_verified', code: 'not_a_jwt' });
      expect(verification.reason).not.toContain(token.length > 1 ? token : '\0');
    },
  );
});

describe('an encrypted token', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const encrypt = (text: string) =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(publicKey);

  it('is opened with the key held, and what it holds is verified and registered as a secret', async () => {
    await issuing();
    const inner = await sign({ scope: 'reports:read' });
    const { inspector, registered } = proverOf({ held: { decryption_key: pem } });
    const verification = await inspector.verify(profile(), await encrypt(inner), inspectionContext());
    expect(verification).toMatchObject({
      status: 'verified',
      opened: { header: { alg: 'RS256' }, claims: { scope: 'reports:read' } },
    });
    expect(registered).toContain(inner);
    expect(outcomes(verification.checks)['decryption']).toBe('passed');
  });

  it('is not opened without a key, nor with another one', async () => {
    await issuing();
    const token = await encrypt(await sign());
    expect(await verify(token)).toMatchObject({ status: 'not_verified', code: 'key_missing', opened: null });
    const wrong = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const verification = await verify(token, {}, { held: { decryption_key: wrong as string } });
    expect(verification).toMatchObject({ status: 'not_verified', code: 'decryption_failed' });
    const broken = await verify(token, {}, { held: { decryption_key: '-----BEGIN PRIVATE KEY-----' } });
    expect(broken.code).toBe('held_key_invalid');
  });

  it('shows its claims, but is not verified, when they are not signed', async () => {
    await issuing();
    const token = await encrypt(JSON.stringify({ sub: 'ada' }));
    const verification = await verify(token, {}, { held: { decryption_key: pem } });
    expect(verification).toMatchObject({
      status: 'not_verified',
      code: 'not_signed',
      opened: { claims: { sub: 'ada' } },
    });
    expect((await verify(await encrypt('neither'), {}, { held: { decryption_key: pem } })).code).toBe(
      'unreadable',
    );
  });

  it('is invalid when what it holds is forged', async () => {
    await issuing();
    const forged = `${part({ alg: 'none' })}.${part({ iss: server.origin })}.`;
    expect((await verify(await encrypt(forged), {}, { held: { decryption_key: pem } })).code).toBe(
      'algorithm_none',
    );
  });
});

describe('cancelling', () => {
  it('ends the wait for the keys', async () => {
    const issuer = await issuing();
    issuer.answer = () => undefined;
    const leaving = new AbortController();
    const { inspector } = proverOf();
    const pending = failureOf(
      inspector.verify(profile(), await sign(), inspectionContext({ signal: leaving.signal })),
    );
    setTimeout(() => leaving.abort(), 50);
    expect((await pending).code).toBe('cancelled');
  });
});
