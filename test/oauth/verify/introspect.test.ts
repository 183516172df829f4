import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { exactJson } from '../../../src/base/exactJson.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { profileOf, staticProfile } from '../../token/support.ts';
import {
  ENCRYPTED_RESOURCE,
  JWT_RESOURCE,
  OPAQUE_RESOURCE,
  startInspectionProvider,
} from '../inspectionProvider.mjs';
import { inspectionContext, proverOf } from '../inspectionSupport.ts';
import { contextOf, failureOf, json, listen, obtainer, type TestServer } from '../support.ts';

let provider: Awaited<ReturnType<typeof startInspectionProvider>>;
beforeAll(async () => void (provider = await startInspectionProvider()));
afterAll(() => provider.close());

const profile = (clientId: string, resource = OPAQUE_RESOURCE, changes: Partial<TokenProfile> = {}) =>
  profileOf({ name: clientId, issuer: provider.issuer, clientId, resource, ...changes });

async function obtain(of: TokenProfile): Promise<string> {
  const secret = () => Promise.resolve(`${of.clientId}-secret/+%`);
  return (await obtainer({ clock: systemClock })(of, contextOf({ secret }))).accessToken;
}

const inspector = (parts = {}) => proverOf({ clock: systemClock, ...parts }).inspector;

describe('introspection at a real provider', () => {
  it('says what an opaque token is worth', async () => {
    const of = profile('plain');
    const said = await inspector().introspect(of, await obtain(of), inspectionContext());
    expect(said).toMatchObject({
      active: true,
      vendor: null,
      scopes: ['reports:read'],
      endpoint: `${provider.issuer}/token/introspection`,
      claims: { client_id: 'plain', aud: OPAQUE_RESOURCE, iss: provider.issuer },
    });
    expect(said.expiresAtMs).toBeGreaterThan(Date.now());
  });

  it('takes an answer that is signed, and checks the signature', async () => {
    const of = profile('signed');
    const said = await inspector().introspect(of, await obtain(of), inspectionContext());
    expect(said).toMatchObject({ active: true, signed: true, scopes: ['reports:read'] });
    expect(provider.requests).toContain('GET /jwks');
  });

  it('says that a token that nobody knows is not active', async () => {
    const said = await inspector().introspect(profile('plain'), 'made-up-token', inspectionContext());
    expect(said).toMatchObject({ active: false, scopes: null, expiresAtMs: null, claims: { active: false } });
  });

  it('is not for JWT at a provider that keeps no record of them', async () => {
    const of = profile('plain', JWT_RESOURCE);
    const error = await failureOf(inspector().introspect(of, await obtain(of), inspectionContext()));
    expect(error.code).toBe('introspection_failed');
    expect(error.hint).toContain('verify its signature');
  });

  it('goes to the endpoint that the profile names, without discovery', async () => {
    const options = { ...noOptions, introspectionEndpoint: `${provider.issuer}/token/introspection` };
    const of = profile('plain');
    const token = await obtain(of);
    const asked = provider.requests.length;
    const said = await inspector().introspect({ ...of, options }, token, inspectionContext());
    expect(said).toMatchObject({ active: true, signed: false });
    expect(provider.requests.slice(asked)).toEqual(['POST /token/introspection']);
  });

  it('fails with a wrong secret, which is not repeated', async () => {
    const wrong = inspector({ secret: () => 'wrong-secret' });
    const error = await failureOf(wrong.introspect(profile('plain'), 'token-of-ours', inspectionContext()));
    expect(error.code).toBe('invalid_client');
    expect(error.message).not.toContain('wrong-secret');
    expect(error.message).not.toContain('token-of-ours');
  });
});

describe('verification at a real provider', () => {
  it('finds a JWT good, with the key of the provider', async () => {
    const of = profile('plain', JWT_RESOURCE);
    const verification = await inspector().verify(of, await obtain(of), inspectionContext());
    expect(verification).toMatchObject({ status: 'verified', key: { kid: 'current', alg: 'RS256' } });
  });

  it('opens an encrypted token with the key held, and not without', async () => {
    const of = profile('plain', ENCRYPTED_RESOURCE);
    const token = await obtain(of);
    expect(token.split('.')).toHaveLength(5);
    const held = { decryption_key: JSON.stringify(provider.decryptionKey) };
    const verification = await inspector({ held }).verify(of, token, inspectionContext());
    expect(verification).toMatchObject({
      status: 'verified',
      opened: { claims: { client_id: 'plain', aud: ENCRYPTED_RESOURCE, scope: 'reports:read' } },
    });
    expect((await inspector().verify(of, token, inspectionContext())).code).toBe('key_missing');
  });

  it('leaves an opaque token to introspection', async () => {
    const of = profile('plain');
    const verification = await inspector().verify(of, await obtain(of), inspectionContext());
    expect(verification).toMatchObject({ status: 'not_verified', code: 'not_a_jwt' });
  });
});

