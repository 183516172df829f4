import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKeyPair, SignJWT } from 'jose';
import { startSandbox, type Sandbox } from '../../src/sandbox/start.ts';
import { bundleSandbox } from './bundle.ts';

let bundle: Awaited<ReturnType<typeof bundleSandbox>>;
let sandbox: Sandbox;
let shortLived: Sandbox;
beforeAll(async () => {
  bundle = await bundleSandbox();
  const options = { entry: bundle.entry, issuerPort: 0, apiPort: 0, limit: 100_000 };
  [sandbox, shortLived] = await Promise.all([
    startSandbox(options),
    startSandbox({ ...options, lifetimeSeconds: 1 }),
  ]);
});
afterAll(async () => {
  await Promise.all([sandbox.stop(), shortLived.stop()]);
  await bundle.remove();
});

const metadataOf = ({ api }: Sandbox) => `resource_metadata="${api}/.well-known/oauth-protected-resource"`;

interface TokenResponse {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope?: string;
  refresh_token?: string;
  error?: string;
}

async function requestToken(
  from: Sandbox,
  id: string,
  parameters: Record<string, string>,
): Promise<TokenResponse> {
  const response = await fetch(`${from.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${id}-secret`)}` },
    body: new URLSearchParams(parameters),
  });
  return (await response.json()) as TokenResponse;
}

async function accessToken(id: string, scope: string): Promise<string> {
  const response = await requestToken(sandbox, id, { grant_type: 'client_credentials', scope });
  return response.access_token;
}

function call(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return fetch(sandbox.api + path, { ...init, headers });
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}

describe('the issuer', () => {
  test.each(['openid-configuration', 'oauth-authorization-server'])(
    'publishes .well-known/%s',
    async (document) => {
      const response = await fetch(`${sandbox.issuer}/.well-known/${document}`);
      expect(await response.json()).toMatchObject({
        issuer: sandbox.issuer,
        token_endpoint: `${sandbox.issuer}/token`,
        jwks_uri: `${sandbox.issuer}/jwks`,
      });
    },
  );

  test('gives JWT access tokens for the API without being asked for a resource', async () => {
    const response = await requestToken(sandbox, 'editor', {
      grant_type: 'client_credentials',
      scope: 'reports:read reports:write',
    });
    expect(response).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'reports:read reports:write',
    });
    expect(claimsOf(response.access_token)).toMatchObject({
      iss: sandbox.issuer,
      aud: sandbox.api,
      client_id: 'editor',
      scope: 'reports:read reports:write',
    });
  });

  test('knows the API as a resource and no other', async () => {
    const parameters = { grant_type: 'client_credentials', scope: 'reports:read' };
    const named = await requestToken(sandbox, 'viewer', { ...parameters, resource: sandbox.api });
    expect(claimsOf(named.access_token)).toMatchObject({ aud: sandbox.api });
    const other = await requestToken(sandbox, 'viewer', {
      ...parameters,
      resource: 'https://other.example.com',
    });
    expect(other.error).toBe('invalid_target');
  });

  test('refuses a wrong secret and a scope beyond the role', async () => {
    const wrong = await fetch(`${sandbox.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('viewer:wrong')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ error: 'invalid_client' });
    const beyond = await requestToken(sandbox, 'viewer', {
      grant_type: 'client_credentials',
      scope: 'reports:admin',
    });
    expect(beyond.error).toBe('invalid_scope');
  });

  test('starts a session whose refresh token works once and is replaced', async () => {
    const session = await fetch(`${sandbox.issuer}/sandbox/session`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('editor:editor-secret')}` },
    });
    const { refresh_token: first } = (await session.json()) as { refresh_token: string };
    const refreshed = await requestToken(sandbox, 'editor', {
      grant_type: 'refresh_token',
      refresh_token: first,
    });
    expect(refreshed).toMatchObject({ expires_in: 300, scope: 'reports:read reports:write' });
    expect(refreshed.refresh_token).not.toBe(first);
    expect((await call('/reports', refreshed.access_token)).status).toBe(200);
    const again = await requestToken(sandbox, 'editor', {
      grant_type: 'refresh_token',
      refresh_token: first,
    });
    expect(again.error).toBe('invalid_grant');
  });

  test('starts no session without the secret', async () => {
    const session = await fetch(`${sandbox.issuer}/sandbox/session`, { method: 'POST' });
    expect(session.status).toBe(401);
  });
});

describe('access', () => {
  test('asks for a token without naming an error when there is none', async () => {
    const response = await call('/reports');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="reports", scope="reports:read", ${metadataOf(sandbox)}`,
    );
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('treats other credentials as none', async () => {
    const response = await call('/reports', undefined, { headers: { authorization: 'Basic dTpw' } });
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="reports", scope="reports:read", ${metadataOf(sandbox)}`,
    );
  });

  test('calls an empty token a bad request', async () => {
    const response = await call('/reports', undefined, { headers: { authorization: 'Bearer' } });
    expect(response.status).toBe(400);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_request"');
  });

  test('refuses what is not a token', async () => {
    const response = await call('/reports', 'nonsense');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('refuses a token signed by another key', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await new SignJWT({ client_id: 'admin', scope: 'reports:admin' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .setIssuer(sandbox.issuer)
      .setAudience(sandbox.api)
      .setExpirationTime('5 min')
      .sign(privateKey);
    const response = await call('/admin/usage', forged);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain("not from this API's issuer");
  });

  test('refuses a token of another sandbox', async () => {
    const other = await requestToken(shortLived, 'viewer', {
      grant_type: 'client_credentials',
      scope: 'reports:read',
    });
    const response = await call('/reports', other.access_token);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('refuses an expired token', async () => {
    const { access_token: token, expires_in: lifetime } = await requestToken(shortLived, 'viewer', {
      grant_type: 'client_credentials',
      scope: 'reports:read',
    });
    expect(lifetime).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const response = await fetch(`${shortLived.api}/reports`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="reports", error="invalid_token", error_description="The access token expired.", ${metadataOf(shortLived)}`,
    );
  });

  test('names the scope that is missing', async () => {
    const response = await call('/admin/usage', await accessToken('viewer', 'reports:read'));
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="reports", error="insufficient_scope", ' +
        `error_description="This endpoint needs the scope reports:admin.", scope="reports:admin", ${metadataOf(sandbox)}`,
    );
  });
});

