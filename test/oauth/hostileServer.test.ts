import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { KeyturnError } from '../../src/base/errors.ts';
import type { GrantResult } from '../../src/token/grant.ts';
import { MINUTE, TestClock } from '../token/support.ts';
import { obtainAs, signInProfile, signInWith } from './signIns.ts';
import { json, listen, type TestServer } from './support.ts';

let key: CryptoKey;
let jwk: JWK;
let otherKey: CryptoKey;
beforeAll(async () => {
  const [own, other] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ES256'),
  ]);
  key = own.privateKey;
  otherKey = other.privateKey;
  jwk = { ...(await exportJWK(own.publicKey)), alg: 'ES256', use: 'sig', kid: 'a' };
});

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a server does differently from a good one; the rest it does well. */
interface Misdeeds {
  readonly metadata?: (issuer: string) => Record<string, unknown>;
  /** What the browser brings back. */
  readonly callback?: (parameters: URLSearchParams, issuer: string) => void;
  /** What an attacker sends before that. */
  readonly stray?: (parameters: URLSearchParams, issuer: string) => void;
  /** When the browser came back. */
  readonly after?: () => Promise<void>;
  readonly clock?: Clock;
  readonly claims?: (claims: Record<string, unknown>, issuer: string) => Record<string, unknown>;
  readonly idToken?: (claims: Record<string, unknown>) => string | Promise<string> | undefined;
  readonly at?: Readonly<Record<string, Answer>>;
  /** Of the token endpoint's answer. */
  readonly dateHeader?: string;
}

interface Outcome {
  readonly outcome: GrantResult | KeyturnError;
  readonly requests: readonly string[];
  readonly opened: number;
  /** Statuses of the pages that the browser landed on. */
  readonly landings: readonly number[];
}

/** A sign-in at a server with these misdeeds. */
async function signInAt(misdeeds: Misdeeds, scope = 'openid reports:read'): Promise<Outcome> {
  let nonce = '';
  let opened = 0;
  const landings: number[] = [];
  server = await listen((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const special = misdeeds.at?.[path];
    if (special !== undefined) special(request, response);
    else void answer(path, response);
  });
  const issuer = server.origin;

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/.well-known/openid-configuration') {
      json(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        authorization_response_iss_parameter_supported: true,
        id_token_signing_alg_values_supported: ['ES256'],
        ...misdeeds.metadata?.(issuer),
      });
    } else if (path === '/jwks') {
      json(response, 200, { keys: [jwk] });
    } else if (path === '/token') {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, sub: 'zoe', aud: 'person', nonce, iat: now, exp: now + 600 };
      const claims = misdeeds.claims?.(usual, issuer) ?? usual;
      const idToken = misdeeds.idToken === undefined ? await signed(claims) : await misdeeds.idToken(claims);
      if (misdeeds.dateHeader !== undefined) response.setHeader('date', misdeeds.dateHeader);
      json(response, 200, {
        access_token: 'the-access-token',
        token_type: 'bearer',
        refresh_token: 'the-refresh-token',
        expires_in: 300,
        ...(idToken === undefined ? {} : { id_token: idToken }),
      });
    } else json(response, 404, {});
  }

  const signIn = signInWith(async (url) => {
    opened++;
    const asked = new URL(url).searchParams;
    nonce = asked.get('nonce') ?? '';
    for (const change of misdeeds.stray === undefined
      ? [misdeeds.callback]
      : [misdeeds.stray, misdeeds.callback]) {
      const back = new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '', iss: issuer });
      change?.(back, issuer);
      const { status } = await fetch(`${asked.get('redirect_uri') ?? ''}?${back.toString()}`);
      landings.push(status);
    }
    await misdeeds.after?.();
  });
  const { clock } = misdeeds;
  const outcome = await obtainAs(
    signInProfile(issuer, { scope }),
    signIn,
    {},
    { timeoutMs: 1500, ...(clock === undefined ? {} : { clock }) },
  ).catch((error: unknown) => error as KeyturnError);
  return { outcome, requests: server.requests, opened, landings };
}

function signed(
  claims: Record<string, unknown>,
  by: CryptoKey = key,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'a', ...header }).sign(by);
}

/** A JWT with a made-up signature. */
function unsigned(claims: Record<string, unknown>, header: Record<string, unknown>, signature = ''): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}

const html: Answer = (_request, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');

/** 100 MB, or without end, as fast as it is read. */
const flood =
  (bytes: number): Answer =>
  (_request, response) => {
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    let left = bytes;
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && left > 0) {
        left -= chunk.length;
        if (!response.write(chunk)) return;
      }
      if (left <= 0) response.end();
    };
    response.on('drain', more);
    more();
  };
