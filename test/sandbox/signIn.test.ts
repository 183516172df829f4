import { createHash, randomBytes } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, signInAs } from '../oauth/browser.ts';
import { startSandboxServers, type SandboxServers } from '../oauth/sandboxServers.ts';

let sandbox: SandboxServers;
beforeAll(async () => void (sandbox = await startSandboxServers()));
afterAll(() => sandbox.close());

interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  error?: string;
}

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

function authorizationUrl(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'person',
    response_type: 'code',
    redirect_uri: 'vscode://keyturn.keyturn/sign-in',
    scope: 'openid reports:read',
    state: 'the-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  });
  return `${sandbox.issuer}/auth?${query.toString()}`;
}

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${sandbox.issuer}${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json().catch(() => null)) as TokenAnswer };
}

/** Tokens of a person who signed in with a browser. */
async function tokensOf(person: string, parameters: Record<string, string> = {}, second = false) {
  const { url } = await signInAs(new Browser(), authorizationUrl(parameters), person, second);
  const code = new URL(url).searchParams.get('code') ?? '';
  const { body } = await post('/token', {
    grant_type: 'authorization_code',
    client_id: parameters['client_id'] ?? 'person',
    redirect_uri: parameters['redirect_uri'] ?? 'vscode://keyturn.keyturn/sign-in',
    code,
    code_verifier: verifier,
  });
  return body;
}

