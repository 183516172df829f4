import { afterEach, describe, expect, it } from 'vitest';
import { ownServer } from '../../../src/oauth/server/ownServer.ts';
import { failureOf, json, listen, type TestServer } from '../support.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const tools = { fetch, timeoutMs: 2000, mask: (text: string) => text };
const never = new AbortController().signal;

/** An API whose origin publishes this at the address of RFC 8414; nothing where it is null. */
async function startApi(metadata: (origin: string) => object | null): Promise<URL> {
  const api = await listen((request, response) => {
    const found = request.url === '/.well-known/oauth-authorization-server' ? metadata(api.origin) : null;
    if (found === null) response.writeHead(404).end();
    else json(response, 200, found);
  });
  servers.push(api);
  return new URL(`${api.origin}/v1/reports`);
}

const endpoints = (origin: string) => ({
  authorization_endpoint: `${origin}/oauth/authorize`,
  token_endpoint: `${origin}/oauth/token`,
});

describe('the authorization server of an API that names none', () => {
  it('is the origin of the API where that publishes metadata', async () => {
    const api = await startApi((origin) => ({ issuer: origin, ...endpoints(origin) }));
    const { known, server } = await ownServer(api, tools, never);
    expect(known).toBe('issuer');
    expect(server).toEqual({ issuer: api.origin, ...endpoints(api.origin) });
  });

  it('is known by its endpoints alone where the metadata name another issuer', async () => {
    const api = await startApi((origin) => ({ issuer: 'https://id.example', ...endpoints(origin) }));
    expect(await ownServer(api, tools, never)).toEqual({
      known: 'endpoints',
      server: { issuer: api.origin, ...endpoints(api.origin) },
    });
  });

  it('has the usual endpoints where nothing is published', async () => {
    const api = await startApi(() => null);
    expect(await ownServer(api, tools, never)).toEqual({
      known: 'assumed',
      server: {
        issuer: api.origin,
        authorization_endpoint: `${api.origin}/authorize`,
        token_endpoint: `${api.origin}/token`,
        registration_endpoint: `${api.origin}/register`,
      },
    });
  });

  it.each([
    'authorization_endpoint',
    'token_endpoint',
    'registration_endpoint',
    'device_authorization_endpoint',
  ])('has no %s elsewhere', async (name) => {
    const api = await startApi((origin) => ({
      issuer: origin,
      ...endpoints(origin),
      [name]: 'https://evil.example/here',
    }));
    const error = await failureOf(ownServer(api, tools, never));
    expect([error.code, error.message]).toEqual([
      'discovery_failed',
      `The "${name}" of ${api.origin} is at another origin.`,
    ]);
  });
});