const hundredMegabytes = flood(100 * 1024 * 1024);
const endless = flood(Infinity);
/** One byte at a time, and never the last. */
const dripping: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(timer));
};
const elsewhere: Answer = (_request, response) =>
  response.writeHead(307, { location: 'https://evil.example.com/' }).end();

it('a server that does nothing wrong is trusted', async () => {
  const { outcome, requests } = await signInAt({});
  expect(outcome).toMatchObject({
    accessToken: 'the-access-token',
    refreshToken: 'the-refresh-token',
    idToken: expect.stringMatching(/^ey/) as string,
  });
  expect(requests).toEqual(['GET /.well-known/openid-configuration', 'POST /token', 'GET /jwks']);
});

describe('metadata', () => {
  it.each<[string, Misdeeds, string]>([
    ['of another issuer', { metadata: () => ({ issuer: 'https://evil.example.com' }) }, 'issuer_mismatch'],
    [
      'that leads the browser to plain http',
      { metadata: () => ({ authorization_endpoint: 'http://id.example.com/auth' }) },
      'discovery_failed',
    ],
    [
      'that leads the browser to a script',
      { metadata: () => ({ authorization_endpoint: 'javascript:alert(1)' }) },
      'discovery_failed',
    ],
    [
      'that leads the code to plain http',
      { metadata: () => ({ token_endpoint: 'http://id.example.com/token' }) },
      'discovery_failed',
    ],
    [
      'with keys at plain http',
      { metadata: () => ({ jwks_uri: 'http://id.example.com/jwks' }) },
      'discovery_failed',
    ],
    ['without keys', { metadata: () => ({ jwks_uri: undefined }) }, 'discovery_failed'],
    [
      'that pushes requests to plain http',
      { metadata: () => ({ pushed_authorization_request_endpoint: 'http://id.example.com/par' }) },
      'discovery_failed',
    ],
    [
      'that requires pushed requests and takes none',
      { metadata: () => ({ require_pushed_authorization_requests: true }) },
      'discovery_failed',
    ],
    ['that is a web page', { at: { '/.well-known/openid-configuration': html } }, 'discovery_failed'],
    ['of 100 MB', { at: { '/.well-known/openid-configuration': hundredMegabytes } }, 'discovery_failed'],
    ['without end', { at: { '/.well-known/openid-configuration': endless } }, 'discovery_failed'],
    ['that redirects', { at: { '/.well-known/openid-configuration': elsewhere } }, 'discovery_failed'],
  ])('%s opens no browser', async (_name, misdeeds, code) => {
    const { outcome, opened } = await signInAt(misdeeds);
    expect(outcome).toMatchObject({ code, hint: expect.any(String) as string });
    expect(opened).toBe(0);
  });
});

describe('a request that is pushed', () => {
  const metadata = (issuer: string) => ({ pushed_authorization_request_endpoint: `${issuer}/par` });
  it.each<[string, Answer, string]>([
    ['a web page', html, 'authorization_failed'],
    ['100 MB', hundredMegabytes, 'authorization_failed'],
    ['no end', endless, 'authorization_failed'],
    ['a drip', dripping, 'authorization_failed'],
    ['a redirect', elsewhere, 'authorization_failed'],
    ['no reference', (_q, r) => json(r, 201, { expires_in: 60 }), 'authorization_failed'],
    ['invalid_scope', (_q, r) => json(r, 400, { error: 'invalid_scope' }), 'invalid_scope'],
    ['invalid_request', (_q, r) => json(r, 400, { error: 'invalid_request' }), 'oauth_error'],
  ])('gets %s, and no browser opens', async (_name, answer, code) => {
    const { outcome, opened } = await signInAt({ metadata, at: { '/par': answer } });
    expect(outcome).toMatchObject({
      code,
      message: expect.stringContaining('pushed authorization') as string,
    });
    expect(opened).toBe(0);
  });
});