describe('a hostile introspection endpoint', () => {
  let server: TestServer;
  afterEach(() => server.close());

  const ask = async (answer: Parameters<typeof listen>[0], timeoutMs = 400) => {
    server = await listen(answer);
    const options = {
      ...noOptions,
      introspectionEndpoint: `${server.origin}/introspect`,
      jwksUri: `${server.origin}/jwks`,
    };
    const of = profileOf({ issuer: null, tokenEndpoint: `${server.origin}/token`, options });
    return inspector({ timeoutMs }).introspect(of, 'opaque-token', inspectionContext());
  };

  it.each<[string, Parameters<typeof listen>[0]]>([
    ['a web page', (_q, r) => void r.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
    ['no answer', () => undefined],
    ['an answer without "active"', (_q, r) => json(r, 200, { scope: 'x' })],
    ['"active" in words', (_q, r) => json(r, 200, { active: 'true' })],
    ['a redirect', (_q, r) => void r.writeHead(307, { location: 'https://evil.example/' }).end()],
    ['too much', (_q, r) => void r.writeHead(200).end('x'.repeat(2_000_000))],
    ['an error of the server', (_q, r) => json(r, 500, { error: 'server_error' })],
  ])('is refused with %s', async (_name, answer) => {
    const error = await failureOf(ask(answer));
    expect(['introspection_failed', 'oauth_error']).toContain(error.code);
    expect(error.message).toContain(server.origin);
    expect(error.message).not.toContain('opaque-token');
  });

  it('has its numbers shown as it wrote them', async () => {
    const introspection = await ask((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"active":true,"user_id":174322306148984899,"ratio":1.10}');
    });
    expect(exactJson(introspection.claims)).toBe('{"active":true,"user_id":174322306148984899,"ratio":1.10}');
  });

  it('that calls a JWT inactive concludes nothing, and of an opaque token it does', async () => {
    server = await listen((_request, response) => json(response, 200, { active: false }));
    const options = { ...noOptions, introspectionEndpoint: `${server.origin}/introspect` };
    const of = profileOf({ issuer: null, tokenEndpoint: `${server.origin}/token`, options });
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln';
    expect(await inspector().introspect(of, jwt, inspectionContext())).toMatchObject({
      active: false,
      conclusive: false,
    });
    expect(await inspector().introspect(of, 'opaque', inspectionContext())).toMatchObject({
      active: false,
      conclusive: true,
    });
  });

  it('is refused when its answer is signed with another key, or for another client', async () => {
    const own = await generateKeyPair('RS256');
    const signed = (audience: string) =>
      new SignJWT({ token_introspection: { active: true } })
        .setProtectedHeader({ alg: 'RS256', typ: 'token-introspection+jwt' })
        .setIssuer(server.origin)
        .setAudience(audience)
        .setIssuedAt()
        .sign(own.privateKey);
    const answer =
      (audience: string): Parameters<typeof listen>[0] =>
      (request, response) => {
        if (request.url === '/jwks') {
          json(response, 200, { keys: [] });
          return;
        }
        void signed(audience).then((jwt) => {
          response.writeHead(200, { 'content-type': 'application/token-introspection+jwt' });
          response.end(jwt);
        });
      };
    const forged = await failureOf(ask(answer('viewer')));
    expect(forged.code).toBe('introspection_failed');
    expect(forged.message).toMatch(/None of the keys that the issuer publishes/);
    await server.close();
    expect((await failureOf(ask(answer('another')))).code).toBe('introspection_failed');
  });
});

