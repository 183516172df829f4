import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ServerResponse } from 'node:http';
import { KeyturnError } from '../../src/base/errors.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { staticProfile } from '../token/support.ts';
import { contextOf, endpointProfile, failureOf, json, listen, obtainer } from './support.ts';

const PASSWORD = 'correct-horse-battery';
const SUBJECT = 'subject-token-value';
const shared = randomBytes(32).toString('base64url');

const grants: Readonly<Record<string, Partial<TokenProfile>>> = {
  password: { grant: 'password', options: { ...noOptions, username: 'zoe' } },
  jwt_bearer: {
    grant: 'jwt_bearer',
    clientAuthentication: 'none',
    options: { ...noOptions, algorithm: 'HS256' },
  },
  token_exchange: { grant: 'token_exchange', options: { ...noOptions, subjectToken: 'pasted' } },
  client_secret_jwt: { clientAuthentication: 'client_secret_jwt' },
};

const page = (status: number) => (response: ServerResponse) =>
  void response
    .writeHead(status, { 'content-type': 'text/html' })
    .end('<!doctype html><title>Sign in</title>');

const answers: readonly (readonly [string, (response: ServerResponse, body: string) => void, string])[] = [
  ['a web page', page(200), 'token_response_invalid'],
  ['a web page and 500', page(500), 'token_endpoint_failed'],
  ['500', (response) => void response.writeHead(500).end(), 'token_endpoint_failed'],
  [
    'a redirect',
    (response) => void response.writeHead(307, { location: 'https://evil.example/' }).end(),
    'token_endpoint_failed',
  ],
  [
    'an odd token type',
    (response) => json(response, 200, { access_token: 'a', token_type: 'mac' }),
    'token_response_invalid',
  ],
  [
    'a token that is bound',
    (response) => json(response, 200, { access_token: 'a', token_type: 'DPoP' }),
    'token_response_invalid',
  ],
  ['no token', (response) => json(response, 200, { token_type: 'bearer' }), 'token_response_invalid'],
  [
    'what was sent to it',
    (response, body) =>
      json(response, 400, { error: 'invalid_grant', error_description: decodeURIComponent(body) }),
    'invalid_grant',
  ],
  [
    'too much',
    (response) => void response.writeHead(200).end('x'.repeat(2_000_000)),
    'token_response_invalid',
  ],
];

describe.each(Object.keys(grants))('%s at a server that answers with', (name) => {
  it.each(answers)('%s', async (_name, answer, code) => {
    const bodies: string[] = [];
    const server = await listen((_request, response, body) => {
      bodies.push(body);
      answer(response, body);
    });
    const redactor = new Redactor();
    for (const secret of [PASSWORD, shared, SUBJECT]) redactor.register(secret, 'secret');
    const context = contextOf({
      secret: (kind) => Promise.resolve(kind === 'password' ? PASSWORD : shared),
      otherToken: () =>
        Promise.resolve({
          profile: staticProfile({ origins: [server.origin] }),
          token: {
            key: 'k',
            name: 'pasted',
            accessToken: SUBJECT,
            refreshToken: null,
            idToken: null,
            tokenType: null,
            scope: null,
            expiresAtMs: null,
            obtainedAtMs: 0,
            personal: null,
          },
        }),
    });
    const obtain = obtainer({
      mask: (text) => redactor.mask(text),
      register: (secret, label) => redactor.register(secret, label),
    });
    const error = await failureOf(obtain(endpointProfile(`${server.origin}/token`, grants[name]), context));
    expect(error).toBeInstanceOf(KeyturnError);
    expect(error.code).toBe(code);
    const shown = `${error.message} ${String(error.hint)} ${JSON.stringify(error.data)}`;
    const sent = new URLSearchParams(bodies[0]);
    for (const secret of [PASSWORD, shared, SUBJECT, sent.get('assertion'), sent.get('client_assertion')]) {
      if (secret !== null) expect(shown).not.toContain(secret.slice(-20));
    }
    expect(server.requests).toEqual(['POST /token']);
    await server.close();
  });
});

describe('a client', () => {
  it('without an id sends none, and proves nothing', async () => {
    const sent: { readonly body: string; readonly authorization: string | undefined }[] = [];
    const server = await listen((request, response, body) => {
      sent.push({ body, authorization: request.headers.authorization });
      json(response, 200, { access_token: 'a', token_type: 'bearer' });
    });
    const base = { clientId: null, clientAuthentication: 'none' } as const;
    const options = {
      ...noOptions,
      algorithm: 'HS256',
      claims: { iss: 'robot@example.com', sub: null, scope: 'x' },
    };
    const robot = endpointProfile(`${server.origin}/token`, {
      ...base,
      grant: 'jwt_bearer',
      scope: null,
      options,
    });
    await obtainer()(robot, contextOf());
    expect(sent[0]?.authorization).toBeUndefined();
    expect([...new URLSearchParams(sent[0]?.body).keys()].sort()).toEqual(['assertion', 'grant_type']);
    const unnamed = { ...robot, clientAuthentication: 'client_secret_basic' } as const;
    expect((await failureOf(obtainer()(unnamed, contextOf()))).code).toBe('profile_invalid');
    const nobody = { ...robot, options: { ...noOptions, algorithm: 'HS256' } };
    expect((await failureOf(obtainer()(nobody, contextOf()))).code).toBe('profile_invalid');
    await server.close();
  });

  it('signs with the client secret only by HS*', async () => {
    const profile = endpointProfile('http://127.0.0.1:9/token', {
      clientAuthentication: 'client_secret_jwt',
      options: { ...noOptions, algorithm: 'RS256' },
    });
    expect((await failureOf(obtainer()(profile, contextOf()))).code).toBe('key_invalid');
  });
});
