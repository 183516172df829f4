import { afterEach, describe, expect, it } from 'vitest';
import type { Grant } from '../../../src/profile/profile.ts';
import { profileOf } from '../../token/support.ts';
import { inspectionContext, proverOf } from '../inspectionSupport.ts';
import { contextOf, endpointProfile, failureOf, listen, obtainer, type TestServer } from '../support.ts';

let server: TestServer;
afterEach(() => server.close());

async function serve(body: string, type: string | null, status = 200) {
  server = await listen((_request, response) => {
    response.writeHead(status, type === null ? {} : { 'content-type': type }).end(body);
  });
  return `${server.origin}/token`;
}

async function refused(body: string, type: string | null, grant: Grant = 'client_credentials') {
  const profile = endpointProfile(await serve(body, type), { grant });
  return failureOf(obtainer()(profile, contextOf({ refreshToken: 'held-refresh' })));
}

const NEW = 'fresh-and-unknown-to-anybody-4711';
const answer = JSON.stringify({ access_token: NEW, refresh_token: NEW, token_type: 'Bearer' });

describe('an answer that succeeds, cannot be read and holds a token', () => {
  const bodies: readonly (readonly [string, string, string | null])[] = [
    ['JSON with something behind it', `${answer}\nNotice: undefined index`, 'application/json'],
    ['JSON that is cut off', answer.slice(0, -12), 'application/json'],
    ['JSON with NaN', `{"access_token": "${NEW}", "expires_in": NaN}`, 'application/json'],
    ['JSON behind text', `Warning: old version ${answer}`, 'text/plain'],
    ['JSON in single quotes', `{'access_token': '${NEW}'}`, null],
    ['a call', `done(${answer})`, 'application/javascript'],
    ['YAML', `access_token: ${NEW}`, 'application/yaml'],
    ['nothing but the token', NEW, 'text/plain'],
    ['a short token', 'hidden', 'text/plain'],
    ['a token of capitals', 'HIDDEN', 'text/plain'],
    ['a token with a scheme', `Bearer ${NEW}`, 'text/plain'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6b2UifQ.c2ln', 'application/jwt'],
    ['the token as a form', NEW, 'application/x-www-form-urlencoded'],
    ['the token as a JSON string', JSON.stringify(NEW), 'application/json'],
    ['the token as a name', JSON.stringify({ [NEW]: true }), 'application/json'],
    ['the token in a list', `[${answer}]`, 'application/json'],
    ['XML', `<r><access_token>${NEW}</access_token></r>`, 'text/xml'],
  ];

  it.each(bodies)('is told without it: %s', async (_name, body, type) => {
    const { code, message, hint } = await refused(body, type);
    expect(code).toBe('token_response_invalid');
    expect(`${message} ${hint ?? ''}`).not.toMatch(/fresh-and|eyJ|hidden/i);
  });

  it('is broken JSON, where it is, and no fault of the address', async () => {
    const { message, hint } = await refused(answer.slice(0, -12), 'application/json');
    expect(message).toMatch(/with JSON that cannot be read, not with a token response\.$/);
    expect(hint).toMatch(/^Report this to the people who run the server/);
  });

  it('is told without it by an introspection endpoint too', async () => {
    const endpoint = await serve(`${answer};`, 'application/json');
    const profile = profileOf({ issuer: null, tokenEndpoint: endpoint, clientId: 'plain' });
    const options = { ...profile.options, introspectionEndpoint: endpoint };
    const { inspector } = proverOf();
    const error = await failureOf(
      inspector.introspect({ ...profile, options }, 'opaque', inspectionContext()),
    );
    expect(error.code).toBe('introspection_failed');
    expect(error.message).not.toContain(NEW.slice(0, 9));
  });

  it.each([
    'Maintenance',
    'OK',
    'Come back later, please.',
    'Sie sind nicht angemeldet.',
    "This isn't ready",
  ])('still shows the sentence %j', async (text) => {
    expect((await refused(text, 'text/plain')).message).toContain(`("${text}")`);
  });
});

describe('JSON and forms', () => {
  it.each([
    'application/x-www-form-urlencoded',
    'text/html',
    'application/octet-stream',
    'application/jwt',
    null,
  ])('count as what they are when they are called %s', async (type) => {
    const body = '{"access_token":"t","expires_in":"60","scope":["a"],"token_type":null}';
    const result = await obtainer()(endpointProfile(await serve(body, type)), contextOf());
    expect(result).toMatchObject({ accessToken: 't', tokenType: 'bearer', scope: 'a' });
    expect(result.expiresAtMs).not.toBeNull();
  });
});

describe('a token that stands elsewhere', () => {
  it.each([
    [{ ok: true, authed_user: { access_token: NEW } }, 'authed_user.access_token'],
    [{ data: { token: { access_token: NEW } } }, 'data.token.access_token'],
    [{ accessToken: NEW, tokenType: 'Bearer' }, 'accessToken'],
    [{ Access_Token: NEW }, 'Access_Token'],
    [{ result: { 'access-token': NEW } }, 'result.access-token'],
  ])('is named: %j', async (body, place) => {
    const { message } = await refused(JSON.stringify(body), 'application/json');
    expect(message).toContain(`"access_token" is missing; there is "${place}" instead`);
    expect(message).not.toContain(NEW);
  });
});

describe('a refresh whose answer cannot be read', () => {
  it.each([
    ['JSON that is cut off', answer.slice(0, -4)],
    ['a token elsewhere', JSON.stringify({ data: JSON.parse(answer) as unknown })],
  ])('says that the refresh token may be spent: %s', async (_name, body) => {
    expect((await refused(body, 'application/json', 'refresh_token')).hint).toContain('may be spent');
  });

  it('does not say so where the new one was kept, or nothing was refreshed', async () => {
    const odd = JSON.stringify({ access_token: NEW, refresh_token: NEW, token_type: 'mac' });
    const kept: string[] = [];
    const profile = endpointProfile(await serve(odd, 'application/json'), { grant: 'refresh_token' });
    const context = contextOf({
      refreshToken: 'held',
      rotated: (token) => Promise.resolve(void kept.push(token)),
    });
    expect((await failureOf(obtainer()(profile, context))).hint).not.toContain('spent');
    expect(kept).toEqual([NEW]);
    await server.close();
    expect((await refused('{', 'application/json')).hint).not.toContain('spent');
  });
});
