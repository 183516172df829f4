import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createDiscovery } from '../../src/oauth/server/discovery.ts';
import { registerClient } from '../../src/oauth/client/registration.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { profileOf } from '../token/support.ts';
import { inspectionContext, proverOf } from './inspectionSupport.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

type Answer = readonly [status: number, body: object | string, type?: string];

/** A server with its metadata; `answer` is told the path, the Accept header and the form. */
async function serving(
  answer: (path: string, accept: string, form: URLSearchParams, issuer: string) => Answer | Promise<Answer>,
  metadata: object = {},
) {
  server = await listen((request, response, body) => {
    const path = request.url ?? '';
    const issuer = server.origin;
    if (path.startsWith('/.well-known/')) {
      json(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        introspection_endpoint: `${issuer}/introspect`,
        revocation_endpoint: `${issuer}/revoke`,
        registration_endpoint: `${issuer}/register`,
        jwks_uri: `${issuer}/jwks`,
        ...metadata,
      });
      return;
    }
    const form = new URLSearchParams(body);
    void Promise.resolve(answer(path, request.headers.accept ?? '', form, issuer)).then(
      ([status, said, type]) => {
        const text = typeof said === 'string' ? said : JSON.stringify(said);
        response.writeHead(status, { 'content-type': type ?? 'application/json' }).end(text);
      },
    );
  });
  return server.origin;
}

const proven = (issuer: string, changes: Partial<TokenProfile> = {}) =>
  profileOf({ name: 'plain', issuer, clientId: 'plain', ...changes });
const inspector = () => proverOf({ clock: systemClock, secret: () => 'a-secret' }).inspector;

