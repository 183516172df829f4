import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/http/client.ts';
import { fetchThrough } from '../../../src/http/fetch.ts';
import { createApiSignIn } from '../../../src/oauth/apiSignIn.ts';
import { createGrantTools, createObtain } from '../../../src/oauth/obtain.ts';
import { createInspector } from '../../../src/oauth/verify/inspector.ts';
import { profileOf } from '../../token/support.ts';
import { pretendNetwork } from '../../http/support.ts';
import { deviceWith, signInProfile, signInWith } from '../signIns.ts';
import { contextOf, failureOf, json, listen, obtainOptions, type TestServer } from '../support.ts';

// 127.0.0.2 stands for a server in the Internet: tests reach loopback alone.

const never = new AbortController().signal;
const NAMES = {
  'inside.example': ['10.0.0.8'],
  intranet: ['127.0.0.1'],
  'two.example': ['127.0.0.1', 'fd00::8'],
};
const NEAR = [
  'https://127.0.0.1',
  'https://127.1',
  'https://2130706433',
  'https://0x7f.0.0.1',
  'https://[::1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:a00:1]',
  'https://0.0.0.0',
  'https://localhost',
  'https://LOCALHOST.',
  'https://api.localhost',
  'https://10.0.0.1',
  'https://172.16.0.1',
  'https://192.168.1.1',
  'https://169.254.169.254',
  'https://100.64.0.1',
  'https://[fe80::1]',
  'https://[fd00::1]',
  'https://inside.example',
  'https://intranet',
  'https://two.example',
];

let far: { readonly origin: string; close(): Promise<void> };
let near: TestServer;
let metadata: Record<string, unknown> = {};
beforeAll(async () => {
  near = await listen((_request, response) =>
    json(response, 200, { access_token: 'a', token_type: 'bearer' }),
  );
  far = await listenFar((url) => {
    if (url.includes('oauth-protected-resource')) return metadata;
    if (url.includes('/device')) {
      return { device_code: 'c', user_code: 'WDJB-MJHT', expires_in: 60, ...metadata };
    }
    return { issuer: far.origin, ...metadata };
  });
});
afterAll(async () => {
  await Promise.all([near.close(), far.close()]);
});
beforeEach(() => (metadata = {}));

async function listenFar(answer: (url: string) => object) {
  const server = createServer((request, response) => json(response, 200, answer(request.url ?? '')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  return {
    origin: `http://127.0.0.2:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function options() {
  const client = createHttpClient({
    proxy: null,
    caCertificates: [],
    network: pretendNetwork(NAMES, { '127.0.0.2': 'public' }),
  });
  return obtainOptions({
    fetch: fetchThrough(client),
    fetchAs: (clientCertificate) => fetchThrough(client, { clientCertificate }),
    locate: (url) => client.locate(url),
  });
}

describe('an issuer elsewhere', () => {
  it.each(NEAR)('leads to no token endpoint at %s', async (place) => {
    metadata = { token_endpoint: `${place}/token` };
    const error = await failureOf(createObtain(options())(profileOf({ issuer: far.origin }), contextOf()));
    expect(error.code).toBe('address_too_near');
  });

  it.each(NEAR)('leads to no keys, introspection and revocation at %s', async (place) => {
    metadata = {
      token_endpoint: `${place}/token`,
      jwks_uri: `${place}/keys`,
      introspection_endpoint: `${place}/introspect`,
      revocation_endpoint: `${place}/revoke`,
    };
    const inspector = createInspector(createGrantTools(options()), {
      secret: () => Promise.resolve('a-secret'),
      held: () => Promise.resolve(null),
    });
    const profile = profileOf({ issuer: far.origin, clientAuthentication: 'client_secret_post' });
    const context = { interactive: true, signal: never };
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${encoded({ alg: 'ES256' })}.${encoded({ iss: far.origin, exp: 9_999_999_999 })}.c2lnbmF0dXJl`;
    const verification = await inspector.verify(profile, jwt, context);
    expect(verification).toMatchObject({ status: 'not_verified', code: 'keys_unavailable' });
    expect((await failureOf(inspector.introspect(profile, 'token', context))).code).toBe('address_too_near');
    const token = { accessToken: 'token', refreshToken: null };
    expect(await inspector.revoke(profile, token, context)).toMatchObject([{ error: 'address_too_near' }]);
  });

  it.each(NEAR)('sends no browser to %s', async (place) => {
    const opened: string[] = [];
    const signIn = signInWith((url) => opened.push(url));
    metadata = { authorization_endpoint: `${place}/authorize`, token_endpoint: `${far.origin}/token` };
    const profile = signInProfile(far.origin, { scope: '' });
    expect((await failureOf(createObtain(options())(profile, contextOf({ signIn })))).code).toBe(
      'address_too_near',
    );
    const device = deviceWith(({ verificationUri }) => opened.push(verificationUri));
    metadata = {
      device_authorization_endpoint: `${far.origin}/device`,
      token_endpoint: `${far.origin}/token`,
      verification_uri: `${place}/enter`,
    };
    const coded = signInProfile(far.origin, { grant: 'device_code', scope: '' });
    const error = await failureOf(createObtain(options())(coded, contextOf({ signIn: device })));
    expect(error.code).toBe('address_too_near');
    expect(opened).toEqual([]);
  });

  it('leaves what the file names, and what the issuer has itself, where it is', async () => {
    metadata = { token_endpoint: `${near.origin}/token` };
    const named = profileOf({ issuer: far.origin, tokenEndpoint: `${near.origin}/token` });
    expect((await createObtain(options())(named, contextOf())).accessToken).toBe('a');
    const own = await listen((request, response) => {
      json(
        response,
        200,
        request.method === 'GET'
          ? { issuer: own.origin, token_endpoint: `${near.origin}/token` }
          : { access_token: 'b', token_type: 'bearer' },
      );
    });
    const local = profileOf({ issuer: own.origin });
    expect((await createObtain(options())(local, contextOf())).accessToken).toBe('a');
    await own.close();
  });
});

describe('an API elsewhere', () => {
  const network = () => createApiSignIn(createGrantTools(options()));

  it('describes itself at its own origin alone', async () => {
    for (const place of [near.origin, 'https://other.example', 'https://127.0.0.1:8443']) {
      const address = `${place}/admin/delete?all=1`;
      const error = await failureOf(network().describe(new URL(far.origin), address, never));
      expect(error.code).toBe('discovery_failed');
    }
    expect(near.requests.filter((request) => request.includes('admin'))).toEqual([]);
  });

  it.each(NEAR)('leads to no authorization server at %s', async (place) => {
    metadata = { resource: far.origin, authorization_servers: [place] };
    const describing = network().describe(new URL(far.origin), null, never);
    const found = await describing.catch(() => null);
    for (const issuer of found?.authorizationServers ?? []) {
      const error = await failureOf(network().server(issuer, never, new URL(far.origin)));
      expect(error.code).toBe('address_too_near');
    }
    // Only a name may pass so far: what it stands for is known when it is connected to.
    if (found !== null) expect(Object.keys(NAMES)).toContain(new URL(place).hostname);
  });

  it('leads to no endpoint for registration there', async () => {
    const server = { issuer: far.origin, registration_endpoint: 'https://intranet/register' };
    const request = { grant: 'device_code', redirectUris: [], scope: null, dpop: false } as const;
    expect((await failureOf(network().register(server, request, never))).code).toBe('address_too_near');
  });
});
