import { decodeJwt } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { MINUTE, profileOf, TestClock } from '../../token/support.ts';
import { deviceWith, obtainAs, signInProfile } from '../signIns.ts';
import {
  contextOf,
  endpointProfile,
  failureOf,
  json,
  listen,
  obtainer,
  type TestServer,
} from '../support.ts';

let servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

/** A server that answers each request like this; `{}` is a token. */
async function answering(
  answer: (asked: Asked) => readonly [status: number, body: object | string],
  headers: Record<string, string> = {},
) {
  const asked: Asked[] = [];
  const server = await listen((request, response, body) => {
    const one = { headers: request.headers, form: new URLSearchParams(body) };
    asked.push(one);
    const [status, said] = answer(one);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (typeof said === 'string') response.writeHead(status).end(said);
    else json(response, status, status === 200 ? { access_token: 't', token_type: 'bearer', ...said } : said);
  });
  servers.push(server);
  return { url: `${server.origin}/token`, origin: server.origin, asked };
}

const REFUSALS: readonly (readonly [number, object | string])[] = [
  [401, { error: 'invalid_client' }],
  [400, { error: 'invalid_client' }],
  [400, { error: 'unauthorized_client' }],
  [401, ''],
  [403, ''],
  [400, ''],
  [401, { error: 'Unauthorized', message: 'Bad credentials' }],
  [403, { message: 'Forbidden' }],
];

describe('a client secret in the Authorization header', () => {
  const SECRET = 'ab+/%=:ü';
  const raw = `Basic ${Buffer.from(`viewer:${SECRET}`).toString('base64')}`;
  const withSecret = (secret = SECRET) => contextOf({ secret: () => Promise.resolve(secret) });

  it.each(REFUSALS)(
    'is sent once more as it is where the server refuses it with %i %j',
    async (...refusal) => {
      const { url, asked } = await answering(({ headers }) =>
        headers.authorization === raw ? [200, {}] : refusal,
      );
      const obtain = obtainer();
      expect((await obtain(endpointProfile(url), withSecret())).accessToken).toBe('t');
      expect(asked.map(({ headers }) => headers.authorization)).toEqual([
        `Basic ${btoa('viewer:ab%2B%2F%25%3D%3A%C3%BC')}`,
        raw,
      ]);
      // And remembered.
      await obtain(endpointProfile(url), withSecret());
      expect(asked).toHaveLength(3);
    },
  );

  it('is not sent again where that makes no difference, or where the refusal is another', async () => {
    const plain = await answering(() => [401, { error: 'invalid_client' }]);
    await failureOf(obtainer()(endpointProfile(plain.url), withSecret('plain-secret_1')));
    await failureOf(obtainer()(endpointProfile(plain.url, { clientId: 'a:b' }), withSecret()));
    expect(plain.asked).toHaveLength(2);
    for (const refusal of [
      [400, { error: 'invalid_scope' }],
      [429, { message: 'Slow' }],
      [503, ''],
    ] as const) {
      const other = await answering(() => refusal);
      await failureOf(obtainer()(endpointProfile(other.url), withSecret()));
      expect(other.asked).toHaveLength(1);
    }
  });

  it('that no way helps is told once, with the other way to send it', async () => {
    const { url, asked } = await answering(() => [401, { error: 'invalid_client' }]);
    const error = await failureOf(obtainer()(endpointProfile(url), withSecret()));
    expect(asked).toHaveLength(2);
    expect(error).toMatchObject({ code: 'invalid_client' });
    expect(error.hint).toContain('client_secret_post');
  });
});

