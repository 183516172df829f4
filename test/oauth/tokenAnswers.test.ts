import { afterEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { TestClock } from '../token/support.ts';
import { contextOf, endpointProfile, failureOf, listen, obtainer, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server.close());

type Body = string | Record<string, unknown>;
interface Answer {
  readonly status?: number;
  readonly type?: string | null;
  readonly headers?: Record<string, string>;
  readonly body: Body;
}

async function serve({ status = 200, type = 'application/json', headers = {}, body }: Answer) {
  server = await listen((_request, response) => {
    response.writeHead(status, { ...(type === null ? {} : { 'content-type': type }), ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return `${server.origin}/token`;
}

const clock = new TestClock();
async function obtained(answer: Answer) {
  return obtainer({ clock })(endpointProfile(await serve(answer)), contextOf());
}
async function refused(
  answer: Answer,
  changes: Parameters<typeof endpointProfile>[1] = {},
  mask?: (text: string) => string,
) {
  const obtain = obtainer({ clock, ...(mask === undefined ? {} : { mask }) });
  return failureOf(
    obtain(endpointProfile(await serve(answer), changes), contextOf({ refreshToken: 'held-refresh' })),
  );
}

const good = { access_token: 'given-token', token_type: 'Bearer', expires_in: 3600 };

describe('a token answer that deviates in what is not needed is taken', () => {
  it.each([200, 201, 202, 203, 206])('with the status %i', async (status) => {
    expect(await obtained({ status, body: good })).toMatchObject({ accessToken: 'given-token' });
  });

  it.each([
    ['text/plain', JSON.stringify(good)],
    ['text/html', JSON.stringify(good)],
    ['application/json;charset=UTF-8', JSON.stringify(good)],
    ['Application/JSON; charset=utf-8', `\ufeff${JSON.stringify(good)}`],
    ['application/vnd.acme+json', JSON.stringify(good)],
    [null, JSON.stringify(good)],
    ['application/x-www-form-urlencoded', 'access_token=given-token&token_type=bearer&scope=repo%2Cgist'],
    ['application/x-www-form-urlencoded; charset=utf-8', 'access_token=given-token&scope=&token_type=bearer'],
    ['text/plain', 'access_token=given-token&expires_in=3600'],
  ])('as %s', async (type, body) => {
    expect(await obtained({ type, body })).toMatchObject({
      accessToken: 'given-token',
      tokenType: 'bearer',
    });
  });

  it.each([
    undefined,
    null,
    '',
    7,
    ['Bearer'],
    'bearer',
    'BEARER',
    ' Bearer ',
    'BearerToken',
    'urn:ietf:params:oauth:token-type:access_token',
  ])('with the type %j', async (type) => {
    expect(await obtained({ body: { ...good, token_type: type } })).toMatchObject({ tokenType: 'bearer' });
  });

  it.each<[unknown, number | null]>([
    ['3600', 3600],
    [' 3600 ', 3600],
    ['3600.5', 3600.5],
    [3600.0, 3600],
    [0.5, 0.5],
    ['1h', null],
    ['3600s', null],
    ['PT1H', null],
    ['0x10', null],
    ['1e3', null],
    [-1, null],
    ['-1', null],
    [0, null],
    [null, null],
    ['', null],
    [1e300, null],
    ['9'.repeat(400), null],
    [true, null],
    [[3600], null],
    [{ seconds: 3600 }, null],
    ['2030-01-01T00:00:00Z', null],
  ])('with the lifetime %j', async (life, seconds) => {
    const { expiresAtMs } = await obtained({ body: { ...good, expires_in: life } });
    expect(expiresAtMs).toBe(seconds === null ? null : clock.now() + seconds * 1000);
  });

  it.each<[unknown, string | null]>([
    [['a', 'b'], 'a b'],
    [['a', 'b', 'a'], 'a b'],
    [['a', 7, null, 'b'], 'a b'],
    [[], null],
    [null, null],
    ['', null],
    [{ a: true }, null],
    [7, null],
    ['a b', 'a b'],
    ['a,b', 'a,b'],
  ])('with the scope %j', async (scope, expected) => {
    expect((await obtained({ body: { ...good, scope } })).scope).toBe(expected);
  });

  it.each(['', ' ', null, 7, {}, []])('with the refresh token %j, which is none', async (refreshToken) => {
    server = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...good, refresh_token: refreshToken }));
    });
    const profile = endpointProfile(`${server.origin}/token`, { grant: 'refresh_token' });
    const result = await obtainer()(profile, contextOf({ refreshToken: 'held-refresh' }));
    expect(result.refreshToken).toBeNull();
  });

  it('though it names an error that is none', async () => {
    for (const error of [null, '', false]) {
      expect(await obtained({ body: { ...good, error } })).toMatchObject({ accessToken: 'given-token' });
      await server.close();
    }
  });
});

