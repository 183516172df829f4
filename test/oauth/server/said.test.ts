import { afterEach, describe, expect, it } from 'vitest';
import { obtainAs, signInProfile } from '../signIns.ts';
import {
  contextOf,
  endpointProfile,
  failureOf,
  json,
  listen,
  obtainer,
  type TestServer,
} from '../support.ts';

let server: TestServer;
afterEach(() => server.close());

async function refused(status: number, body: unknown) {
  server = await listen((_request, response) => json(response, status, body));
  return failureOf(obtainer()(endpointProfile(`${server.origin}/token`), contextOf()));
}

describe('an error that comes with a status of success', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'an object',
      { error: { message: 'Code was used', type: 'OAuthException', code: 190 } },
      /: Code was used\./,
    ],
    ['a list', { errors: [{ message: 'Bad app' }] }, /: Bad app\./],
    ['a number', { errcode: 40029, errmsg: 'invalid code' }, /: invalid code\./],
    ['a number called code', { code: 20003, msg: 'app is off' }, /: app is off\./],
    ['ok: false', { ok: false, message: 'Wrong key' }, /: Wrong key\./],
    ['success: false', { success: false, detail: 'Wrong key' }, /: Wrong key\./],
    ['a code of its own', { errorCode: 'E0000004', errorSummary: 'Bad app' }, /"E0000004": Bad app\./],
  ])('is told in the words of the server: %s', async (_name, body, words) => {
    const error = await refused(200, body);
    expect(error.code).toBe('oauth_error');
    expect(error.message).toMatch(words);
    expect(error.hint).toContain('that this client may use');
  });

  it.each([
    { error: 'invalid_refresh_token' },
    { error: { code: 'INVALID_GRANT', message: 'Gone' } },
    { errcode: 40030, errmsg: 'invalid refresh_token' },
  ])('ends a refresh token as 400 does: %j', async (body) => {
    server = await listen((_request, response) => json(response, 200, body));
    const profile = signInProfile(server.origin, { tokenEndpoint: `${server.origin}/token`, scope: 'a' });
    const error = await failureOf(obtainAs(profile, null, { refreshToken: 'held-refresh' }));
    expect(error.code).toBe('sign_in_needed');
  });

  it.each([{ error: 'temporarily_unavailable' }, { error: 'rate_limited' }, { error: 'server_error' }])(
    'that will pass ends none: %j',
    async (body) => {
      server = await listen((_request, response) => json(response, 200, body));
      const profile = signInProfile(server.origin, { tokenEndpoint: `${server.origin}/token`, scope: 'a' });
      const error = await failureOf(obtainAs(profile, null, { refreshToken: 'held-refresh' }));
      expect(error.code).toBe('oauth_error');
    },
  );

  it('is none where the token is there', async () => {
    server = await listen((_request, response) =>
      json(response, 200, { access_token: 't', code: 200, success: false, errors: [], message: 'fine' }),
    );
    const profile = endpointProfile(`${server.origin}/token`);
    expect((await obtainer()(profile, contextOf())).accessToken).toBe('t');
  });
});

describe('a refusal', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a list of descriptions',
      { error: 'invalid_scope', error_description: ['No a', 'No b'] },
      /: No a; No b\./,
    ],
    ['a list of codes', { error: ['invalid_scope'] }, /"invalid_scope"/],
    [
      'fields',
      { errors: { client_id: ['is missing'], scope: 'is odd' } },
      /: client_id: is missing; scope: is odd\./,
    ],
    ['an error within a response', { response: { error: { message: 'Off' } } }, /: Off\./],
    [
      'invisible characters',
      { error: 'no\u001b[31m\u200e\u202e', error_description: 'a\u200bb\u0000c' },
      /"no \[31m": a b c\./,
    ],
    ['a long text', { error: 'no', error_description: 'x'.repeat(50_000) }, /x{200}…/],
  ])('is read from %s', async (_name, body, words) => {
    expect((await refused(400, body)).message).toMatch(words);
  });

  it.each([
    ['INVALID_CLIENT', 'invalid_client'],
    ['invalid client', 'invalid_client'],
    ['InvalidClientException', 'invalid_client'],
    ['Invalid-Grant', 'invalid_grant'],
    ['invalidScope', 'invalid_scope'],
  ])('means the same in another spelling: %s', async (error, code) => {
    expect(await refused(400, { error })).toMatchObject({ code, data: { error } });
  });

  it.each(['mfa_required', 'interaction_required', 'login_required', 'consent_required'])(
    'names the grants for which a person takes part: %s',
    async (error) => {
      const failure = await refused(403, { error, mfa_token: 'hidden-mfa-token' });
      expect(failure.hint).toContain('"authorization_code"');
      expect(JSON.stringify(failure.data) + failure.message).not.toContain('hidden');
    },
  );
});
