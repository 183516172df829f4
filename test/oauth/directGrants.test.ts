import { decodeJwt, exportJWK } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { GrantContext } from '../../src/token/grant.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import type { Token } from '../../src/token/token.ts';
import { profileOf } from '../token/support.ts';
import { PASSWORD } from './customGrants.mjs';
import { RESOURCE, startProvider } from './provider.mjs';
import { contextOf, endpointProfile, failureOf, json, listen, obtainer } from './support.ts';

const issuerKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const TYPE = 'urn:ietf:params:oauth:token-type:';

let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  provider = await startProvider({
    jwks: { keys: [{ ...(await exportJWK(issuerKey.publicKey)), kid: 'one' }] },
  });
});
afterAll(() => provider.close());

const obtain = () => obtainer({ clock: systemClock });
const pem = issuerKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

function profile(
  clientId: string,
  changes: Omit<Partial<TokenProfile>, 'options'> & { options?: Partial<TokenProfile['options']> },
): TokenProfile {
  const { options, ...rest } = changes;
  return profileOf({
    name: clientId,
    issuer: provider.issuer,
    clientId,
    ...rest,
    options: { ...noOptions, ...options },
  });
}

function secrets(values: Partial<Record<'client_secret' | 'password' | 'private_key', string>>) {
  return {
    secret: (kind: 'client_secret' | 'password' | 'private_key') => {
      const value = values[kind];
      return value === undefined
        ? Promise.reject(new Error(`must not ask for ${kind}`))
        : Promise.resolve(value);
    },
  };
}

describe('the password grant at a real provider', () => {
  const person = () => profile('direct', { grant: 'password', options: { username: 'zoe' } });
  const given = secrets({ client_secret: 'direct-secret/+%', password: PASSWORD });

  it('brings a token, and renews it without the password', async () => {
    const first = await obtain()(person(), contextOf(given));
    expect(decodeJwt(first.accessToken)).toMatchObject({ sub: 'zoe', aud: RESOURCE, scope: 'reports:read' });
    expect(first.refreshToken).not.toBeNull();
    const again = await obtain()(
      person(),
      contextOf({ ...secrets({ client_secret: 'direct-secret/+%' }), refreshToken: first.refreshToken }),
    );
    expect(decodeJwt(again.accessToken)).toMatchObject({ sub: 'zoe' });
    expect(again.accessToken).not.toBe(first.accessToken);
  });

  it('goes back to the password when the refresh token was revoked', async () => {
    const result = await obtain()(person(), contextOf({ ...given, refreshToken: 'has-ended' }));
    expect(decodeJwt(result.accessToken)).toMatchObject({ sub: 'zoe' });
  });

  it('is refused with a wrong password', async () => {
    const wrong = secrets({ client_secret: 'direct-secret/+%', password: 'not-the-password' });
    const error = await failureOf(obtain()(person(), contextOf(wrong)));
    expect(error.code).toBe('invalid_grant');
    expect(error.message).not.toContain('not-the-password');
    expect((await failureOf(obtain()(profile('direct', { grant: 'password' }), contextOf(given)))).code).toBe(
      'profile_invalid',
    );
  });
});

describe('the JWT bearer grant at a real provider', () => {
  const machine = (options: Partial<TokenProfile['options']> = {}) =>
    profile('issuer', {
      grant: 'jwt_bearer',
      clientAuthentication: 'none',
      options: { keyId: 'one', ...options },
    });
  const context = contextOf(secrets({ private_key: pem }));

  it('exchanges an assertion of its own', async () => {
    const result = await obtain()(machine(), context);
    expect(decodeJwt(result.accessToken)).toMatchObject({ sub: 'issuer', scope: 'reports:read' });
    expect(result.refreshToken).toBeNull();
  });

  it('says what the claims of the profile say', async () => {
    const named = machine({ claims: { sub: 'zoe', role: 'tester' }, algorithm: 'PS256', lifetime: 60 });
    expect(decodeJwt((await obtain()(named, context)).accessToken).sub).toBe('zoe');
  });

  it.each<[string, Partial<TokenProfile['options']>]>([
    ['for another server', { claims: { aud: 'https://other.example.com' } }],
    ['without a subject', { claims: { sub: null } }],
    ['that has ended', { claims: { exp: 1_700_000_000 } }],
    ['of an unknown key', { keyId: 'two' }],
  ])('is refused with an assertion %s', async (_name, options) => {
    const seen: string[] = [];
    const register = (secret: string) => void seen.push(secret);
    const error = await failureOf(obtainer({ clock: systemClock, register })(machine(options), context));
    expect(error.code).toBe('invalid_grant');
    const assertions = seen.filter((secret) => secret.startsWith('eyJ'));
    // Once for the issuer and once for the token endpoint, unless the file says for whom.
    expect(assertions).toHaveLength(options.claims?.['aud'] === undefined ? 2 : 1);
    for (const assertion of assertions) expect(error.message).not.toContain(assertion);
  });
});

