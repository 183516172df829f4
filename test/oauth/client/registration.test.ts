import { afterEach, describe, expect, it } from 'vitest';
import { createApiSignIn } from '../../../src/oauth/apiSignIn.ts';
import type { AuthorizationServer } from '../../../src/oauth/server/discovery.ts';
import { createGrantTools } from '../../../src/oauth/obtain.ts';
import {
  offersRegistration,
  registerClient,
  type RegistrationRequest,
} from '../../../src/oauth/client/registration.ts';
import { Redactor } from '../../../src/redaction/redactor.ts';
import { Browser, signInAs } from '../browser.ts';
import { startSandboxServers } from '../sandboxServers.ts';
import { deviceWith, obtainAs, signInProfile, signInWith } from '../signIns.ts';
import { failureOf, listen, obtainOptions, type TestServer } from '../support.ts';

const never = new AbortController().signal;
const tools = { fetch, timeoutMs: 2000, mask: (text: string) => text, register: () => undefined };
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const wanted: RegistrationRequest = {
  grant: 'authorization_code',
  redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
  scope: 'openid reports:read',
  dpop: false,
};

/** A server whose registration endpoint answers like this, and what it was sent. */
async function registering(
  status: number,
  body: string,
  type = 'application/json',
): Promise<{ server: AuthorizationServer; sent: unknown[] }> {
  const sent: unknown[] = [];
  const server = await listen((_request, response, text) => {
    sent.push(JSON.parse(text));
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  servers.push(server);
  const issuer = server.origin;
  return { server: { issuer, registration_endpoint: `${issuer}/register` }, sent };
}

describe('dynamic registration (RFC 7591) at the sandbox', () => {
  it('makes clients that sign in by code and by device', async () => {
    const sandbox = await startSandboxServers();
    try {
      const network = createApiSignIn(createGrantTools(obtainOptions()));
      const server = await network.server(sandbox.issuer, never);
      expect(offersRegistration(server)).toBe(true);
      const scope = 'openid offline_access reports:read';

      const native = await network.register(server, { ...wanted, scope }, never);
      expect(native).toMatchObject({ clientSecret: null, clientAuthentication: 'none' });
      const browser = new Browser();
      const signIn = signInWith((url) => signInAs(browser, url, 'viewer'));
      const byCode = signInProfile(sandbox.issuer, {
        clientId: native.clientId,
        scope,
        resource: sandbox.api,
        options: { redirectUri: 'loopback', prompt: 'consent' },
      });
      const signedIn = await obtainAs(byCode, signIn);
      expect(signedIn.scope).toContain('reports:read');
      const answer = await fetch(`${sandbox.api}/reports`, {
        headers: { authorization: `Bearer ${signedIn.accessToken}` },
      });
      expect(answer.status).toBe(200);

      const device = await network.register(
        server,
        { ...wanted, grant: 'device_code', scope: 'reports:read' },
        never,
      );
      const byDevice = signInProfile(sandbox.issuer, {
        grant: 'device_code',
        clientId: device.clientId,
        scope: 'reports:read',
      });
      const second = new Browser();
      const entered = deviceWith(async ({ verificationUriComplete }) => {
        let page = await second.open(verificationUriComplete ?? '');
        page = await second.submit(page, { confirm: 'yes' });
        page = await second.submit(page, { person: 'viewer' });
        await second.submit(page, { allow: 'yes' });
      });
      expect((await obtainAs(byDevice, entered)).scope).toContain('reports:read');
    } finally {
      await sandbox.close();
    }
  }, 30_000);
});

describe('a registration', () => {
  it('asks for a public native client and no more than it needs', async () => {
    const { server, sent } = await registering(201, JSON.stringify({ client_id: 'made' }));
    expect(await registerClient(server, { ...wanted, dpop: true }, tools, never)).toEqual({
      clientId: 'made',
      clientSecret: null,
      clientAuthentication: 'none',
      management: null,
    });
    expect(sent).toEqual([
      {
        client_name: 'Keyturn',
        application_type: 'native',
        redirect_uris: wanted.redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        dpop_bound_access_tokens: true,
        scope: 'openid reports:read',
      },
    ]);
  });

  it.each([
    [{ client_secret: 's' }, { clientSecret: 's', clientAuthentication: 'client_secret_basic' }],
    [
      { client_secret: 's', token_endpoint_auth_method: 'client_secret_post' },
      { clientSecret: 's', clientAuthentication: 'client_secret_post' },
    ],
    [
      { client_secret: 's', token_endpoint_auth_method: 'none' },
      { clientSecret: null, clientAuthentication: 'none' },
    ],
  ])('takes the client that it is given: %j', async (given, expected) => {
    const body = { client_id: 'made', client_secret_expires_at: 0, ...given };
    const { server } = await registering(201, JSON.stringify(body));
    expect(await registerClient(server, wanted, tools, never)).toMatchObject(expected);
  });

  it.each([
    ['HTML', 201, '<!doctype html>', 'text/html'],
    ['no client', 201, '{}', 'application/json'],
    ['an empty client', 201, '{"client_id":""}', 'application/json'],
    ['a client with a variable in it', 201, '{"client_id":"{{password}}"}', 'application/json'],
    ['a client with a line break in it', 201, '{"client_id":"a\\nb"}', 'application/json'],
    [
      'a client that proves itself by what it has not got',
      201,
      '{"client_id":"a","token_endpoint_auth_method":"private_key_jwt"}',
      'application/json',
    ],
    [
      'a secret that is missing',
      201,
      '{"client_id":"a","token_endpoint_auth_method":"client_secret_basic"}',
      'application/json',
    ],
    ['a server in trouble', 500, 'no', 'text/plain'],
    ['10 MB', 201, `{"client_id":"${'x'.repeat(10 * 1024 * 1024)}"}`, 'application/json'],
  ])('refuses %s', async (_name, status, body, type) => {
    const { server } = await registering(status, body, type);
    await expect(registerClient(server, wanted, tools, never)).rejects.toMatchObject({
      code: 'registration_failed',
    });
  });

  it('says why the server refused', async () => {
    const refusal = { error: 'invalid_redirect_uri', error_description: 'Only https here.' };
    const { server } = await registering(400, JSON.stringify(refusal));
    const error = await failureOf(registerClient(server, wanted, tools, never));
    expect(error.code).toBe('registration_failed');
    expect(error.message).toContain('Only https here.');
  });

  it.each([
    ['a client', 201, { client_id: 'made' }],
    ['a client that cannot be used', 201, { client_id: '{{made}}' }],
    ['a refusal', 400, { error: 'invalid_client_metadata', error_description: 'because of reg-token-1234' }],
  ])('makes known the secrets of %s before they can be shown', async (_name, status, answer) => {
    const redactor = new Redactor();
    const secrets = { client_secret: 'client-secret-1234', registration_access_token: 'reg-token-1234' };
    const { server } = await registering(status, JSON.stringify({ ...answer, ...secrets }));
    const known = {
      ...tools,
      mask: (text: string) => redactor.mask(text),
      register: (secret: string, label: string) => redactor.register(secret, label),
    };
    const outcome = await registerClient(server, wanted, known, never).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome.message).not.toContain('reg-token-1234');
    expect(redactor.mask('client-secret-1234 reg-token-1234')).not.toMatch(/1234/);
  });

  it.each([
    ['nowhere', undefined],
    ['over plain http', 'http://id.example/register'],
    ['at no URL', 'register'],
  ])('is not tried %s', async (_name, registration_endpoint) => {
    const server: AuthorizationServer = {
      issuer: 'https://id.example',
      ...(registration_endpoint === undefined ? {} : { registration_endpoint }),
    };
    expect(offersRegistration(server)).toBe(false);
    await expect(registerClient(server, wanted, tools, never)).rejects.toMatchObject({
      code: 'registration_failed',
      message: 'https://id.example does not register clients by itself.',
    });
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const hanging: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        controller.abort();
      });
    const server = { issuer: 'https://id.example', registration_endpoint: 'https://id.example/register' };
    const registered = registerClient(server, wanted, { ...tools, fetch: hanging }, controller.signal);
    await expect(registered).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('sends nothing to this computer for a server that is elsewhere', async () => {
  const { server, sent } = await registering(201, JSON.stringify({ client_id: 'c' }));
  const elsewhere = { ...server, issuer: 'https://evil.example' };
  expect(offersRegistration(elsewhere)).toBe(false);
  const error = await failureOf(registerClient(elsewhere, wanted, createGrantTools(obtainOptions()), never));
  expect(error.code).toBe('registration_failed');
  expect(sent).toEqual([]);
});