describe('the pages of the provider', () => {
  test('name the people, and bring an answer with state and issuer', async () => {
    const browser = new Browser();
    const choose = await browser.open(authorizationUrl());
    expect(choose.html).toContain('Keyturn wants to sign you in');
    for (const name of ['Vera', 'Edgar', 'Ada']) expect(choose.html).toContain(name);
    const consent = await browser.submit(choose, { person: 'viewer' });
    expect(consent.html).toContain('read reports <code>reports:read</code>');
    const { url } = await browser.submit(consent, { allow: 'yes' });
    const answer = new URL(url);
    expect(answer.protocol).toBe('vscode:');
    expect(answer.searchParams.get('state')).toBe('the-state');
    expect(answer.searchParams.get('iss')).toBe(sandbox.issuer);
  });

  test('say what a person may not allow', async () => {
    const browser = new Browser();
    const choose = await browser.open(authorizationUrl({ scope: 'reports:read reports:admin' }));
    const consent = await browser.submit(choose, { person: 'viewer' });
    expect(consent.html).toContain('You may not allow: <code>reports:admin</code>');
    const { url } = await signInAs(new Browser(), authorizationUrl({ scope: 'reports:admin' }), 'viewer');
    expect(new URL(url).searchParams.get('error')).toBe('access_denied');
  });

  test('carry no script and are never framed', async () => {
    const response = await fetch(authorizationUrl(), { redirect: 'manual' });
    const interaction = new URL(response.headers.get('location') ?? '', sandbox.issuer);
    const page = await fetch(interaction, {
      headers: {
        cookie: response.headers
          .getSetCookie()
          .map((line) => line.split(';')[0])
          .join('; '),
      },
    });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(page.status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
  });

  test('lead from a proxy, such as that of an editor in a browser, to where cookies come back', async () => {
    const { port } = new URL(sandbox.issuer);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: '127.0.0.1:8443' };
      request({ host: '127.0.0.1', port, path: '/auth?client_id=person', headers }, resolve)
        .once('error', reject)
        .end();
    });
    response.resume();
    expect(response.statusCode).toBe(307);
    expect(response.headers.location).toBe(`${sandbox.issuer}/auth?client_id=person`);
  });

  test('come back for who is signed in, where a second factor is asked for', async () => {
    const browser = new Browser();
    await signInAs(browser, authorizationUrl(), 'admin');
    const asked = await browser.open(authorizationUrl({ acr_values: 'two-factors' }));
    expect(asked.html).toContain('Confirm with a second factor');
    const allowed = await browser.submit(asked, { person: 'admin', second: 'yes' });
    expect(allowed.html).toContain('name="allow"');
    // Now the session is as sure as it needs to be.
    const again = await browser.open(authorizationUrl({ acr_values: 'two-factors' }));
    expect(again.html).toContain('name="allow"');

    const unsure = new Browser();
    const first = await unsure.open(authorizationUrl({ acr_values: 'two-factors' }));
    const consent = await unsure.submit(first, { person: 'admin' });
    expect(consent.html).toContain('name="allow"');
  });

  test('are of no use to another browser, nor for a person who does not exist', async () => {
    const browser = new Browser();
    const choose = await browser.open(authorizationUrl());
    const stranger = await new Browser().open(choose.url);
    expect(stranger.status).toBe(400);
    expect(stranger.html).toContain('has expired, or you started it in another browser');
    const again = await browser.submit(choose, { person: '<script>' });
    expect(again.status).toBe(400);
    expect(again.html).toContain('Who are you?');
    expect(again.html).not.toContain('<script>');
  });

  test.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['no pushed request where one is required', { client_id: 'person-par' }],
    ['an unknown scope of the API', { resource: 'https://other.example.com' }],
  ])('are not shown for a request with %s', async (_name, parameters) => {
    const { url, html } = await new Browser().open(authorizationUrl(parameters));
    expect(html).not.toContain('Who are you?');
    expect(new URL(url).searchParams.get('error')).toMatch(/^invalid_/);
  });

  test('show an error where there is no safe way back', async () => {
    const { status, html } = await new Browser().open(
      authorizationUrl({ redirect_uri: 'https://evil.example.com/' }),
    );
    expect(status).toBe(400);
    expect(html).toContain('This did not work');
    expect(html).toContain('invalid_redirect_uri');
  });

  test.each([
    ['http://127.0.0.1:54321/callback', true],
    ['http://[::1]:54321/callback', true],
    ['http://localhost:54321/callback', true],
    ['http://127.0.0.1:54321/callback?vscode-reqid=1', true],
    ['http://127.0.0.1:54321/oss-1234/callback?vscode-reqid=1', true],
    ['vscode-insiders://keyturn.keyturn/sign-in', true],
    ['vscode://somebody.else/sign-in', false],
    ['http://127.0.0.1:54321/other', false],
    ['http://192.168.0.1/callback', false],
    ['https://127.0.0.1/callback', false],
  ])('lead back to %s: %s', async (uri, allowed) => {
    const { html } = await new Browser().open(authorizationUrl({ redirect_uri: uri }));
    expect(html.includes('Who are you?')).toBe(allowed);
  });
});