describe('a token answer that cannot be used', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'token',
      { token: 'hidden-value', expires_in: 1 },
      /"access_token" is missing; it has token, expires_in/,
    ],
    ['access_token', { ...good, access_token: 7_777_777 }, /whose "access_token" is a number/],
    ['access_token', { ...good, access_token: ['hidden-value'] }, /whose "access_token" is a list/],
    ['access_token', { ...good, access_token: '' }, /whose "access_token" is an empty string/],
    ['access_token', { ...good, access_token: null }, /whose "access_token" is null/],
    ['token_type', { ...good, token_type: 'mac' }, /whose "token_type" is "mac"/],
    ['token_type', { ...good, token_type: 'urn:acme:odd' }, /whose "token_type" is "urn:acme:odd"/],
  ])('names the member %s and shows what came', async (member, body, words) => {
    const error = await refused({ body });
    expect(error.code).toBe('token_response_invalid');
    expect(error.message).toMatch(words);
    expect(`${error.message} ${error.hint ?? ''}`).not.toMatch(/hidden-value|7777777|given-token/);
    expect(error.data['member'] ?? 'access_token').toBe(member === 'token' ? 'access_token' : member);
  });

  it.each<[string, Answer, RegExp]>([
    ['a list', { body: '[]' }, /with a list in JSON, not with a token response/],
    ['text', { type: 'text/plain', body: 'Maintenance' }, /not JSON \("Maintenance"\)/],
    ['nothing', { body: '' }, /with no content, not with a token response/],
    ['a page', { type: 'text/html', body: '<html><title>Sign in</title>' }, /a web page \("Sign in"\)/],
    [
      'only a message',
      { body: { ok: true, message: 'Soon' } },
      /"access_token" is missing; it has ok, message/,
    ],
  ])('is told when it is %s', async (_name, answer, words) => {
    const error = await refused(answer);
    expect(error.code).toBe('token_response_invalid');
    expect(error.message).toMatch(words);
  });

  it.each<[string, Answer]>([
    ['text', { type: 'text/plain', body: 'issued-4f9a1c07e2b85d36' }],
    ['a JSON string', { body: '"issued-4f9a1c07e2b85d36"' }],
    ['text that reads like a form', { type: 'text/plain', body: 'issued-4f9a1c07e2b85d36==' }],
    ['a sentence', { type: 'text/plain', body: 'Your token: issued-4f9a1c07e2b85d36' }],
    ['JSON with a mistake', { body: '{access_token: "issued-4f9a1c07e2b85d36"}' }],
    ['the name of a member', { body: { 'issued-4f9a1c07e2b85d36': true } }],
    ['the type', { body: { ...good, token_type: 'issued-4f9a1c07e2b85d36' } }],
    ['a page', { type: 'text/html', body: '<title>issued-4f9a1c07e2b85d36</title>' }],
  ])('does not show the token that was issued as %s', async (_name, answer) => {
    const error = await refused(answer);
    expect(error.code).toBe('token_response_invalid');
    expect(`${error.message} ${error.hint ?? ''} ${JSON.stringify(error.data)}`).not.toContain('4f9a1c07');
  });

  it.each(['{"a":', '['])('is an error in words when %s is repeated 200,000 times', async (part) => {
    for (const open of [part.repeat(200_000), `{"access_token":"t","x":${part.repeat(100_000)}`]) {
      const error = await refused({ body: open });
      expect(error.code).toBe('token_response_invalid');
      expect(error.message).toContain('nested more than 200 levels deep');
      await server.close();
    }
  });
});