describe('reports', () => {
  test('are listed, read, added and removed', async () => {
    const viewer = await accessToken('viewer', 'reports:read');
    const editor = await accessToken('editor', 'reports:read reports:write');
    const before = (await (await call('/reports', viewer)).json()) as { reports: unknown[] };
    expect(before.reports).toHaveLength(3);

    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"title":"New"}' };
    expect((await call('/reports', viewer, post)).status).toBe(403);
    const added = await call('/reports', editor, post);
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe('/reports/4');
    expect(await (await call('/reports/4', viewer)).json()).toMatchObject({
      id: 4,
      title: 'New',
      status: 'draft',
    });
    expect((await call('/reports/4', editor, { method: 'DELETE' })).status).toBe(204);
    expect((await call('/reports/4', viewer)).status).toBe(404);
    expect((await call('/reports/four', viewer)).status).toBe(404);
  });

  test('says what is wrong with a new one', async () => {
    const editor = await accessToken('editor', 'reports:read reports:write');
    const headers = { 'content-type': 'application/json' };
    const empty = await call('/reports', editor, { method: 'POST', headers, body: '{"title":"  "}' });
    expect(empty.status).toBe(422);
    expect(((await empty.json()) as { detail: string }).detail).toContain('title');
    expect((await call('/reports', editor, { method: 'POST', headers, body: '{' })).status).toBe(400);
  });

  test('show an admin who asked for them', async () => {
    const response = await call('/admin/usage', await accessToken('admin', 'reports:admin'));
    const { requestsByClient } = (await response.json()) as { requestsByClient: Record<string, number> };
    expect(requestsByClient['admin']).toBe(1);
  });
});

describe('other endpoints', () => {
  test('an API key in a header', async () => {
    expect((await call('/legacy/summary')).status).toBe(401);
    const response = await call('/legacy/summary', undefined, { headers: { 'x-api-key': sandbox.apiKey } });
    expect(await response.json()).toMatchObject({ reports: expect.any(Number) as number });
  });

  test('an echo of headers and body', async () => {
    const response = await call('/echo?a=1', 'canary', { method: 'PUT', body: 'hello' });
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: '/echo?a=1',
      headers: { authorization: 'Bearer canary' },
      body: 'hello',
    });
  });

  test('a redirect within the API', async () => {
    const response = await call('/old-reports', undefined, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([308, '/reports']);
  });

  test('bodies of other kinds', async () => {
    const image = await call('/image.png');
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(
      Buffer.from(await image.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect((await call('/report.xml')).headers.get('content-type')).toContain('application/xml');
    expect((await call('/page.html')).headers.get('content-type')).toContain('text/html');
  });

  test.each([2, 100_000, 300_001])('a big body of %i bytes', async (bytes) => {
    const body = await (await call(`/big?bytes=${bytes}`)).text();
    expect(body).toHaveLength(bytes);
    expect(JSON.parse(body)).toBe('x'.repeat(bytes - 2));
  });

  test('a slow answer', async () => {
    const startedAtMs = Date.now();
    expect(await (await call('/slow?seconds=0.2')).json()).toEqual({ waitedSeconds: 0.2 });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(190);
  });

  test('the end of all tokens that were issued so far', async () => {
    const old = await accessToken('viewer', 'reports:read');
    const issuedAt = Number(claimsOf(old)['iat']);
    await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 3_000 }).toBeGreaterThan(issuedAt);
    await call('/sandbox/expire', undefined, { method: 'POST' });
    const refused = await call('/reports', old);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain(
      'error="invalid_token", error_description="The access token expired."',
    );
    expect((await call('/reports', await accessToken('viewer', 'reports:read'))).status).toBe(200);
  });

  test('none but these', async () => {
    expect((await call('/nothing')).status).toBe(404);
  });
});
