import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { httpServer } from '../http/support.ts';
import { MINUTE, profileOf, staticProfile } from '../token/support.ts';
import { engineOver } from './support.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server that keeps what it saw; `answer` gets the request and how many came before it. */
async function api(answer: (request: Seen, response: ServerResponse, before: number) => void) {
  const seen: Seen[] = [];
  const { url } = await httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization ?? null,
        body,
        headers: request.headers,
      };
      seen.push(one);
      answer(one, response, seen.length - 1);
    });
  });
  return { origin: new URL(url).origin, seen };
}

const refuse = (response: ServerResponse, challenge: string | null = 'Bearer error="invalid_token"') => {
  response.writeHead(401, challenge === null ? {} : { 'WWW-Authenticate': challenge });
  response.end('refused');
};
const takesOnly = (token: string) => (request: Seen, response: ServerResponse) => {
  if (request.authorization === `Bearer ${token}`) response.end('taken');
  else refuse(response);
};

const here = ['http://127.0.0.1:*', 'http://localhost:*'];
const viewer = profileOf({ origins: here });
const pasted = staticProfile({ origins: here });

describe('a token that the server refuses', () => {
  it.each([
    ['invalid_token', 'Bearer error="invalid_token"'],
    ['no challenge', null],
    ['a challenge without an error', 'Bearer realm="reports"'],
  ])('is refreshed once and the request sent once more: %s', async (_name, challenge) => {
    const { origin, seen } = await api((request, response) =>
      request.authorization === 'Bearer access-1' ? refuse(response, challenge) : response.end('taken'),
    );
    const { run, calls } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result).toMatchObject({ error: null, retried: 'invalid_token', challenge: null });
    expect(result.response?.status).toBe(200);
    expect(result.token).toMatchObject({ name: 'viewer', refreshed: true });
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer access-1', 'Bearer access-2']);
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(result.request)).not.toContain('access-');
  });

  it('is refreshed only once when it is refused for ever, and not for each request that follows', async () => {
    const { origin, seen } = await api((_request, response) => refuse(response));
    const { run, calls, clock } = engineOver({ profiles: [viewer] });
    const text = `# @token viewer\nGET ${origin}/reports\n`;
    const result = await run(text);
    expect(result.response?.status).toBe(401);
    expect(result).toMatchObject({
      retried: 'invalid_token',
      challenge: { error: 'invalid_token', refusal: { code: 'token_invalid' } },
    });
    expect(seen).toHaveLength(2);
    expect(calls).toHaveLength(2);

    await Promise.all(Array.from({ length: 50 }, () => run(text)));
    expect(calls).toHaveLength(2);
    expect(seen).toHaveLength(52);

    clock.nowMs += MINUTE;
    await run(text);
    expect(calls).toHaveLength(3);
  });

  it('is refreshed once for a hundred requests that are refused together', async () => {
    const waiting: (() => void)[] = [];
    const { origin, seen } = await api((request, response) => {
      if (request.authorization === 'Bearer access-2') response.end('taken');
      else {
        waiting.push(() => refuse(response));
        if (waiting.length === 100) for (const go of waiting) go();
      }
    });
    const { run, calls } = engineOver({ profiles: [viewer] });
    const results = await Promise.all(
      Array.from({ length: 100 }, () => run(`# @token viewer\nGET ${origin}/reports\n`)),
    );
    expect(results.every(({ response }) => response?.status === 200)).toBe(true);
    expect(calls).toHaveLength(2);
    expect(seen).toHaveLength(200);
  });

  it('sends the body again, and the same made-up values', async () => {
    const { origin, seen } = await api(takesOnly('access-2'));
    const { run } = engineOver({ profiles: [viewer] });
    const text = `POST ${origin}/reports\nAuthorization: Bearer {{$token viewer}}\nIdempotency-Key: {{$guid}}\n\n{"at":"{{$timestamp}}","is":"{{$randomInt 1 1000000}}","by":"{{$token viewer}}"}\n`;
    const result = await run(text);
    expect(result.response?.status).toBe(200);
    const [first, second] = seen;
    expect(first?.body).toContain('access-1');
    expect(second?.body).toBe(first?.body.replace('access-1', 'access-2'));
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  });

  it('asks the person once about an origin, not again for the repetition', async () => {
    const { origin } = await api(takesOnly('access-2'));
    let asked = 0;
    const { run } = engineOver({
      profiles: [profileOf({ origins: ['https://api.example.com'] })],
      allowOrigin: () => {
        asked++;
        return Promise.resolve('once');
      },
    });
    expect((await run(`# @token viewer\nGET ${origin}/\n`)).response?.status).toBe(200);
    expect(asked).toBe(1);
  });

  it('writes only the last answer into a file that is opened once', async () => {
    const { origin } = await api(takesOnly('access-2'));
    const { run, sink } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`, { options: { saveBodyTo: '/out' } });
    expect(result).toMatchObject({ error: null, retried: 'invalid_token' });
    expect(sink).toMatchObject({ opened: 1, closed: 1, text: 'taken' });
    expect(result.response?.body.byteLength).toBe(0);
  });

  it('writes the refusal into the file when it is the last answer', async () => {
    const { origin } = await api((_request, response) => refuse(response));
    const { run, sink } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`, { options: { saveBodyTo: '/out' } });
    expect(result.response).toMatchObject({ status: 401, sizeBytes: 7 });
    expect(sink).toMatchObject({ opened: 1, closed: 1, text: 'refused' });
    expect(result.response?.body.byteLength).toBe(0);
  });

  it('closes the file when the repetition fails', async () => {
    const { origin } = await api((request, response) => {
      if (request.authorization === 'Bearer access-2') response.destroy();
      else refuse(response);
    });
    const { run, sink } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nPOST ${origin}/reports\n\nx\n`, {
      options: { saveBodyTo: '/out' },
    });
    expect(result).toMatchObject({
      response: null,
      retried: 'invalid_token',
      error: { code: 'connection_reset' },
    });
    expect(sink).toMatchObject({ opened: 1, closed: 1, text: '' });
  });

  it('closes the file when the refresh is cancelled', async () => {
    const { origin } = await api((_request, response) => refuse(response));
    const { run, sink, server, result: issued } = engineOver({ profiles: [viewer] });
    const stop = new AbortController();
    server.answer = ({ context }) => {
      if (context.refreshToken === null && !stop.signal.aborted && sink.opened === 0)
        return Promise.resolve(issued());
      stop.abort();
      return Promise.reject(new KeyturnError('cancelled', 'Cancelled.'));
    };
    const result = await run(`# @token viewer\nGET ${origin}/\n`, {
      options: { saveBodyTo: '/out' },
      signal: stop.signal,
    });
    expect(result.error?.code).toBe('cancelled');
    expect(sink).toMatchObject({ opened: 1, closed: 1 });
  });

  it('says so when it cannot be refreshed', async () => {
    const { origin, seen } = await api((_request, response) => refuse(response));
    const { run, manager } = engineOver({ profiles: [pasted] });
    await manager.add(pasted, 'pasted-token-1');
    const result = await run(`# @token pasted\nGET ${origin}/reports\n`);
    expect(seen).toHaveLength(1);
    expect(result).toMatchObject({ error: null, retried: null });
    expect(result.challenge?.refusal).toMatchObject({
      code: 'token_invalid',
      message: 'The server refused the token "pasted", and Keyturn cannot refresh it.',
    });
    expect(result.challenge?.refusal?.hint).toContain('keyturn token add pasted');
  });

  it('says why the refresh failed, and keeps the answer', async () => {
    const { origin } = await api((_request, response) => refuse(response));
    const { run, server, result: issued, calls } = engineOver({ profiles: [viewer] });
    server.answer = () =>
      calls.length === 1
        ? Promise.resolve(issued())
        : Promise.reject(new KeyturnError('token_endpoint_failed', 'It is not there.', { hint: 'Later.' }));
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result).toMatchObject({
      error: null,
      retried: null,
      response: { status: 401 },
      challenge: {
        refusal: { code: 'token_endpoint_failed', message: 'It is not there.', hint: 'Later.' },
      },
    });
  });

  it('keeps the answer when the person gives up the sign-in', async () => {
    const { origin } = await api((_request, response) => refuse(response));
    const { run, server, result: issued, calls } = engineOver({ profiles: [viewer] });
    server.answer = () =>
      calls.length === 1
        ? Promise.resolve(issued())
        : Promise.reject(new KeyturnError('cancelled', 'The sign-in was given up.'));
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result).toMatchObject({
      error: null,
      response: { status: 401 },
      challenge: { refusal: { code: 'cancelled' } },
    });
  });

  it('is not refreshed for what another origin says', async () => {
    const elsewhere = await api((_request, response) => refuse(response));
    const { origin } = await api((_request, response) => {
      response.writeHead(302, { location: `${elsewhere.origin.replace('127.0.0.1', 'localhost')}/` });
      response.end();
    });
    const { run, calls } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result.response?.status).toBe(401);
    expect(result).toMatchObject({
      retried: null,
      challenge: { error: 'invalid_token', refusal: null },
    });
    expect(result.challenge?.origin).toContain('localhost');
    expect(calls).toHaveLength(1);
    expect(elsewhere.seen).toHaveLength(1);
    expect(elsewhere.seen[0]?.authorization).toBeNull();
  });

  it('goes along with a redirect inside its origin, and is refreshed there', async () => {
    const { origin, seen } = await api((request, response) => {
      if (request.path === '/old') {
        response.writeHead(307, { location: '/new' });
        response.end();
      } else takesOnly('access-2')(request, response);
    });
    const { run } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nPOST ${origin}/old\n\nbody\n`);
    expect(result.response?.status).toBe(200);
    expect(seen.map(({ path, body }) => `${path} ${body.trim()}`)).toEqual([
      '/old body',
      '/new body',
      '/old body',
      '/new body',
    ]);
  });

  it('does not do a POST twice that was done before the refusal', async () => {
    const { origin, seen } = await api((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(303, { location: '/done' });
        response.end();
      } else refuse(response);
    });
    const { run, calls } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nPOST ${origin}/orders\n\nbody\n`);
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(calls).toHaveLength(2);
    expect(result.challenge?.refusal?.message).toContain('when the server had already handled the request');
  });

  it('says nothing about requests without a token, but what the server asks for', async () => {
    const { origin, seen } = await api((_request, response) =>
      refuse(
        response,
        'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"',
      ),
    );
    const result = await engineOver({ profiles: [] }).run(`GET ${origin}/reports\n`);
    expect(seen).toHaveLength(1);
    expect(result).toMatchObject({
      retried: null,
      challenge: {
        origin,
        error: null,
        resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource',
        refusal: null,
      },
    });
  });
});

