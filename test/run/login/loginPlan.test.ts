import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/httpfile/earlier/exchange.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { parseProfileFile } from '../../../src/profile/file.ts';
import { capturedTokens } from '../../../src/run/session/capturedTokens.ts';
import { planLogin } from '../../../src/run/login/loginPlan.ts';
import { plainPassword } from '../../../src/run/login/plainPassword.ts';

const LOGIN = '# @name login\nPOST https://id.example.com/login\n\n{"password": "hunter2"}\n';

function plan(text: string, answer: unknown, variables: Readonly<Record<string, string>> = {}) {
  const tree = parseHttpFile(text);
  const login = tree.requests.find(({ name }) => name === 'login')!;
  const body = new TextEncoder().encode(JSON.stringify(answer));
  const headers = [['Content-Type', 'application/json']] as const;
  const exchange: Exchange = {
    file: '/w/api/auth.http',
    name: 'login',
    request: { headers: [], body: null },
    response: { headers, body, status: 200 },
    origin: 'https://id.example.com',
    receivedAtMs: 0,
    tokens: capturedTokens({ headers, body }, 0),
  };
  return planLogin({
    tree,
    login,
    exchange,
    path: 'api/auth.http',
    names: new Set(),
    variables: new Map(Object.entries(variables)),
  });
}

describe('a login as a profile', () => {
  it('reads the token that requests use, its expiry and the refresh', async () => {
    const text = `${LOGIN}
###
GET https://api.example.com/a
Authorization: Bearer {{login.response.body.$.data.token}}

###
@t = {{login.response.body.$.data.token}}
GET https://api.example.com/b
Authorization: Bearer {{t}}

###
# @token other
GET https://api.example.com/c
Authorization: Bearer {{t}}

###
# @name again
POST https://id.example.com/refresh

{"refresh": "{{login.response.body.$.data.refresh}}"}
`;
    const data = { token: 'secret-token', id_token: 'other-token', refresh: 'secret-refresh', expires: 600 };
    const made = await plan(text, { data });
    expect(made?.properties).toEqual({
      grant: 'request',
      request: 'api/auth.http#login',
      accessToken: '$.data.token',
      expiresIn: '$.data.expires',
      refreshToken: '$.data.refresh',
      refreshRequest: 'api/auth.http#again',
      origins: ['https://id.example.com', 'https://api.example.com'],
    });
    expect(made?.uses.map(({ node }) => node.url)).toEqual([
      'https://api.example.com/a',
      'https://api.example.com/b',
    ]);
    expect(made?.refreshes.map(({ expression }) => expression)).toEqual([
      '{{login.response.body.$.data.refresh}}',
    ]);
    // What is written is read without problems.
    const written = JSON.stringify({ tokens: { [made!.name]: made!.properties } });
    expect(parseProfileFile(written, '/w/keyturn.json').problems).toEqual([]);
    expect(written).not.toMatch(/secret-|hunter2/);
  });

  it.each<[string, object, object]>([
    [
      'no refresh token without a request that refreshes',
      { token: 'secret-token', refresh_token: 'secret-refresh' },
      {},
    ],
    ['a time', { token: 'secret-token', expires: 1_900_000_000 }, { expiresAt: '$.expires' }],
    ['a date', { token: 'secret-token', expiresAt: '2030-01-01T00:00:00Z' }, { expiresAt: '$.expiresAt' }],
  ])('writes %s', async (_words, answer, expected) => {
    const { accessToken, expiresAt, refreshToken } = (await plan(LOGIN, answer))!.properties;
    expect({ accessToken, expiresAt, refreshToken }).toEqual({ accessToken: '$.token', ...expected });
  });

  it('quotes members that are no plain names', async () => {
    const made = await plan(LOGIN, [{ "a'b": { 'access-token': 'secret-token' } }]);
    expect(made?.properties['accessToken']).toBe("$[0]['a\\'b']['access-token']");
  });

  it('names the variable of the environment in place of its origin', async () => {
    const text = LOGIN.replace('https://id.example.com', '{{host}}');
    const answer = { token: 'secret-token' };
    expect((await plan(text, answer, { host: 'https://id.example.com' }))?.origins).toEqual(['{{host}}']);
    expect((await plan(text, answer, { host: 'https://id.example.com/v1' }))?.origins).toEqual([
      'https://id.example.com',
    ]);
    const own = `@host = https://id.example.com\n${text}`;
    expect((await plan(own, answer, { host: 'https://a.example' }))?.origins).toEqual([
      'https://id.example.com',
    ]);
  });

  it('is none where the answer holds no access token', async () => {
    expect(await plan(LOGIN, { id: 1 })).toBeNull();
    expect(await plan(LOGIN, { refresh_token: 'secret-refresh' })).toBeNull();
  });
});

describe('a password in plain text', () => {
  it.each<[string, string | null]>([
    ['{\n  "password": "hunter2"\n}', 'hunter2'],
    ['user=zoe&password=hunter2', 'hunter2'],
    ['{"password": "{{password}}"}', null],
    ['{"password": "a\\"b"}', null],
    ['{"user": "zoe"}', null],
  ])('is found in %s', (body, expected) => {
    const text = `POST https://a.example/\n\n${body}\n`;
    const found = plainPassword(parseHttpFile(text).requests[0]!);
    expect(found?.value ?? null).toBe(expected);
    if (found !== null) expect(body.split('\n')[found.line]?.slice(found.column)).toMatch(/^hunter2/);
  });
});