describe('where a token and the secret of its client may go', () => {
  let server: TestServer;
  afterEach(() => server.close());

  it.each<[string, (origin: string) => TokenProfile]>([
    [
      'an endpoint that keyturn.json names elsewhere',
      (origin) =>
        profileOf({
          issuer: 'https://id.example.com',
          options: { ...noOptions, introspectionEndpoint: `${origin}/a`, revocationEndpoint: `${origin}/b` },
        }),
    ],
    [
      'an endpoint of no issuer at all',
      (origin) =>
        profileOf({
          issuer: null,
          options: { ...noOptions, introspectionEndpoint: `${origin}/a`, revocationEndpoint: `${origin}/b` },
        }),
    ],
    [
      'an issuer, with a pasted token bound to another origin',
      (origin) => staticProfile({ issuer: origin, clientId: 'c' }),
    ],
  ])('is not %s', async (_name, profileAt) => {
    server = await listen((_request, response) =>
      json(response, 200, {
        issuer: server.origin,
        introspection_endpoint: `${server.origin}/a`,
        revocation_endpoint: `${server.origin}/b`,
      }),
    );
    const of = profileAt(server.origin);
    const token = { accessToken: 'opaque-token', refreshToken: null };
    const asking = {
      secret: () => {
        throw new Error('must not be asked');
      },
    };
    for (const failed of [
      inspector(asking).introspect(of, token.accessToken, inspectionContext()),
      inspector(asking).revoke(of, token, inspectionContext()),
    ]) {
      expect((await failureOf(failed)).code).toBe('origin_not_allowed');
    }
    expect(server.requests.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  it('is the issuer, where a pasted token is bound to it too', async () => {
    server = await listen((request, response) =>
      json(
        response,
        200,
        request.method === 'POST'
          ? { active: true }
          : { issuer: server.origin, introspection_endpoint: `${server.origin}/a` },
      ),
    );
    const of = staticProfile({ issuer: server.origin, clientId: 'c', origins: [server.origin] });
    expect((await inspector().introspect(of, 'opaque-token', inspectionContext())).active).toBe(true);
  });
});

describe('endpoints of vendors', () => {
  let server: TestServer;
  afterEach(() => server.close());
  const glpat = ['glpat-', 'ab12CD34ef56GH78ij90'].join('');
  const vault = ['hvs.', 'CAESIJ', 'a'.repeat(90)].join('');
  const slack = ['xoxb-', '123456789012-abcdefABCDEF'].join('');
  const github = ['ghp_', 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'].join('');

  const askAt = async (token: string, answer: Parameters<typeof listen>[0], origins?: string[]) => {
    server = await listen(answer);
    return inspector().introspect(
      staticProfile({ origins: origins ?? [server.origin] }),
      token,
      inspectionContext(),
    );
  };

  it('tell scopes and end of a GitLab token at the origin it is bound to', async () => {
    let shown: unknown;
    const said = await askAt(glpat, (request, response) => {
      shown = request.headers['private-token'];
      json(response, 200, {
        active: true,
        scopes: ['api', 'read_user'],
        expires_at: '2030-01-02',
        user_id: 7,
      });
    });
    expect(server.requests).toEqual(['GET /api/v4/personal_access_tokens/self']);
    expect(shown).toBe(glpat);
    expect(said).toMatchObject({
      active: true,
      vendor: 'GitLab',
      scopes: ['api', 'read_user'],
      subject: '7',
      expiresAtMs: Date.UTC(2030, 0, 2),
    });
  });

  it('tell scopes and end of a GitHub token in headers', async () => {
    const said = await askAt(github, (_request, response) => {
      response.setHeader('x-oauth-scopes', 'repo, read:org');
      response.setHeader('github-authentication-token-expiration', '2030-11-22 18:13:46 UTC');
      json(response, 200, { login: 'ada' });
    });
    expect(server.requests).toEqual(['GET /api/v3/user']);
    expect(said).toMatchObject({
      vendor: 'GitHub',
      scopes: ['repo', 'read:org'],
      subject: 'ada',
      expiresAtMs: Date.UTC(2030, 10, 22, 18, 13, 46),
    });
  });

  it('tell that a token has ended', async () => {
    const gone = await askAt(glpat, (_request, response) =>
      json(response, 401, { message: '401 Unauthorized' }),
    );
    expect(gone).toMatchObject({ active: false, scopes: null });
    await server.close();
    const revoked = await askAt(glpat, (_request, response) =>
      json(response, 200, { active: false, revoked: true }),
    );
    expect(revoked.active).toBe(false);
    await server.close();
    const vaulted = await askAt(vault, (_request, response) =>
      json(response, 403, { errors: ['permission denied'] }),
    );
    expect(vaulted).toMatchObject({ active: false, vendor: 'HashiCorp' });
  });

  it.each([500, 429, 302, 404])('are not understood with the status %s', async (status) => {
    const error = await failureOf(
      askAt(glpat, (_request, response) => void response.writeHead(status).end()),
    );
    expect(error).toMatchObject({ code: 'introspection_failed', data: { status } });
    expect(error.message).not.toContain(glpat);
  });

  it.each([
    ['another origin than the vendor has', ['https://api.example.com'], slack],
    ['a wildcard only', ['https://*.example.com'], glpat],
    ['any port', ['http://127.0.0.1:*'], glpat],
  ])('are not asked with a token that is bound to %s', async (_name, origins, token) => {
    const error = await failureOf(askAt(token, (_request, response) => json(response, 200, {}), origins));
    expect(error.code).toBe('introspection_failed');
    expect(server.requests).toEqual([]);
  });

  it('are none for a token of no vendor', async () => {
    const error = await failureOf(
      askAt('some-opaque-token', (_request, response) => json(response, 200, {})),
    );
    expect(error.code).toBe('introspection_failed');
    expect(server.requests).toEqual([]);
  });
});