describe('whom an assertion is meant for', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const withKey = contextOf({ secret: () => Promise.resolve(pem) });
  const keyProfile = (changes: Partial<TokenProfile>, options: object = {}) =>
    profileOf({
      clientAuthentication: 'private_key_jwt',
      ...changes,
      options: { ...noOptions, ...options },
    });
  const claimsOf = ({ form }: Asked, name = 'client_assertion') => decodeJwt(form.get(name) ?? '');

  it.each(REFUSALS)(
    'is the token endpoint where the server refuses the issuer with %i %j',
    async (...refusal) => {
      const server = await answering((asked) => (claimsOf(asked).aud === server.url ? [200, {}] : refusal));
      const profile = keyProfile({ issuer: server.origin, tokenEndpoint: server.url });
      const obtain = obtainer();
      await obtain(profile, withKey);
      await obtain(profile, withKey);
      expect(server.asked.map((asked) => claimsOf(asked).aud)).toEqual([
        server.origin,
        server.url,
        server.url,
      ]);
    },
  );

  it.each([
    ['issuer', (origin: string) => origin],
    ['token_endpoint', (origin: string) => `${origin}/token`],
  ] as const)('is what the profile says: %s', async (assertionAudience, expected) => {
    const server = await answering(() => [401, { error: 'invalid_client' }]);
    const profile = keyProfile({ issuer: server.origin, tokenEndpoint: server.url }, { assertionAudience });
    await failureOf(obtainer()(profile, withKey));
    expect(server.asked.map((asked) => claimsOf(asked).aud)).toEqual([expected(server.origin)]);
  });

  it.each(['https://id.honest.example', 'https://id.honest.example/tenant'])(
    'is never the issuer %s at an endpoint that the file names elsewhere',
    async (issuer) => {
      const server = await answering(() => [401, { error: 'invalid_client' }]);
      await failureOf(obtainer()(keyProfile({ issuer, tokenEndpoint: server.url }), withKey));
      await failureOf(
        obtainer()(
          keyProfile({
            grant: 'jwt_bearer',
            clientAuthentication: 'none',
            issuer,
            tokenEndpoint: server.url,
          }),
          withKey,
        ),
      );
      expect(claimsOf(server.asked[0]!).aud).toBe(server.url);
      expect(claimsOf(server.asked[1]!, 'assertion').aud).toBe(server.url);
      expect(server.asked).toHaveLength(2);
      const insisting = keyProfile({ issuer, tokenEndpoint: server.url }, { assertionAudience: 'issuer' });
      expect(await failureOf(obtainer()(insisting, withKey))).toMatchObject({ code: 'profile_invalid' });
      expect(server.asked).toHaveLength(2);
    },
  );

  it('is never the issuer of another tenant of the same host', async () => {
    const server = await answering(() => [401, { error: 'invalid_client' }]);
    const profile = keyProfile({
      issuer: `${server.origin}/tenant-a`,
      tokenEndpoint: `${server.origin}/tenant-b/token`,
    });
    await failureOf(obtainer()(profile, withKey));
    // The metadata of the issuer is looked for too.
    const posted = server.asked.filter(({ form }) => form.has('client_assertion'));
    expect(posted.map((asked) => claimsOf(asked).aud)).toEqual([`${server.origin}/tenant-b/token`]);
  });

  it('is the device endpoint itself where the file names one elsewhere', async () => {
    const server = await answering(() => [401, { error: 'invalid_client' }]);
    const profile = signInProfile('https://id.honest.example', {
      grant: 'device_code',
      clientAuthentication: 'private_key_jwt',
      scope: 'reports:read',
      tokenEndpoint: server.url,
      options: { deviceAuthorizationEndpoint: `${server.origin}/device` },
    });
    const signIn = deviceWith(() => undefined);
    await failureOf(obtainAs(profile, signIn, { secret: () => Promise.resolve(pem) }));
    expect(server.asked.map((asked) => claimsOf(asked).aud)).toEqual([`${server.origin}/device`]);
  });

  it('of jwt_bearer is the token endpoint where the server refuses the issuer', async () => {
    const server = await answering((asked) =>
      claimsOf(asked, 'assertion').aud === server.url ? [200, {}] : [400, { error: 'invalid_grant' }],
    );
    const profile = keyProfile({
      grant: 'jwt_bearer',
      clientAuthentication: 'none',
      issuer: server.origin,
      tokenEndpoint: server.url,
    });
    expect((await obtainer()(profile, withKey)).accessToken).toBe('t');
  });

  it.each([
    [-60 * MINUTE, 'behind'],
    [-2000, 'behind'],
    [-500, 'behind'],
    [0, 'the same'],
    [700, 'ahead'],
    [30 * MINUTE, 'ahead'],
  ])('is told no time from the future by a clock that differs by %i ms', async (skewMs) => {
    const clock = new TestClock();
    // The server's own time has a fraction of a second, which its Date does not tell.
    clock.nowMs += 400;
    for (const refusal of [
      [401, { error: 'invalid_client' }],
      [400, ''],
      [403, ''],
    ] as const) {
      const serverMs = () => clock.now() + skewMs;
      const server = await answering(
        (asked) => {
          const { iat = 0, nbf = 0, exp = 0 } = claimsOf(asked);
          const now = serverMs() / 1000;
          return iat <= now && nbf <= now && exp > now ? [200, {}] : refusal;
        },
        { date: new Date(serverMs()).toUTCString() },
      );
      const profile = keyProfile({ issuer: null, tokenEndpoint: server.url });
      expect((await obtainer({ clock })(profile, withKey)).accessToken).toBe('t');
      expect(claimsOf(server.asked[0]!).nbf).toBeUndefined();
    }
  });
});