describe('what the browser brings back', () => {
  it.each<[string, NonNullable<Misdeeds['callback']>, string]>([
    ['another issuer', (p) => p.set('iss', 'https://evil.example.com'), 'issuer_mismatch'],
    ['the issuer with a slash', (p, issuer) => p.set('iss', `${issuer}/`), 'issuer_mismatch'],
    ['no issuer though it was announced', (p) => p.delete('iss'), 'issuer_mismatch'],
    ['two issuers', (p) => p.append('iss', 'https://evil.example.com'), 'issuer_mismatch'],
    ['two codes', (p) => p.append('code', 'x'), 'authorization_failed'],
    ['no code', (p) => p.delete('code'), 'authorization_failed'],
    ['an empty code', (p) => p.set('code', ''), 'authorization_failed'],
    ['a token at once', (p) => p.set('id_token', 'x'), 'authorization_failed'],
    ['a response as a JWT', (p) => p.set('response', 'x'), 'authorization_failed'],
    ['access_denied', (p) => p.set('error', 'access_denied'), 'access_denied'],
    ['server_error', (p) => p.set('error', 'server_error'), 'authorization_failed'],
    [
      'an error of another issuer',
      (p) => {
        p.set('error', 'access_denied');
        p.set('iss', 'https://evil.example.com');
      },
      'issuer_mismatch',
    ],
  ])('%s: no code goes anywhere', async (_name, callback, code) => {
    const { outcome, requests } = await signInAt({ callback });
    expect(outcome).toMatchObject({ code, hint: expect.any(String) as string });
    expect(requests).not.toContain('POST /token');
  });

  const strays: [string, NonNullable<Misdeeds['callback']>][] = [
    ['another state', (p) => p.set('state', 'x')],
    ['no state', (p) => p.delete('state')],
    ['two states', (p) => p.append('state', 'x')],
    [
      'an error for another sign-in',
      (p) => {
        p.set('error', 'access_denied');
        p.set('state', 'x');
      },
    ],
  ];

  it.each(strays)('%s: the sign-in waits on for its own answer', async (_name, stray) => {
    const { outcome, landings } = await signInAt({ stray });
    expect(landings).toEqual([400, 200]);
    expect(outcome).toMatchObject({ accessToken: 'the-access-token' });
  });

  it.each(strays)('%s and nothing else: no code goes anywhere', async (_name, callback) => {
    const clock = new TestClock();
    const { outcome, landings, requests } = await signInAt({
      callback,
      clock,
      after: () => clock.advance(15 * MINUTE),
    });
    expect(landings).toEqual([400]);
    expect(outcome).toMatchObject({ code: 'state_mismatch', hint: expect.any(String) as string });
    expect(requests).not.toContain('POST /token');
  });

  it('says what the server said, in one line and shortened', async () => {
    const { outcome } = await signInAt({
      callback: (parameters) => {
        parameters.delete('code');
        parameters.set('error', 'temporarily_unavailable');
        parameters.set('error_description', `Later,\n\u202eplease. ${'more '.repeat(500)}`);
      },
    });
    const { message } = outcome as KeyturnError;
    expect(message).toContain('"temporarily_unavailable": Later, please. more');
    expect(message.length).toBeLessThan(400);
  });

  it('may leave out an issuer that was not announced', async () => {
    const { outcome } = await signInAt({
      metadata: () => ({ authorization_response_iss_parameter_supported: undefined }),
      callback: (parameters) => parameters.delete('iss'),
    });
    expect(outcome).toMatchObject({ accessToken: 'the-access-token' });
  });
});

