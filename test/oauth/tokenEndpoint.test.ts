import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { profileOf, TestClock } from '../token/support.ts';
import { contextOf, endpointProfile, failureOf, json, listen, obtainer, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

async function failing(
  answer: Parameters<typeof listen>[0],
  options: Parameters<typeof obtainer>[0] = {},
  grant: 'client_credentials' | 'refresh_token' = 'client_credentials',
) {
  server = await listen(answer);
  const obtain = obtainer(options);
  const profile = endpointProfile(`${server.origin}/token`, { grant });
  return failureOf(obtain(profile, contextOf({ refreshToken: 'held-refresh' })));
}

const html = '<!doctype html><title>Sign in</title>';

describe('a token endpoint that fails', () => {
  it.each<[string, Parameters<typeof listen>[0], string]>([
    [
      'a web page',
      (_q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end(html),
      'token_response_invalid',
    ],
    [
      'a web page and 500',
      (_q, r) => r.writeHead(500, { 'content-type': 'text/html' }).end(html),
      'token_endpoint_failed',
    ],
    ['500 without a body', (_q, r) => r.writeHead(500).end(), 'token_endpoint_failed'],
    ['503 with JSON', (_q, r) => json(r, 503, { message: 'busy' }), 'token_endpoint_failed'],
    ['404', (_q, r) => r.writeHead(404).end('Not found'), 'token_endpoint_failed'],
    ['204', (_q, r) => r.writeHead(204).end(), 'token_endpoint_failed'],
    [
      'a redirect',
      (_q, r) => r.writeHead(302, { location: 'https://evil.example/' }).end(),
      'token_endpoint_failed',
    ],
    ['401 without JSON', (_q, r) => r.writeHead(401).end('no'), 'invalid_client'],
    [
      '401 with a challenge',
      (_q, r) => r.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      'invalid_client',
    ],
    ['invalid_client', (_q, r) => json(r, 400, { error: 'invalid_client' }), 'invalid_client'],
    ['unauthorized_client', (_q, r) => json(r, 400, { error: 'unauthorized_client' }), 'invalid_client'],
    ['invalid_grant', (_q, r) => json(r, 400, { error: 'invalid_grant' }), 'invalid_grant'],
    ['invalid_scope', (_q, r) => json(r, 400, { error: 'invalid_scope' }), 'invalid_scope'],
    ['another error', (_q, r) => json(r, 400, { error: 'slow_down' }), 'oauth_error'],
    ['an error with 200', (_q, r) => json(r, 200, { error: 'invalid_client' }), 'invalid_client'],
    [
      'an error without a content type',
      (_q, r) => r.writeHead(400).end('{"error":"invalid_grant"}'),
      'invalid_grant',
    ],
    ['an error named __proto__', (_q, r) => json(r, 400, { error: '__proto__' }), 'oauth_error'],
    ['a number for an error', (_q, r) => json(r, 400, { error: 12 }), 'token_endpoint_failed'],
    [
      'no JSON',
      (_q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{'),
      'token_response_invalid',
    ],
    ['a list', (_q, r) => json(r, 200, []), 'token_response_invalid'],
    ['null', (_q, r) => json(r, 200, null), 'token_response_invalid'],
    ['no token', (_q, r) => json(r, 200, { token_type: 'bearer' }), 'token_response_invalid'],
    [
      'a number for a token',
      (_q, r) => json(r, 200, { access_token: 1, token_type: 'bearer' }),
      'token_response_invalid',
    ],
    [
      'an odd token type',
      (_q, r) => json(r, 200, { access_token: 'a', token_type: 'mac' }),
      'token_response_invalid',
    ],
    [
      'a token that is bound to a key',
      (_q, r) => json(r, 200, { access_token: 'a', token_type: 'DPoP' }),
      'token_response_invalid',
    ],
    [
      'a line break in a token',
      (_q, r) => json(r, 200, { access_token: 'a\r\nX: y', token_type: 'bearer' }),
      'token_response_invalid',
    ],
  ])('%s', async (_name, answer, code) => {
    const error = await failing(answer);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^The .*\.$/);
    expect(error.hint).toBeDefined();
    expect(server.requests).toEqual(['POST /token']);
  });

  it('answers without end', async () => {
    const error = await failing((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = 'x'.repeat(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(error).toMatchObject({
      code: 'token_response_invalid',
      message: expect.stringContaining('1 MiB') as string,
    });
  });

  it.each([
    ['the answer', () => undefined],
    ['the body', (response: ServerResponse) => void response.writeHead(200).write('{')],
  ])('is slow with %s', async (_name, begin) => {
    const start = performance.now();
    const error = await failing((_request, response) => begin(response), { timeoutMs: 150 });
    expect(error.code).toBe('token_endpoint_failed');
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('is cancelled', async () => {
    const controller = new AbortController();
    server = await listen(() => controller.abort());
    const { signal } = controller;
    const error = await failureOf(
      obtainer()(endpointProfile(`${server.origin}/token`), contextOf({ signal })),
    );
    expect(error.code).toBe('cancelled');
  });

  it('resets the connection, or is not there', async () => {
    const reset = await failing((request) => request.socket.destroy());
    expect(reset.code).toBe('token_endpoint_failed');
    await server.close();
    const gone = await failureOf(obtainer()(endpointProfile(`${server.origin}/token`), contextOf()));
    expect(gone.code).toBe('token_endpoint_failed');
    server = await listen(() => undefined);
  });

  it('says something: masked, in one line, shortened', async () => {
    const redactor = new Redactor();
    redactor.register('viewer-secret', 'client secret');
    const error = await failing(
      (_request, response) =>
        json(response, 400, {
          error: 'invalid_grant',
          error_description: `No\u202e use\nfor viewer-secret. ${'more '.repeat(200)}viewer-secret`,
        }),
      { mask: (text) => redactor.mask(text) },
      'refresh_token',
    );
    expect(error.code).toBe('invalid_grant');
    expect(error.message).toContain('No use for •••client secret•••. more');
    expect(error.message).not.toContain('viewer-secret');
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('a token endpoint that answers', () => {
  it('is understood though it writes null and an ID token that was not requested', async () => {
    server = await listen((_request, response) =>
      json(response, 200, {
        access_token: 'abc',
        token_type: 'Bearer',
        expires_in: '3600',
        refresh_token: null,
        scope: null,
        id_token: 'not.a.token',
      }),
    );
    const clock = new TestClock();
    const result = await obtainer({ clock })(endpointProfile(`${server.origin}/token`), contextOf());
    expect(result).toEqual({
      accessToken: 'abc',
      refreshToken: null,
      serverTimeMs: expect.any(Number) as number,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: clock.now() + 3_600_000,
      receivers: [`${server.origin}/token`],
    });
  });

  it('takes a lifetime beyond all dates for none', async () => {
    server = await listen((_request, response) =>
      json(response, 200, { access_token: 'a', token_type: 'bearer', expires_in: 1e300 }),
    );
    expect((await obtainer()(endpointProfile(`${server.origin}/token`), contextOf())).expiresAtMs).toBeNull();
  });

  it('is sent what the profile asks for, as the standards say', async () => {
    const seen: { authorization: string | undefined; body: Record<string, string> }[] = [];
    server = await listen((request, response, body) => {
      seen.push({
        authorization: request.headers.authorization,
        body: Object.fromEntries(new URLSearchParams(body)),
      });
      json(response, 200, { access_token: 'a', token_type: 'bearer' });
    });
    const obtain = obtainer();
    const endpoint = `${server.origin}/token`;
    const asked = { scope: 'a b', audience: 'https://aud.example', resource: 'https://res.example' };
    const secret = { secret: () => Promise.resolve('s:c %') };
    await obtain(endpointProfile(endpoint, { ...asked, clientId: 'my:id' }), contextOf(secret));
    await obtain(
      endpointProfile(endpoint, { clientAuthentication: 'client_secret_post' }),
      contextOf(secret),
    );
    await obtain(
      endpointProfile(endpoint, { grant: 'refresh_token', clientAuthentication: 'none', scope: null }),
      contextOf({ refreshToken: 'r', secret: () => Promise.reject(new Error('must not be asked')) }),
    );
    // RFC 6749 section 2.3.1: id and secret are form-encoded before they are put into Basic.
    expect(seen).toEqual([
      {
        authorization: `Basic ${btoa('my%3Aid:s%3Ac+%25')}`,
        body: { grant_type: 'client_credentials', ...asked },
      },
      {
        authorization: undefined,
        body: {
          grant_type: 'client_credentials',
          scope: 'reports:read',
          client_id: 'viewer',
          client_secret: 's:c %',
        },
      },
      {
        authorization: undefined,
        body: { grant_type: 'refresh_token', refresh_token: 'r', client_id: 'viewer' },
      },
    ]);
  });

  it('is never asked over http beyond this computer', async () => {
    server = await listen(() => undefined);
    let asked = 0;
    const obtain = obtainer({ fetch: () => Promise.reject(new Error(String(++asked))) });
    for (const profile of [
      endpointProfile('http://id.example.com/token'),
      profileOf({ issuer: 'http://id.example.com' }),
      profileOf({ issuer: 'ftp://id.example.com' }),
    ]) {
      expect((await failureOf(obtain(profile, contextOf()))).code).toBe('discovery_failed');
    }
    expect(asked).toBe(0);
  });
});