describe('a token that is not enough', () => {
  it.each([401, 403])('is not refreshed, and the missing scopes are named: %d', async (status) => {
    const { origin, seen } = await api((_request, response) => {
      response.writeHead(status, {
        'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="reports:read reports:write admin"',
      });
      response.end();
    });
    const { run, calls } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result).toMatchObject({
      retried: null,
      challenge: {
        error: 'insufficient_scope',
        scopes: ['reports:read', 'reports:write', 'admin'],
        missingScopes: ['reports:write', 'admin'],
        refusal: null,
      },
    });
    expect(seen).toHaveLength(1);
    expect(calls).toHaveLength(1);
  });

  it('compares with what a pasted JWT says of itself', async () => {
    const { origin } = await api((_request, response) => {
      response.writeHead(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="a b"' });
      response.end();
    });
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { run, manager } = engineOver({ profiles: [pasted] });
    await manager.add(pasted, `${encoded({ alg: 'ES256' })}.${encoded({ scope: 'a c' })}.c2lnbmF0dXJl`);
    const result = await run(`# @token pasted\nGET ${origin}/\n`);
    expect(result.challenge?.missingScopes).toEqual(['b']);
  });

  it('is not refreshed when the server asks for another authentication', async () => {
    const { origin, seen } = await api((_request, response) =>
      refuse(
        response,
        'Bearer error="insufficient_user_authentication", acr_values="urn:mfa urn:hw", max_age="300"',
      ),
    );
    const { run, calls } = engineOver({ profiles: [viewer] });
    const result = await run(`# @token viewer\nGET ${origin}/reports\n`);
    expect(result.challenge).toMatchObject({
      error: 'insufficient_user_authentication',
      acrValues: ['urn:mfa', 'urn:hw'],
      maxAgeSeconds: 300,
    });
    expect(seen).toHaveLength(1);
    expect(calls).toHaveLength(1);
  });

  it('masks tokens that a challenge repeats', async () => {
    const { origin } = await api((request, response) =>
      refuse(
        response,
        `Bearer error="insufficient_scope", error_description="not ${request.authorization ?? ''}", scope="${request.authorization?.slice(7) ?? ''}"`,
      ),
    );
    const result = await engineOver({ profiles: [viewer] }).run(`# @token viewer\nGET ${origin}/\n`);
    expect(result.challenge?.error).toBe('insufficient_scope');
    expect(JSON.stringify(result)).not.toContain('access-1');
  });
});

