import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { noOptions, type Grant } from '../../src/profile/profile.ts';
import { parseProfileFile, resolveProfile } from '../../src/profile/file.ts';
import { GRANTS } from '../../src/profile/grants/all.ts';
import { PROFILE_PROPERTIES } from '../../src/profile/schema.ts';

const LOCATION = '/users/me/project/keyturn.json';
const read = (profile: object, location = LOCATION) =>
  parseProfileFile(JSON.stringify({ tokens: { viewer: profile } }), location);
const codes = (profile: object, location?: string) =>
  read(profile, location).problems.map(({ code, severity }) => `${severity} ${code}`);
const profileOf = (profile: object) => {
  const { profiles, problems } = read(profile);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return profiles[0]!;
};

const origins = ['https://api.example.com'];
const issuer = 'https://id.example.com';
const SIGN_IN = { grant: 'authorization_code', issuer, clientId: 'app', origins };
const CLIENT = { grant: 'client_credentials', issuer, clientId: 'app', origins };
/** Each grant with what it needs and nothing more. */
const LEAST: Readonly<Record<Grant, object>> = {
  authorization_code: SIGN_IN,
  device_code: { ...SIGN_IN, grant: 'device_code' },
  client_credentials: CLIENT,
  refresh_token: { ...CLIENT, grant: 'refresh_token' },
  password: { grant: 'password', issuer, clientId: 'app', username: 'zoe', origins },
  jwt_bearer: {
    grant: 'jwt_bearer',
    tokenEndpoint: 'https://id.example.com/token',
    claims: { iss: 'reports@example.com' },
    origins,
  },
  token_exchange: { grant: 'token_exchange', issuer, clientId: 'app', subjectToken: 'viewer', origins },
  request: { grant: 'request', request: 'auth.http#login', accessToken: '$.token', origins },
  self_signed: { grant: 'self_signed', origins },
  command: { grant: 'command', command: ['gh', 'auth', 'token'], origins },
  editor_account: { grant: 'editor_account', provider: 'github', origins },
  keychain: { grant: 'keychain', keychainService: 'gh:github.com', keychainAccount: 'zoe', origins },
  environment: { grant: 'environment', variable: 'API_TOKEN', origins },
  static: { grant: 'static', origins },
};

/** Options that are no text: tested by themselves. */
const OTHER_TYPES = new Set([
  'maxAge',
  'lifetime',
  'dpop',
  'authorizationParameters',
  'claims',
  'command',
  'assertionAudience',
]);
/** Values that their own checks let through. */
const FITTING: Readonly<Record<string, string>> = {
  redirectUri: 'loopback',
  subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
  actorTokenType: 'urn:ietf:params:oauth:token-type:jwt',
  requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt',
  algorithm: 'ES256',
  keyFile: '/keys/a.pem',
  certificateFile: '/keys/a.crt',
  tokenPointer: '/a',
  expiryPointer: '/a',
  request: 'auth.http#login',
  refreshRequest: 'auth.http#refresh',
  accessToken: '$.a',
  refreshToken: '$.b',
  expiresIn: '$.c',
  expiresAt: 'header:X-Expires',
};

/** Servers that ask no client to prove itself may need no id; some tools keep no account beside their entry. */
const MAY_LACK = new Set(['password clientId', 'token_exchange clientId', 'keychain keychainAccount']);