describe('token exchange at a real provider', () => {
  const other =
    (issued: string, changes: Partial<Token> = {}): GrantContext['otherToken'] =>
    () =>
      Promise.resolve({
        profile: profile('direct', { grant: 'password' }),
        token: {
          key: 'token:direct:x',
          name: 'direct',
          accessToken: issued,
          refreshToken: null,
          idToken: null,
          tokenType: 'bearer',
          scope: null,
          expiresAtMs: null,
          obtainedAtMs: 0,
          personal: null,
          ...changes,
        },
      });
  const exchanger = (options: Partial<TokenProfile['options']> = {}, scope = 'reports:read') =>
    profile('exchanger', { grant: 'token_exchange', scope, options: { subjectToken: 'direct', ...options } });
  const given = secrets({ client_secret: 'exchanger-secret/+%' });
  let parent = '';
  beforeAll(async () => {
    const zoe = profile('direct', {
      grant: 'password',
      scope: 'reports:read reports:write',
      options: { username: 'zoe' },
    });
    const both = secrets({ client_secret: 'direct-secret/+%', password: PASSWORD });
    parent = (await obtain()(zoe, contextOf(both))).accessToken;
  });

  it('brings a token with less scope, and says who acts', async () => {
    const context = contextOf({ ...given, otherToken: other(parent) });
    const downScoped = await obtain()(exchanger(), context);
    expect(decodeJwt(downScoped.accessToken)).toMatchObject({
      sub: 'zoe',
      client_id: 'exchanger',
      scope: 'reports:read',
    });
    const acted = await obtain()(exchanger({ actorToken: 'direct' }), context);
    expect(decodeJwt(acted.accessToken)['act']).toEqual({ sub: 'zoe' });
  });

  it('takes what is no access token for what it is', async () => {
    const context = contextOf({ ...given, otherToken: other(parent) });
    const result = await obtain()(exchanger({ requestedTokenType: `${TYPE}saml2` }), context);
    expect(result.tokenType).toBe('n_a');
  });

  it('is refused with more scope, and with what is no token', async () => {
    const more = contextOf({ ...given, otherToken: other(parent) });
    expect((await failureOf(obtain()(exchanger({}, 'reports:admin'), more))).code).toBe('invalid_scope');
    const none = contextOf({ ...given, otherToken: other('made-up-token') });
    const error = await failureOf(obtain()(exchanger(), none));
    expect(error.code).toBe('invalid_grant');
    expect(error.message).not.toContain('made-up-token');
  });

  it('needs the kind of token that it exchanges', async () => {
    const context = contextOf({ ...given, otherToken: other(parent) });
    const error = await failureOf(obtain()(exchanger({ subjectTokenType: `${TYPE}id_token` }), context));
    expect(error).toMatchObject({ code: 'token_missing' });
    expect(error.message).toContain('id_token');
    expect((await failureOf(obtain()(exchanger({ subjectToken: null }), context))).code).toBe(
      'profile_invalid',
    );
  });

  it('tells what fails with the other token', async () => {
    const failed = new KeyturnError('sign_in_needed', 'Sign in first.');
    const context = contextOf({ ...given, otherToken: () => Promise.reject(failed) });
    expect((await failureOf(obtain()(exchanger(), context))).code).toBe('sign_in_needed');
  });

  it('hands no token to a server that its origins and its issuer do not name', async () => {
    const received: string[] = [];
    const evil = await listen((_request, response, body) => {
      received.push(body);
      json(response, 200, {
        access_token: 'x',
        token_type: 'bearer',
        issued_token_type: `${TYPE}access_token`,
      });
    });
    const context = contextOf({ ...given, otherToken: other(parent) });
    for (const changes of [
      { issuer: null, tokenEndpoint: `${evil.origin}/token` },
      { issuer: provider.issuer, tokenEndpoint: `${evil.origin}/token` },
    ]) {
      const error = await failureOf(obtain()({ ...exchanger(), ...changes }, context));
      expect(error).toMatchObject({
        code: 'origin_not_allowed',
        data: { token: 'direct', origin: evil.origin },
      });
    }
    expect(received).toEqual([]);
    const allowed: GrantContext['otherToken'] = async (name) => {
      const { token, profile: subject } = await other(parent)(name);
      return { token, profile: { ...subject, origins: [evil.origin] } };
    };
    const asked = { ...exchanger(), issuer: null, tokenEndpoint: `${evil.origin}/token` };
    await obtain()(asked, contextOf({ ...given, otherToken: allowed }));
    expect(new URLSearchParams(received[0]).get('subject_token')).toBe(parent);
    await evil.close();
  });

  it.each([
    ['another type than was asked for', `${TYPE}jwt`, { issued_token_type: `${TYPE}saml2` }, false],
    ['a refresh token unasked', null, { issued_token_type: `${TYPE}refresh_token` }, false],
    ['a number for a type', null, { issued_token_type: 7 }, false],
    ['an odd token type', null, { issued_token_type: `${TYPE}jwt`, token_type: 'mac' }, false],
    ['a JWT for an access token', `${TYPE}access_token`, { issued_token_type: `${TYPE}jwt` }, true],
    ['null for a type', `${TYPE}access_token`, { issued_token_type: null }, true],
    ['no type', `${TYPE}access_token`, {}, true],
  ])('looks at what is issued: %s', async (_name, requestedTokenType, answer, fits) => {
    const server = await listen((_request, response) =>
      json(response, 200, { access_token: 'issued', token_type: 'bearer', ...answer }),
    );
    const asked = endpointProfile(`${server.origin}/token`, {
      grant: 'token_exchange',
      options: { ...noOptions, subjectToken: 'direct', requestedTokenType },
    });
    const trusting: GrantContext['otherToken'] = async (name) => {
      const { token, profile: subject } = await other(parent)(name);
      return { token, profile: { ...subject, origins: [server.origin] } };
    };
    const result = obtainer()(asked, contextOf({ otherToken: trusting }));
    if (fits) expect((await result).accessToken).toBe('issued');
    else expect((await failureOf(result)).code).toBe('token_response_invalid');
    await server.close();
  });
});