describe('the audit', () => {
  it('is told of every use and of what was refused, with the line that asked', async () => {
    const { origin } = await api(takesOnly('access-2'));
    const events: AuditEvent[] = [];
    const audit = { record: (event: AuditEvent) => void events.push(event) };
    const { run } = engineOver({ profiles: [viewer], audit, manager: { audit } });
    await run(`\n# @token viewer\nGET ${origin}/reports/7?a=b\n`);
    await run('# @token viewer\nGET https://elsewhere.example.com/\n');
    expect(events.map(({ action, status, error, cause }) => [action, status, error, cause])).toEqual([
      ['obtained', null, null, '/w/a.http:3'],
      ['used', 401, null, '/w/a.http:3'],
      ['obtained', null, null, '/w/a.http:3'],
      ['used', 200, null, '/w/a.http:3'],
      ['refused', null, 'origin_not_allowed', '/w/a.http:2'],
    ]);
    expect(events[3]).toMatchObject({
      tokenName: 'viewer',
      accessToken: 'access-2',
      origin,
      method: 'GET',
      path: '/reports/7',
    });
    expect(events[4]).toMatchObject({ accessToken: null, origin: 'https://elsewhere.example.com' });
  });

  it('is told of a use that was not answered', async () => {
    const { origin } = await api((_request, response) => response.destroy());
    const events: AuditEvent[] = [];
    const { run } = engineOver({ profiles: [viewer], audit: { record: (event) => void events.push(event) } });
    await run(`# @token viewer\nPOST ${origin}/\n\nx\n`);
    expect(events).toMatchObject([{ action: 'used', status: null, error: 'connection_reset' }]);
  });
});