describe('the grants of keyturn.json', () => {
  it.each(GRANTS)('%s is read with what it needs, and refused without', (grant) => {
    const least = LEAST[grant];
    expect(codes(least)).toEqual(grant === 'password' ? ['warning grant_discouraged'] : []);
    expect(profileOf(least).options).toEqual({
      ...noOptions,
      ...Object.fromEntries(Object.entries(least).filter(([name]) => name in noOptions)),
    });
    for (const name of Object.keys(least)) {
      if (name === 'grant' || name === 'origins' || MAY_LACK.has(`${grant} ${name}`)) continue;
      const rest = Object.fromEntries(Object.entries(least).filter(([key]) => key !== name));
      const found = codes(rest).filter((code) => code !== 'warning grant_discouraged');
      expect(found, name).toEqual(['error property_missing']);
    }
  });

  it('the schema knows every option', () => {
    for (const name of Object.keys(noOptions)) expect(PROFILE_PROPERTIES).toContain(name);
  });

  it('says how the client proves itself where the profile does not', () => {
    const authentication = (profile: object) => profileOf(profile).clientAuthentication;
    for (const grant of ['authorization_code', 'device_code', 'password', 'jwt_bearer'] as const) {
      expect(authentication(LEAST[grant]), grant).toBe('none');
    }
    for (const grant of ['client_credentials', 'refresh_token', 'token_exchange'] as const) {
      expect(authentication(LEAST[grant]), grant).toBe('client_secret_basic');
    }
    expect(authentication({ ...SIGN_IN, clientAuthentication: 'private_key_jwt' })).toBe('private_key_jwt');
  });

  it('sends a token that is bound to a key as DPoP', () => {
    expect(profileOf({ ...CLIENT, dpop: true }).sendAs).toEqual({ scheme: 'DPoP' });
    expect(codes({ ...CLIENT, dpop: true, sendAs: { scheme: 'dpop' } })).toEqual([]);
    for (const sendAs of [{ scheme: 'Bearer' }, { header: 'X-Token' }]) {
      expect(codes({ ...CLIENT, dpop: true, sendAs })).toEqual(['error value_invalid']);
    }
  });

  it.each<[string, object, string]>([
    [
      'a sign-in without its endpoint',
      { ...SIGN_IN, issuer: undefined, tokenEndpoint: `${issuer}/t` },
      'error property_missing',
    ],
    ['a prompt without a sign-in', { ...CLIENT, prompt: 'login' }, 'warning property_unused'],
    [
      'dpop of a command',
      { ...LEAST.command, dpop: true, sendAs: { scheme: 'DPoP' } },
      'warning property_unused',
    ],
    ['a key without use', { ...CLIENT, keyFile: '/keys/a.pem' }, 'warning property_unused'],
    [
      'a key that has use',
      { ...CLIENT, clientAuthentication: 'private_key_jwt', keyFile: '/keys/a.pem' },
      '',
    ],
    ['no certificate', { ...CLIENT, clientAuthentication: 'tls_client_auth' }, 'error property_missing'],
    [
      'http for an endpoint',
      { ...SIGN_IN, authorizationEndpoint: 'http://id.example.com/a' },
      'error insecure_origin',
    ],
    ['http for keys', { ...LEAST.static, jwksUri: 'http://id.example.com/jwks' }, 'error insecure_origin'],
    [
      'a password in an endpoint',
      { ...CLIENT, revocationEndpoint: 'https://a:hunter2@id.example.com/' },
      'error secret_in_file',
    ],
    ['an endpoint on this computer', { ...SIGN_IN, authorizationEndpoint: 'http://127.0.0.1:7420/a' }, ''],
    [
      'a redirect to elsewhere',
      { ...SIGN_IN, redirectUri: 'https://evil.example/cb' },
      'error value_invalid',
    ],
    ['a redirect with https', { ...SIGN_IN, redirectUri: 'https://127.0.0.1/cb' }, 'error value_invalid'],
    [
      'a redirect to a name that looks local',
      { ...SIGN_IN, redirectUri: 'http://127.0.0.1.evil.example/' },
      'error value_invalid',
    ],
    ['a redirect of this computer', { ...SIGN_IN, redirectUri: 'http://127.0.0.1:8400/callback' }, ''],
    ['the editor as redirect', { ...SIGN_IN, redirectUri: 'editor' }, ''],
    ['a negative age', { ...SIGN_IN, maxAge: -1 }, 'error value_invalid'],
    ['a fraction of a second', { ...LEAST.self_signed, lifetime: 0.5 }, 'error value_invalid'],
    ['a time in words', { ...LEAST.self_signed, lifetime: '1h' }, 'error type_invalid'],
    ['no algorithm', { ...LEAST.self_signed, algorithm: 'none' }, 'error value_invalid'],
    ['an algorithm in another case', { ...LEAST.self_signed, algorithm: 'rs256' }, 'error value_invalid'],
    ['an algorithm of jose', { ...LEAST.self_signed, algorithm: 'EdDSA' }, ''],
    [
      'a shared secret for a private key',
      { ...CLIENT, clientAuthentication: 'private_key_jwt', algorithm: 'HS256' },
      'error value_invalid',
    ],
    [
      'a private key for a shared secret',
      { ...CLIENT, clientAuthentication: 'client_secret_jwt', algorithm: 'RS256' },
      'error value_invalid',
    ],
    ['a relative key file', { ...LEAST.self_signed, keyFile: 'key.pem' }, 'error value_invalid'],
    [
      'a key file beside keyturn.json',
      { ...LEAST.self_signed, keyFile: '/users/me/project/keys/a.pem' },
      'error secret_in_file',
    ],
    [
      'a key file beside keyturn.json, the long way',
      { ...LEAST.self_signed, keyFile: '/users/me/other/../project/a.pem' },
      'error secret_in_file',
    ],
    ['a key file elsewhere', { ...LEAST.self_signed, keyFile: '/users/me/projects/a.pem' }, ''],
    ['a key file at home', { ...LEAST.self_signed, keyFile: '~/keys/a.pem' }, ''],
    ['a private key', { ...LEAST.self_signed, privateKey: 'hunter2' }, 'error secret_in_file'],
    ['a pointer without a slash', { ...LEAST.command, tokenPointer: 'status/token' }, 'error value_invalid'],
    ['a pointer with a bad escape', { ...LEAST.command, tokenPointer: '/a~2' }, 'error value_invalid'],
    ['a pointer', { ...LEAST.command, tokenPointer: '/status/a~1b', expiryPointer: '' }, ''],
    ['no program', { ...LEAST.command, command: [] }, 'error value_invalid'],
    [
      'a program from a variable',
      { ...LEAST.command, command: ['{{tool}}', 'token'] },
      'error value_invalid',
    ],
    ['a command line', { ...LEAST.command, command: 'gh auth token' }, 'error type_invalid'],
    ['a line break in an argument', { ...LEAST.command, command: ['gh', 'a\nb'] }, 'error value_invalid'],
    [
      'a token type that is no URI',
      { ...LEAST.token_exchange, subjectTokenType: 'jwt' },
      'error value_invalid',
    ],
    ['a variable with a blank', { ...LEAST.environment, variable: 'API TOKEN' }, 'error value_invalid'],
    [
      "another profile's variable",
      { ...LEAST.environment, variable: 'KEYTURN_TOKEN_ADMIN' },
      'error value_invalid',
    ],
    ['a state of its own', { ...SIGN_IN, authorizationParameters: { state: 'x' } }, 'error value_invalid'],
    [
      'a scope among the parameters',
      { ...SIGN_IN, authorizationParameters: { scope: 'x' } },
      'error value_invalid',
    ],
    [
      'a secret among the parameters',
      { ...SIGN_IN, authorizationParameters: { client_secret: 'hunter2' } },
      'error secret_in_file',
    ],
    [
      'a number among the parameters',
      { ...SIGN_IN, authorizationParameters: { x: 1 } },
      'error type_invalid',
    ],
    [
      'a parameter named like an inherited one',
      { ...SIGN_IN, authorizationParameters: { constructor: 'x' } },
      '',
    ],
    ['a login without a file', { ...LEAST.request, request: '#login' }, 'error value_invalid'],
    ['a login of an absolute path', { ...LEAST.request, request: '/a.http#login' }, 'error value_invalid'],
    ['a login of a URL', { ...LEAST.request, request: 'file:///a.http#login' }, 'error value_invalid'],
    ['a login of another kind of file', { ...LEAST.request, request: 'a.json#login' }, 'error value_invalid'],
    ['a login in a folder', { ...LEAST.request, request: '../api/auth.rest#log-in' }, ''],
    ['a token in place of a path', { ...LEAST.request, accessToken: 'hunter2' }, 'error secret_in_file'],
    [
      'a refresh request without its token',
      { ...LEAST.request, refreshRequest: 'a.http#b' },
      'error property_missing',
    ],
    ['a refresh token without use', { ...LEAST.request, refreshToken: '$.a' }, 'error property_missing'],
    ['a token in a header', { ...LEAST.request, accessToken: 'header:X-Auth-Token' }, ''],
    ['parameters', { ...SIGN_IN, authorizationParameters: { kc_idp_hint: 'github' } }, ''],
  ])('%s', (_name, profile, expected) => {
    expect(codes(profile)).toEqual(expected === '' ? [] : [expected]);
    for (const { message } of read(profile).problems) expect(message).not.toContain('hunter2');
  });

  it('knows the folder of a keyturn.json that is named by its URI', () => {
    const profile = { ...LEAST.self_signed, keyFile: join(homedir(), 'p q', 'a.pem') };
    const at = (folder: string) => pathToFileURL(join(homedir(), folder, 'keyturn.json')).href;
    expect(codes(profile, at('p q'))).toEqual(['error secret_in_file']);
    expect(codes(profile, at('other'))).toEqual([]);
    expect(codes(profile, 'untitled:keyturn.json')).toEqual([]);
    expect(codes(profile, 'vscode-vfs://github/a/b/keyturn.json')).toEqual([]);
  });

  it('takes a token for a secret with every grant', () => {
    const found = codes({ ...LEAST.static, accessToken: 'hunter2', refreshToken: 'hunter2' });
    expect(found.filter((code) => code.startsWith('error'))).toEqual([
      'error secret_in_file',
      'error secret_in_file',
    ]);
  });

  it('points at the option that is wrong', () => {
    const text = `{"tokens": {"a": {"grant": "command", "origins": ["https://a.example"],
  "command": ["gh", "a\\nb"]}}}`;
    expect(parseProfileFile(text, LOCATION).problems[0]!.span.start).toEqual({ line: 1, column: 20 });
  });
});

