import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createApiSignIn } from '../../../src/oauth/apiSignIn.ts';
import { createGrantTools } from '../../../src/oauth/obtain.ts';
import { registerClient, type RegistrationRequest } from '../../../src/oauth/client/registration.ts';
import { unregisterClient } from '../../../src/oauth/client/registrationManagement.ts';
import { startSandboxServers } from '../sandboxServers.ts';
import { obtainAs, signInProfile, signInWith } from '../signIns.ts';
import { failureOf, json, listen, obtainOptions, type TestServer } from '../support.ts';

const never = new AbortController().signal;
const tools = { fetch, timeoutMs: 2000, mask: (text: string) => text, register: () => undefined };
const wanted: RegistrationRequest = {
  grant: 'authorization_code',
  redirectUris: ['http://127.0.0.1/callback'],
  scope: 'openid reports:read',
  dpop: false,
};

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A server that registers with this answer, and what else it was asked: method, path, authorization. */
async function registering(
  body: (origin: string) => Record<string, unknown>,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    void response.writeHead(204).end(),
) {
  const asked: string[] = [];
  const opened = await listen((request, response) => {
    if (request.url === '/register') {
      json(response, 201, body(opened.origin));
      return;
    }
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? 'nobody'}`);
    answer(request, response);
  });
  server = opened;
  const issuer = opened.origin;
  return { asked, server: { issuer, registration_endpoint: `${issuer}/register` } };
}

const managed = (origin: string) => ({
  client_id: 'made',
  registration_client_uri: `${origin}/clients/made`,
  registration_access_token: 'reg-token-1234',
});

describe('a client that is not used', () => {
  it('is deleted at a real provider, which then knows it no more', async () => {
    const sandbox = await startSandboxServers();
    try {
      const network = createApiSignIn(createGrantTools(obtainOptions()));
      const found = await network.server(sandbox.issuer, never);
      const client = await network.register(found, wanted, never);
      const { url = '', accessToken = '' } = client.management ?? {};
      const read = () => fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
      expect((await read()).status).toBe(200);
      expect(await network.unregister(client)).toBe(true);
      expect((await read()).status).toBe(401);
      const profile = signInProfile(sandbox.issuer, { clientId: client.clientId });
      const error = await failureOf(
        obtainAs(
          profile,
          signInWith(() => undefined),
        ),
      );
      expect(error.code).toBe('invalid_client');
      // A second time there is nothing to delete, and nothing to complain about.
      expect(await network.unregister(client)).toBe(false);
    } finally {
      await sandbox.close();
    }
  });

  it('is deleted with the token that came with it', async () => {
    const { asked, server: found } = await registering(managed);
    const { management } = await registerClient(found, wanted, tools, never);
    expect(management).toEqual({ url: `${found.issuer}/clients/made`, accessToken: 'reg-token-1234' });
    expect(management && (await unregisterClient(management, tools))).toBe(true);
    expect(asked).toEqual(['DELETE /clients/made Bearer reg-token-1234']);
  });

  it('is deleted when the server made one that cannot be used', async () => {
    const { asked, server: found } = await registering((origin) => ({
      ...managed(origin),
      client_id: '{{x}}',
    }));
    expect((await failureOf(registerClient(found, wanted, tools, never))).code).toBe('registration_failed');
    await expect.poll(() => asked).toEqual(['DELETE /clients/made Bearer reg-token-1234']);
  });

  it.each<[string, (origin: string) => Record<string, unknown>]>([
    ['no address', () => ({ registration_client_uri: undefined })],
    ['no token', () => ({ registration_access_token: undefined })],
    ['an address elsewhere', () => ({ registration_client_uri: 'https://id.example.com/clients/made' })],
    [
      'an address at another port of this computer',
      () => ({ registration_client_uri: 'http://127.0.0.1:9/clients/made' }),
    ],
    ['an address that is none', () => ({ registration_client_uri: 'clients/made' })],
    ['an address of a file', () => ({ registration_client_uri: 'file:///etc/hosts' })],
    ['a token with a line break', () => ({ registration_access_token: 'a\r\nX-Other: b' })],
    ['a number for a token', () => ({ registration_access_token: 7 })],
  ])('stays where the server gave %s', async (_name, changes) => {
    const { asked, server: found } = await registering((origin) => ({
      ...managed(origin),
      ...changes(origin),
    }));
    const client = await registerClient(found, wanted, tools, never);
    expect(client).toMatchObject({ clientId: 'made', management: null });
    const network = createApiSignIn(createGrantTools(obtainOptions()));
    expect(await network.unregister(client)).toBe(false);
    expect(asked).toEqual([]);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['refuses', (_request, response) => json(response, 405, { error: 'unsupported' })],
    ['redirects', (_request, response) => void response.writeHead(307, { location: '/elsewhere' }).end()],
    ['breaks off', (_request, response) => void response.destroy()],
    ['says nothing', () => undefined],
  ])('does not wait for a server that %s', async (_name, answer) => {
    const { asked, server: found } = await registering(managed, answer);
    const { management } = await registerClient(found, wanted, tools, never);
    const startedAt = performance.now();
    expect(management && (await unregisterClient(management, { fetch, timeoutMs: 300 }))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(asked).toHaveLength(1);
  });
});
