import { afterEach, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/oauth/server/discovery.ts';
import { TestClock } from '../../token/support.ts';
import { obtainAs, signInProfile, signInWith } from '../signIns.ts';
import { failureOf, json, listen, type TestServer } from '../support.ts';

let server: TestServer;
afterEach(() => server.close());

async function serving(documents: (path: string, origin: string) => unknown, type = 'application/json') {
  server = await listen((request, response) => {
    const document = documents(request.url ?? '', server.origin);
    if (document === undefined) response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-type': type });
      response.end(typeof document === 'string' ? document : JSON.stringify(document));
    }
  });
  return server.origin;
}

const find = (issuer: string) =>
  createDiscovery({
    fetch: globalThis.fetch,
    clock: new TestClock(),
    mask: (text) => text,
    timeoutMs: 5000,
  }).find(issuer, new AbortController().signal);

describe('metadata of an issuer with a path', () => {
  it.each([
    '/t/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/t',
    '/.well-known/openid-configuration/t',
    '/t/.well-known/oauth-authorization-server',
  ])('is found at %s alone', async (place) => {
    const origin = await serving((path, at) =>
      path === place ? { issuer: `${at}/t`, token_endpoint: `${at}/k` } : undefined,
    );
    expect((await find(`${origin}/t`)).token_endpoint).toBe(`${origin}/k`);
  });

  it('is never that of the issuer without the path', async () => {
    const origin = await serving((_path, at) => ({ issuer: at, token_endpoint: `${at}/k` }));
    const error = await failureOf(find(`${origin}/t`));
    expect(error).toMatchObject({ code: 'issuer_mismatch' });
    expect(error.message).toContain(`${origin}/t names another issuer: ${origin}.`);
  });
});

describe('metadata', () => {
  it('is looked for in the other place where the first names another issuer or is a page', async () => {
    for (const first of ['<!doctype html><title>App</title>', '{"issuer":"https://other.example"}', '{}']) {
      const origin = await serving((path, at) =>
        path.includes('openid') ? first : { issuer: at, token_endpoint: `${at}/k` },
      );
      expect((await find(origin)).token_endpoint).toBe(`${origin}/k`);
      await server.close();
    }
  });

  it('is read behind a mark of its encoding, whatever it is called', async () => {
    const origin = await serving(
      (_path, at) => `\ufeff{"issuer":"${at}","token_endpoint":"${at}/k"}`,
      'text/plain',
    );
    expect((await find(origin)).token_endpoint).toBe(`${origin}/k`);
  });

  it('says what stands for the issuer', async () => {
    for (const [document, words] of [
      ['{"token_endpoint":"x"}', 'JSON whose "issuer" is missing'],
      ['{"issuer":null}', 'JSON whose "issuer" is null'],
    ] as const) {
      const error = await failureOf(find(await serving(() => document)));
      expect(error.message).toContain(words);
      await server.close();
    }
  });

  it('takes null and empty members for none, and texts for lists', async () => {
    const origin = await serving((_path, at) => ({
      issuer: at,
      token_endpoint: `${at}/k`,
      pushed_authorization_request_endpoint: null,
      introspection_endpoint: '',
      grant_types_supported: ['refresh_token', null, 7],
      id_token_signing_alg_values_supported: 'RS256 ES256',
      token_endpoint_auth_methods_supported: null,
      authorization_response_iss_parameter_supported: 'true',
      require_pushed_authorization_requests: 'false',
    }));
    expect(await find(origin)).toEqual({
      issuer: origin,
      token_endpoint: `${origin}/k`,
      grant_types_supported: ['refresh_token'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      authorization_response_iss_parameter_supported: true,
      require_pushed_authorization_requests: false,
    });
  });

  it.each([
    ['/token', /its "token_endpoint" is "\/token"/],
    [7, /its "token_endpoint" is 7/],
    [null, /names no token endpoint with https\./],
  ])('shows the endpoint %j, which cannot be used', async (endpoint, words) => {
    const origin = await serving((_path, at) => ({
      issuer: at,
      authorization_endpoint: `${at}/a`,
      token_endpoint: endpoint,
    }));
    const profile = signInProfile(origin, { scope: 'a' });
    const error = await failureOf(
      obtainAs(
        profile,
        signInWith(() => undefined),
      ),
    );
    expect(error.code).toBe('discovery_failed');
    expect(error.message).toMatch(words);
  });
});

describe('a sign-in', () => {
  const signIn = async (metadata: object, back: (origin: string) => string) => {
    server = await listen((request, response) => {
      const at = server.origin;
      const endpoints = { authorization_endpoint: `${at}/a`, token_endpoint: `${at}/k` };
      if (request.url === '/k') json(response, 200, { access_token: 't' });
      else json(response, 200, { issuer: at, ...endpoints, ...metadata });
    });
    const browse = async (url: string) => {
      const asked = new URL(url).searchParams;
      await fetch(
        `${asked.get('redirect_uri') ?? ''}?code=c&state=${asked.get('state') ?? ''}${back(server.origin)}`,
      );
    };
    return obtainAs(signInProfile(server.origin, { scope: 'a' }), signInWith(browse));
  };

  it('pushes no request to an endpoint that is null', async () => {
    const metadata = { pushed_authorization_request_endpoint: null, mtls_endpoint_aliases: null };
    expect((await signIn(metadata, () => '')).accessToken).toBe('t');
  });

  it.each<[unknown, (origin: string) => string, RegExp]>([
    [true, () => '', /without "iss"/],
    ['true', () => '', /without "iss"/],
    [undefined, (origin) => `&iss=${encodeURIComponent(`${origin}/`)}`, /"iss" is http:\S+\/\./],
  ])('says what is wrong with "iss" where %j is announced', async (announced, back, words) => {
    const error = await failureOf(
      signIn({ authorization_response_iss_parameter_supported: announced }, back),
    );
    expect(error.code).toBe('issuer_mismatch');
    expect(error.message).toMatch(words);
  });
});