describe('introspection', () => {
  const signs = { introspection_signing_alg_values_supported: ['RS256'] };

  it.each<[string, Answer]>([
    ['400', [400, '']],
    ['403', [403, '']],
    ['404', [404, '']],
    ['415', [415, {}]],
    ['500', [500, 'broken', 'text/plain']],
    ['an OAuth error', [400, { error: 'invalid_request' }]],
    ['a JWT of another type', [200, 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln', 'application/jwt']],
    ['a JWT that cannot be read', [200, 'a.b.c', 'Application/Token-Introspection+JWT; charset=utf-8']],
    ['a page', [200, '<html>', 'text/html']],
  ])('falls back to a plain answer where a signed one brings %s', async (_name, refusal) => {
    const issuer = await serving(
      (_path, accept) =>
        accept.includes('jwt') ? refusal : [201, { active: true, scope: 'a,b c' }, 'text/plain'],
      signs,
    );
    const said = await inspector().introspect(proven(issuer), 'opaque', inspectionContext());
    expect(said).toMatchObject({ active: true, signed: false, scopes: ['a', 'b', 'c'] });
  });

  it('names the signed answer, and what is wrong with it', async () => {
    const jwt = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln';
    const issuer = await serving(() => [200, jwt, 'application/jwt']);
    const error = await failureOf(inspector().introspect(proven(issuer), 'opaque', inspectionContext()));
    expect(error.message).toContain('a signed response (JWT)');
    expect(error.message).toContain('"typ" is "at+jwt"');
  });

  it.each<[unknown, string]>([
    ['yes', '"active" is "yes"'],
    [undefined, '"active" is missing; it has sub'],
    [1, '"active" is 1'],
  ])('refuses "active" that is %j by its name', async (active, words) => {
    const issuer = await serving(() => [200, { active, sub: 'zoe' }]);
    const error = await failureOf(inspector().introspect(proven(issuer), 'opaque', inspectionContext()));
    expect(error.message).toContain(words);
  });

  it('takes null for what is left out', async () => {
    const issuer = await serving(() => [200, { active: true, scope: null, exp: null }]);
    const said = await inspector().introspect(proven(issuer), 'opaque', inspectionContext());
    expect(said).toMatchObject({ active: true, scopes: null, expiresAtMs: null });
  });

  it('tells a public client that it proves itself with nothing', async () => {
    const issuer = await serving(() => [401, '']);
    const profile = proven(issuer, { clientAuthentication: 'none' });
    const error = await failureOf(inspector().introspect(profile, 'opaque', inspectionContext()));
    expect(error.hint).toContain('sends no client secret');
    expect(error.hint).not.toContain('Check the client id and the client secret');
  });

  it('takes an answer that is nested without measure for an error in words', async () => {
    const deep = `{"active":true,"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const issuer = await serving(() => [200, deep]);
    const error = await failureOf(inspector().introspect(proven(issuer), 'opaque', inspectionContext()));
    expect(error).toMatchObject({ code: 'introspection_failed' });
    expect(error.message).toContain('nested more than 200 levels deep');
  });

  it('takes a signed answer that is nested without measure for an error in words', async () => {
    const part = (text: string) => Buffer.from(text).toString('base64url');
    const deep = `{"token_introspection":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const jwt = `${part('{"alg":"RS256","typ":"token-introspection+jwt"}')}.${part(deep)}.c2ln`;
    const issuer = await serving(() => [200, jwt, 'application/token-introspection+jwt']);
    const error = await failureOf(inspector().introspect(proven(issuer), 'opaque', inspectionContext()));
    expect(error.message).toContain('nested too deeply');
  });
});

describe('revocation', () => {
  const pair = { accessToken: 'opaque-access', refreshToken: 'opaque-refresh' };
  const outcomes = async (answer: (kind: string) => Answer, metadata: object = {}) => {
    const issuer = await serving((_path, _accept, form) => answer(form.get('token_type_hint') ?? ''), {
      introspection_endpoint: undefined,
      ...metadata,
    });
    const results = await inspector().revoke(proven(issuer), pair, inspectionContext());
    return results.map(({ outcome }) => outcome);
  };

  it.each<[string, Answer]>([
    ['200', [200, '']],
    ['201', [201, {}]],
    ['203', [203, 'done', 'text/plain']],
    ['a page', [200, '<html>', 'text/html']],
  ])('is accepted with %s', async (_name, answer) => {
    expect(await outcomes(() => answer)).toEqual(['accepted', 'accepted']);
  });

  it.each<[string, Answer]>([
    ['400 without a word', [400, '']],
    ['invalid_request', [400, { error: 'invalid_request' }]],
    ['404', [404, {}]],
    ['invalid_token', [400, { error: 'invalid_token' }]],
  ])('leaves no access token behind that ended with its refresh token: %s', async (_name, answer) => {
    expect(await outcomes((kind) => (kind === 'refresh_token' ? [200, ''] : answer))).toEqual([
      'accepted',
      'ended',
    ]);
  });

  it.each<[string, Answer, string]>([
    ['the client', [401, { error: 'invalid_client' }], 'failed'],
    ['this type', [400, { error: 'unsupported_token_type' }], 'unsupported'],
    ['it for now', [503, ''], 'failed'],
    ['it in a 200', [200, { error: 'server_error' }], 'failed'],
  ])('keeps it where the server refuses %s', async (_name, answer, outcome) => {
    const seen = await outcomes((kind) => (kind === 'refresh_token' ? [200, ''] : answer));
    expect(seen).toEqual(['accepted', outcome]);
  });

  it('keeps both where the first is refused without a reason', async () => {
    expect(await outcomes(() => [400, ''])).toEqual(['failed', 'failed']);
  });
});

describe('registration', () => {
  const request = { grant: 'device_code', redirectUris: [], scope: null, dpop: false } as const;
  const tools = { fetch, timeoutMs: 5000, mask: (text: string) => text, register: () => undefined };
  const register = async (answer: Answer) => {
    const issuer = await serving(() => answer);
    const metadata = { issuer, registration_endpoint: `${issuer}/register` };
    return registerClient(metadata, request, tools, new AbortController().signal);
  };

  it.each<[string, Answer]>([
    ['200', [200, { client_id: 'made' }]],
    ['203', [203, { client_id: 'made' }]],
    ['201 as text', [201, { client_id: 'made' }, 'text/plain']],
    ['null', [200, { client_id: 'made', client_secret: null, token_endpoint_auth_method: null }]],
    [
      'redirect addresses that differ by a slash',
      [201, { client_id: 'made', redirect_uris: ['http://127.0.0.1/x/'] }],
    ],
    ['an empty secret', [201, { client_id: 'made', client_secret: '', client_secret_expires_at: null }]],
  ])('is taken with %s', async (_name, answer) => {
    expect(await register(answer)).toMatchObject({ clientId: 'made', clientSecret: null });
  });

  it('is taken with a number as its id', async () => {
    expect(await register([201, { client_id: 4711 }])).toMatchObject({ clientId: '4711' });
  });

  it.each([{}, { client_secret_expires_at: null }, { client_secret_expires_at: '0' }])(
    'is taken with a secret that does not say when it ends: %j',
    async (changes) => {
      const answer = { client_id: 'made', client_secret: 'hidden-secret', ...changes };
      expect(await register([201, answer])).toMatchObject({
        clientSecret: 'hidden-secret',
        clientAuthentication: 'client_secret_basic',
      });
    },
  );

  it.each<[object, string]>([
    [{ client_name: 'Keyturn' }, '"client_id" is missing; it has client_name'],
    [{ client_id: true }, '"client_id" is true'],
    [{ client: { client_id: 'made' } }, 'there is "client.client_id" instead'],
    [{ client_id: 'made', token_endpoint_auth_method: 'magic' }, '"token_endpoint_auth_method" is "magic"'],
    [{ client_id: 'made', token_endpoint_auth_method: 'private_key_jwt' }, '"token_endpoint_auth_method" is'],
    [{ client_id: 'made', token_endpoint_auth_method: 'client_secret_post' }, '"client_secret" is missing'],
  ])('that cannot be used names the member: %j', async (answer, words) => {
    const error = await failureOf(register([201, answer]));
    expect(error).toMatchObject({ code: 'registration_failed' });
    expect(error.message).toContain(words);
  });
});

describe('metadata behind a redirect', () => {
  const OPENID = '/.well-known/openid-configuration';
  const find = (issuer: string) =>
    createDiscovery({ fetch, clock: systemClock, mask: (text) => text, timeoutMs: 5000 }).find(
      issuer,
      new AbortController().signal,
    );
  const redirecting = async (target: (origin: string) => string) => {
    server = await listen((request, response) => {
      const issuer = server.origin;
      if (request.url === '/config/') json(response, 200, { issuer, token_endpoint: `${issuer}/token` });
      else response.writeHead(request.url === OPENID ? 301 : 404, { location: target(issuer) }).end();
    });
    return server.origin;
  };

  it.each([() => '/config/', (origin: string) => `${origin}/config/`])(
    'is found inside the origin',
    async (target) => {
      const issuer = await redirecting(target);
      expect((await find(issuer)).token_endpoint).toBe(`${issuer}/token`);
    },
  );

  it('is not looked for at another origin, which is named', async () => {
    const issuer = await redirecting(() => 'https://elsewhere.example/config?token=hidden');
    const error = await failureOf(find(issuer));
    expect(error.code).toBe('discovery_failed');
    expect(error.message).toContain('301, a redirect to https://elsewhere.example/config');
    expect(error.message).not.toContain('hidden');
  });

  it('that leads round in circles ends', async () => {
    const issuer = await redirecting(() => OPENID);
    expect((await failureOf(find(issuer))).code).toBe('discovery_failed');
    expect(server.requests.length).toBeLessThan(20);
  });
});

describe('an ID token that is signed with the client secret', () => {
  const SECRET = 'a-secret-that-is-long-enough-for-any-HMAC-of-this-test-0123456789';
  let key: CryptoKey;
  let jwk: object;
  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    key = pair.privateKey;
    jwk = await exportJWK(pair.publicKey);
  });

  async function signIn(
    alg: string,
    signedWith: Uint8Array | CryptoKey,
    changes: { profile?: Partial<TokenProfile>; claims?: object; algs?: readonly string[] | undefined },
  ) {
    let nonce = '';
    const issuer = await serving(
      async (path, _accept, _form, at) => {
        if (path === '/jwks') return [200, { keys: [{ ...jwk, alg: 'RS256', kid: 'a' }] }];
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: at,
          sub: 'zoe',
          aud: 'person',
          nonce,
          iat: now,
          exp: now + 300,
          ...changes.claims,
        };
        const id_token = await new SignJWT(claims).setProtectedHeader({ alg, kid: 'a' }).sign(signedWith);
        return [200, { access_token: 'access', token_type: 'Bearer', id_token }];
      },
      { id_token_signing_alg_values_supported: changes.algs },
    );
    const browse = async (url: string) => {
      const asked = new URL(url).searchParams;
      nonce = asked.get('nonce') ?? '';
      await fetch(`${asked.get('redirect_uri') ?? ''}?code=c&state=${asked.get('state') ?? ''}`);
    };
    const { options = noOptions, ...rest } = changes.profile ?? {};
    const profile = signInProfile(issuer, { clientAuthentication: 'client_secret_basic', ...rest, options });
    return obtainAs(profile, signInWith(browse), { secret: () => Promise.resolve(SECRET) });
  }
  const bytes = (text: string) => new TextEncoder().encode(text);

  it.each(['HS256', 'HS384', 'HS512'])('is verified with it: %s', async (alg) => {
    for (const algs of [undefined, ['RS256', alg]]) {
      expect((await signIn(alg, bytes(SECRET), { algs })).idToken).toEqual(expect.any(String));
      await server.close();
    }
  });

  it.each([
    ['another secret', {}, 'not signed with the client secret'],
    ['another client', { claims: { aud: 'somebody' }, own: true }, 'claim "aud"'],
    ['an algorithm that is not announced', { algs: ['RS256'], own: true }, 'signed with HS256'],
    ['a public client', { profile: { clientAuthentication: 'none' }, own: true }, 'this client has none'],
  ] as const)('is refused with %s', async (_name, changes, words) => {
    const signedWith = bytes('own' in changes ? SECRET : 'x'.repeat(64));
    const error = await failureOf(signIn('HS256', signedWith, changes));
    expect(error.code).toBe('id_token_invalid');
    expect(error.message).toContain(words);
    expect(`${error.message} ${error.hint ?? ''}`).not.toContain('clock');
  });

  it('is never taken with a public key of the issuer as the secret', async () => {
    const error = await failureOf(signIn('HS256', bytes(JSON.stringify(jwk)), {}));
    expect(error.code).toBe('id_token_invalid');
  });

  it('is not needed: a key of the issuer does as before', async () => {
    expect((await signIn('RS256', key, {})).idToken).toEqual(expect.any(String));
  });
});