describe('an ID token', () => {
  it.each<[string, Misdeeds, string]>([
    ['of another sign-in', { claims: (c) => ({ ...c, nonce: 'x' }) }, 'nonce_mismatch'],
    ['of no sign-in', { claims: (c) => ({ ...c, nonce: undefined }) }, 'nonce_mismatch'],
    ['with a number for a nonce', { claims: (c) => ({ ...c, nonce: 1 }) }, 'nonce_mismatch'],
    ['of another issuer', { claims: (c) => ({ ...c, iss: 'https://evil.example.com' }) }, 'issuer_mismatch'],
    ['for another client', { claims: (c) => ({ ...c, aud: 'somebody' }) }, 'id_token_invalid'],
    ['for many clients', { claims: (c) => ({ ...c, aud: ['person', 'somebody'] }) }, 'id_token_invalid'],
    ['that has ended', { claims: (c) => ({ ...c, exp: 1_000 }) }, 'id_token_invalid'],
    ['without an end', { claims: (c) => ({ ...c, exp: undefined }) }, 'id_token_invalid'],
    ['that is not valid yet', { claims: (c) => ({ ...c, nbf: 4_000_000_000 }) }, 'id_token_invalid'],
    ['without a subject', { claims: (c) => ({ ...c, sub: undefined }) }, 'id_token_invalid'],
    ['signed with another key', { idToken: (c) => signed(c, otherKey) }, 'id_token_invalid'],
    ['with alg none', { idToken: (c) => unsigned(c, { alg: 'none' }) }, 'id_token_invalid'],
    [
      'with alg none, which the server says it uses',
      {
        metadata: () => ({ id_token_signing_alg_values_supported: ['none', 'ES256'] }),
        idToken: (c) => unsigned(c, { alg: 'none' }),
      },
      'id_token_invalid',
    ],
    [
      'with a shared secret, which the server says it uses',
      {
        metadata: () => ({ id_token_signing_alg_values_supported: ['HS256'] }),
        idToken: (c) =>
          new SignJWT(c).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(JSON.stringify(jwk))),
      },
      'id_token_invalid',
    ],
    [
      'with a signature cut off',
      { idToken: (c) => unsigned(c, { alg: 'ES256', kid: 'a' }) },
      'id_token_invalid',
    ],
    ['with an unknown key', { idToken: (c) => signed(c, key, { kid: 'b' }) }, 'id_token_invalid'],
    [
      'with what must be understood',
      { idToken: (c) => unsigned(c, { alg: 'ES256', kid: 'a', crit: ['x'], x: 1 }, 'AA') },
      'id_token_invalid',
    ],
    ['that is none', { idToken: () => 'not.a.token' }, 'id_token_invalid'],
    ['that is encrypted', { idToken: () => 'a.b.c.d.e' }, 'id_token_invalid'],
    ['that is missing', { idToken: () => undefined }, 'id_token_invalid'],
  ])('%s is refused, and the access token with it', async (_name, misdeeds, code) => {
    const { outcome } = await signInAt(misdeeds);
    expect(outcome).toMatchObject({ code, hint: expect.any(String) as string });
    expect(JSON.stringify(outcome)).not.toContain('the-access-token');
  });

  it('with keys of its own is refused, and the keys are not fetched', async () => {
    const other = await listen((_request, response) => json(response, 200, { keys: [] }));
    const { outcome } = await signInAt({
      idToken: (claims) =>
        signed(claims, otherKey, {
          jku: `${other.origin}/jwks`,
          x5u: `${other.origin}/certificate`,
          jwk: { kty: 'EC' },
        }),
    });
    expect(outcome).toMatchObject({ code: 'id_token_invalid' });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it.each<[string, Answer, string]>([
    [
      '10,000 keys',
      (_q, r) => json(r, 200, { keys: Array.from({ length: 10_000 }, () => jwk) }),
      'id_token_invalid',
    ],
    [
      '10,000 small keys',
      (_q, r) => json(r, 200, { keys: Array.from({ length: 10_000 }, () => ({ kty: 'EC' })) }),
      'id_token_invalid',
    ],
    ['100 MB of keys', hundredMegabytes, 'id_token_invalid'],
    ['keys without end', endless, 'id_token_invalid'],
    ['a web page for keys', html, 'id_token_invalid'],
    ['a redirect for keys', elsewhere, 'id_token_invalid'],
    ['keys that never come', dripping, 'discovery_failed'],
  ])('is not trusted with %s', async (_name, answer, code) => {
    const start = performance.now();
    const { outcome } = await signInAt({ at: { '/jwks': answer } });
    expect(outcome).toMatchObject({ code });
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  it('that is not valid does no harm where none was requested', async () => {
    const { outcome } = await signInAt({ idToken: () => 'not.a.token' }, 'reports:read');
    expect(outcome).toMatchObject({ accessToken: 'the-access-token', idToken: null });
  });

  it.each([-600, 600])('is judged by the clock of the server, which is %i s ahead', async (seconds) => {
    const shift = (claims: Record<string, unknown>, by: number) => {
      const now = Math.floor(Date.now() / 1000) + by;
      return { ...claims, iat: now, nbf: now, exp: now + 60 };
    };
    const dateHeader = new Date(Date.now() + seconds * 1000).toUTCString();
    const agreeing = await signInAt({ claims: (claims) => shift(claims, seconds), dateHeader });
    expect(agreeing.outcome).toMatchObject({ accessToken: 'the-access-token' });
    await server?.close();
    const differing = await signInAt({ claims: (claims) => shift(claims, seconds) });
    expect(differing.outcome).toMatchObject({ code: 'id_token_invalid' });
  });
});

describe('the token endpoint', () => {
  it.each<[string, Answer, string]>([
    ['a web page', html, 'token_response_invalid'],
    ['100 MB', hundredMegabytes, 'token_response_invalid'],
    ['no end', endless, 'token_response_invalid'],
    ['a drip', dripping, 'token_endpoint_failed'],
    ['a redirect', elsewhere, 'token_endpoint_failed'],
    ['invalid_grant', (_q, r) => json(r, 400, { error: 'invalid_grant' }), 'authorization_failed'],
  ])('answers with %s', async (_name, answer, code) => {
    const { outcome } = await signInAt({ at: { '/token': answer } });
    expect(outcome).toMatchObject({ code });
    expect((outcome as KeyturnError).message).not.toContain('the-code');
  });
});