describe('tokens of a person', () => {
  test('are refreshed once; the second use of a refresh token ends them all', async () => {
    const first = await tokensOf('viewer');
    const refresh = (token: string) =>
      post('/token', { grant_type: 'refresh_token', client_id: 'person', refresh_token: token });
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(second.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('are opaque for one resource, introspected and revoked', async () => {
    const { access_token: token } = await tokensOf('editor', { resource: `${sandbox.api}/opaque` });
    expect(token).not.toContain('.');
    const read = () => fetch(`${sandbox.api}/reports`, { headers: { authorization: `Bearer ${token}` } });
    expect((await read()).status).toBe(200);
    const introspect = () => post('/token/introspection', { client_id: 'person', token });
    expect((await introspect()).body).toMatchObject({ active: true, sub: 'editor', scope: 'reports:read' });
    const jwt = await fetch(`${sandbox.issuer}/token/introspection`, {
      method: 'POST',
      headers: { accept: 'application/token-introspection+jwt' },
      body: new URLSearchParams({ client_id: 'person', token }),
    });
    expect(decodeJwt(await jwt.text())['token_introspection']).toMatchObject({ active: true });
    const other = await post('/token/introspection', { client_id: 'person-par', token });
    expect(other.body).toEqual({ active: false });
    expect((await post('/token/revocation', { client_id: 'person', token })).status).toBe(200);
    expect((await introspect()).body).toEqual({ active: false });
    expect((await read()).status).toBe(401);
  });

  test('are not enough for an endpoint that wants a recent sign-in with a second factor', async () => {
    const parameters = { scope: 'openid reports:admin' };
    const remove = (token: string) =>
      fetch(`${sandbox.api}/admin/usage`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      });
    const weak = await remove((await tokensOf('admin', parameters)).access_token);
    expect(weak.status).toBe(401);
    expect(weak.headers.get('www-authenticate')).toMatch(
      /error="insufficient_user_authentication".* acr_values="two-factors", max_age="300"/,
    );
    const strong = await tokensOf('admin', { ...parameters, acr_values: 'two-factors' }, true);
    expect((await remove(strong.access_token)).status).toBe(204);
  });
});

describe('a client that the provider makes (RFC 7591)', () => {
  test('signs in like the others', async () => {
    const response = await fetch(`${sandbox.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Made just now',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback', 'vscode://keyturn.keyturn/sign-in'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      }),
    });
    expect(response.status).toBe(201);
    const { client_id: clientId } = (await response.json()) as { client_id: string };
    const { access_token: token } = await tokensOf('viewer', { client_id: clientId });
    expect(decodeJwt(token)['client_id']).toBe(clientId);
  });
});

describe('the API', () => {
  test('describes itself (RFC 9728), and says where', async () => {
    const refused = await fetch(`${sandbox.api}/reports`);
    const where =
      /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(where).toBe(`${sandbox.api}/.well-known/oauth-protected-resource`);
    expect(await (await fetch(where)).json()).toMatchObject({
      resource: sandbox.api,
      authorization_servers: [sandbox.issuer],
      scopes_supported: ['reports:read', 'reports:write', 'reports:admin'],
    });
  });

  test('takes a token that is bound to a key only with a proof, and its nonce', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const proof = (htu: string, htm: string, more: Record<string, unknown>) =>
      new SignJWT({ htu, htm, jti: randomBytes(16).toString('hex'), ...more })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(privateKey);
    const { url } = await signInAs(new Browser(), authorizationUrl({ client_id: 'person-dpop' }), 'viewer');
    const redeem = async (nonce?: string) =>
      fetch(`${sandbox.issuer}/token`, {
        method: 'POST',
        headers: {
          DPoP: await proof(`${sandbox.issuer}/token`, 'POST', nonce === undefined ? {} : { nonce }),
        },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'person-dpop',
          redirect_uri: 'vscode://keyturn.keyturn/sign-in',
          code: new URL(url).searchParams.get('code') ?? '',
          code_verifier: verifier,
        }),
      });
    const first = await redeem();
    expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' });
    const answer = (await (await redeem(first.headers.get('dpop-nonce') ?? '')).json()) as TokenAnswer;
    const token = answer.access_token;

    const address = `${sandbox.api}/reports`;
    const ath = createHash('sha256').update(token).digest('base64url');
    const read = async (headers: Record<string, string>) => fetch(address, { headers });
    const bare = await read({ authorization: `Bearer ${token}` });
    expect(bare.status).toBe(401);
    expect(bare.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token"/);
    const authorization = `DPoP ${token}`;
    const unknowing = await read({ authorization, DPoP: await proof(address, 'GET', { ath }) });
    expect(unknowing.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
    const nonce = unknowing.headers.get('dpop-nonce') ?? '';
    const good = await proof(address, 'GET', { ath, nonce });
    expect((await read({ authorization, DPoP: good })).status).toBe(200);
    for (const bad of [
      good,
      await proof(address, 'POST', { ath, nonce }),
      await proof(`${sandbox.api}/echo`, 'GET', { ath, nonce }),
      await proof(address, 'GET', { ath: 'x', nonce }),
    ]) {
      const refused = await read({ authorization, DPoP: bad });
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"');
    }
  });
});