describe('a refusal is told in the server’s own words', () => {
  const secretive = () => {
    const redactor = new Redactor();
    redactor.register('viewer-secret', 'client secret');
    return (text: string) => redactor.mask(text);
  };

  it.each<[string, Answer, string, RegExp, RegExp]>([
    [
      'OAuth',
      { status: 400, body: { error: 'invalid_request', error_description: 'No viewer-secret here.' } },
      'oauth_error',
      /answered "invalid_request": No •••client secret••• here\.$/,
      /keyturn\.json/,
    ],
    [
      'an error as an object',
      { status: 403, body: { error: { code: 403, message: 'Key disabled' } } },
      'token_endpoint_failed',
      /answered 403: Key disabled\./,
      /that this client may use/,
    ],
    [
      'a message',
      { status: 403, body: { message: 'Client disabled' } },
      'token_endpoint_failed',
      /403: Client disabled\./,
      /client/,
    ],
    [
      'a list of errors',
      { status: 400, body: { errors: [{ detail: 'Bad id' }] } },
      'token_endpoint_failed',
      /400: Bad id\./,
      /client/,
    ],
    [
      'a list of words',
      { status: 400, body: { errors: ['Bad id'] } },
      'token_endpoint_failed',
      /400: Bad id\./,
      /client/,
    ],
    [
      'RFC 9457',
      { status: 422, body: { title: 'No', detail: 'Bad scope' } },
      'token_endpoint_failed',
      /422: Bad scope\./,
      /scopes/,
    ],
    [
      'Okta',
      { status: 400, body: { errorCode: 'E1', errorSummary: 'Bad app' } },
      'oauth_error',
      /"E1": Bad app\./,
      /client/,
    ],
    [
      'Spring',
      { status: 401, body: { error: 'Unauthorized', message: 'Bad' } },
      'invalid_client',
      /"Unauthorized": Bad\./,
      /client secret/,
    ],
    [
      'text',
      { status: 400, type: 'text/plain', body: 'No such client' },
      'token_endpoint_failed',
      /400: No such client\./,
      /client/,
    ],
    [
      'nothing',
      { status: 400, body: '' },
      'token_endpoint_failed',
      /400 with no content\./,
      /that this client may use/,
    ],
    [
      'a page',
      { status: 403, type: 'text/html', body: '<title>Blocked</title>' },
      'token_endpoint_failed',
      /403 with a web page \("Blocked"\)\./,
      /client/,
    ],
    [
      'a rate limit',
      { status: 429, headers: { 'retry-after': '30' }, body: { message: 'Slow' } },
      'token_endpoint_failed',
      /limits requests \(429\): Slow\./,
      /Wait 30 s/,
    ],
    [
      'an unsupported grant',
      { status: 400, body: { error: 'unsupported_grant_type' } },
      'oauth_error',
      /unsupported_grant_type/,
      /Switch this grant on/,
    ],
    [
      'GitHub, with 200',
      { body: { error: 'incorrect_client_credentials', error_description: 'Wrong' } },
      'invalid_client',
      /incorrect_client_credentials": Wrong\./,
      /client secret/,
    ],
    [
      'GitHub, as a form',
      {
        type: 'application/x-www-form-urlencoded',
        body: 'error=incorrect_client_credentials&error_description=Wrong',
      },
      'invalid_client',
      /Wrong\./,
      /client secret/,
    ],
    [
      'a challenge',
      {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="x", error="invalid_client", error_description="Who?"' },
        body: '',
      },
      'invalid_client',
      /"invalid_client": Who\?\./,
      /client secret/,
    ],
    [
      '404',
      { status: 404, type: 'text/plain', body: 'Not found' },
      'token_endpoint_failed',
      /404: Not found\./,
      /address is right/,
    ],
    ['503', { status: 503, body: { message: 'busy' } }, 'token_endpoint_failed', /503: busy\./, /later/],
  ])('%s', async (_name, answer, code, words, hint) => {
    const error = await refused(answer, {}, secretive());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(hint);
    if (answer.status !== 404) expect(error.hint).not.toContain('address is right');
  });

  it('with the target of a redirect, without its query', async () => {
    const error = await refused({ status: 307, headers: { location: '/elsewhere?code=hidden' }, body: '' });
    expect(error.message).toBe(
      `The token endpoint ${server.origin}/token redirects (307) to ${server.origin}/elsewhere.`,
    );
  });

  it.each([
    ['password', { username: 'zoe' }, /username and the password/],
    ['jwt_bearer', {}, /assertionAudience/],
    ['refresh_token', {}, /refresh token has expired/],
  ] as const)('with the next step of the grant %s', async (grant, changes, hint) => {
    const { generateKeyPairSync } = await import('node:crypto');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const secret = () => Promise.resolve(key.export({ format: 'pem', type: 'pkcs8' }).toString());
    const url = await serve({ status: 400, body: { error: 'invalid_grant' } });
    const { noOptions } = await import('../../src/profile/profile.ts');
    const profile = endpointProfile(url, { grant, options: { ...noOptions, ...changes } });
    const error = await failureOf(obtainer()(profile, contextOf({ refreshToken: 'held-refresh', secret })));
    expect(error).toMatchObject({ code: 'invalid_grant' });
    expect(error.hint).toMatch(hint);
  });
});

describe('a token request', () => {
  it('names the media type without a parameter', async () => {
    const types: unknown[] = [];
    server = await listen((request, response) => {
      types.push(request.headers['content-type']);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(good));
    });
    await obtainer()(endpointProfile(`${server.origin}/token`), contextOf());
    expect(types).toEqual(['application/x-www-form-urlencoded']);
  });
});