describe('variables in options', () => {
  const resolve = (profile: object, variables: Record<string, string> = {}) =>
    resolveProfile(profileOf(profile), (name) => variables[name]).options;

  it.each(Object.keys(noOptions).filter((name) => !OTHER_TYPES.has(name)))('are replaced in %s', (name) => {
    const declared = { ...profileOf(SIGN_IN), options: { ...noOptions, [name]: '{{x}}' } };
    const value = FITTING[name] ?? (/Endpoint$|Uri$/.test(name) ? 'https://id.example.com/x' : 'y');
    expect(resolveProfile(declared, () => value).options).toEqual({ ...noOptions, [name]: value });
  });

  it('are replaced inside parameters and claims', () => {
    const claims = { sub: '{{x}}', list: ['{{x}}', 1, null], deep: { a: '{{x}}' } };
    expect(resolve({ ...LEAST.self_signed, claims }, { x: 'y' }).claims).toEqual({
      sub: 'y',
      list: ['y', 1, null],
      deep: { a: 'y' },
    });
    const authorizationParameters = { hint: 'a {{x}}' };
    expect(resolve({ ...SIGN_IN, authorizationParameters }, { x: 'y' }).authorizationParameters).toEqual({
      hint: 'a y',
    });
  });

  it('leave the program of a command alone', () => {
    expect(resolve({ ...LEAST.command, command: ['gh', 'auth', '{{x}}'] }, { x: 'y' }).command).toEqual([
      'gh',
      'auth',
      'y',
    ]);
  });

  it.each<[string, object, Record<string, string>]>([
    ['an option for a command', { ...LEAST.command, command: ['gh', '{{x}}'] }, { x: '--config=/tmp/evil' }],
    ['a line break for a command', { ...LEAST.command, command: ['gh', '{{x}}'] }, { x: 'a\nb' }],
    ['http for an endpoint', { ...SIGN_IN, authorizationEndpoint: '{{x}}' }, { x: 'http://evil.example' }],
    ['a redirect to elsewhere', { ...SIGN_IN, redirectUri: '{{x}}' }, { x: 'https://evil.example' }],
    ['no algorithm', { ...LEAST.self_signed, algorithm: '{{x}}' }, { x: 'none' }],
    [
      'a key from the shared folder',
      { ...LEAST.self_signed, keyFile: '{{x}}/a' },
      { x: '/users/me/project' },
    ],
    ["another profile's variable", { ...LEAST.environment, variable: '{{x}}' }, { x: 'keyturn_token_admin' }],
    ['an unknown variable in a claim', { ...LEAST.self_signed, claims: { a: ['{{x}}'] } }, {}],
  ])('bring in no %s', (_name, profile, variables) => {
    expect(() => resolve(profile, variables)).toThrow(expect.objectContaining({ code: 'profile_invalid' }));
  });
});
