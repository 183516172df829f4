import { describe, expect, it } from 'vitest';
import { foreignProfile } from '../../src/foreign/foreignProfiles.ts';
import type { WantedToken } from '../../src/foreign/foreignProfile.ts';
import { ForeignTokens } from '../../src/foreign/foreignTokens.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { Redactor } from '../../src/redaction/redactor.ts';

const place = { origin: 'https://api.example.com', file: '/w/a.http' };
const wanted = (changes: Partial<WantedToken>): WantedToken => ({
  syntax: 'jetbrains',
  name: 'my-api',
  args: [],
  settings: {},
  idToken: false,
  ...changes,
});
const make = (changes: Partial<WantedToken>, at = place) => foreignProfile(wanted(changes), at);
const failing = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;

const TOKEN_URL = 'https://id.example.com/token';
const ENTRY = {
  Type: 'OAuth2',
  'Grant Type': 'Client Credentials',
  'Token URL': TOKEN_URL,
  'Client ID': 'app',
  'Client Secret': 'hunter2',
  Scope: 'read write',
};
const jetbrains = (changes: object) => make({ settings: { ...ENTRY, ...changes } });

describe('entries of Security → Auth', () => {
  it('become profiles that are bound to the origin of the request', () => {
    const { profile, secrets, idToken } = jetbrains({});
    expect(profile).toMatchObject({
      name: 'my-api',
      grant: 'client_credentials',
      origins: ['https://api.example.com'],
      tokenEndpoint: TOKEN_URL,
      clientId: 'app',
      clientAuthentication: 'client_secret_basic',
      scope: 'read write',
      declaredIn: '/w/a.http',
    });
    expect(secrets).toEqual({ client_secret: 'hunter2' });
    expect(idToken).toBe(false);
    const elsewhere = make({ settings: ENTRY }, { ...place, origin: 'https://other.example' });
    expect(tokenKey(elsewhere.profile)).not.toBe(tokenKey(profile));
    expect(JSON.stringify(profile)).not.toContain('hunter2');
  });

  it('sign a person in with a browser, on any device, or with a password', () => {
    const code = jetbrains({
      'Grant Type': 'Authorization Code',
      'Auth URL': 'https://id.example.com/authorize',
      'Redirect URL': 'http://localhost:8080/cb',
      'Client Secret': undefined,
      PKCE: { 'Code Challenge Method': 'Plain', 'Code Verifier': 'fixed' },
      'Custom Request Parameters': {
        audience: 'https://api.example.com',
        resource: ['https://api.example.com/r'],
        prompt: { Value: 'login', Use: 'In Auth Request' },
        hint: { Value: 'x', Use: 'In Auth Request' },
      },
    });
    expect(code.profile).toMatchObject({
      grant: 'authorization_code',
      clientAuthentication: 'none',
      audience: 'https://api.example.com',
      resource: 'https://api.example.com/r',
      options: {
        authorizationEndpoint: 'https://id.example.com/authorize',
        redirectUri: 'http://localhost:8080/cb',
        prompt: 'login',
        authorizationParameters: { hint: 'x' },
      },
    });
    expect(
      jetbrains({ 'Grant Type': 'Device Authorization', 'Device Auth URL': 'https://id.example.com/device' })
        .profile,
    ).toMatchObject({
      grant: 'device_code',
      options: { deviceAuthorizationEndpoint: 'https://id.example.com/device' },
    });
    const password = jetbrains({ 'Grant Type': 'Password', Username: 'zoe', Password: 'hunter3' });
    expect(password.profile).toMatchObject({ grant: 'password', options: { username: 'zoe' } });
    expect(password.secrets).toEqual({ client_secret: 'hunter2', password: 'hunter3' });
  });

  it.each([
    ['basic', 'client_secret_basic'],
    ['in body', 'client_secret_post'],
    ['none', 'none'],
    [false, 'none'],
    [true, 'client_secret_basic'],
  ])('say by %j how the client proves itself', (written, expected) => {
    expect(jetbrains({ 'Client Credentials': written }).profile.clientAuthentication).toBe(expected);
  });

  it('give the ID token where they or the expression say so', () => {
    expect(jetbrains({ 'Use ID Token': true }).idToken).toBe(true);
    expect(make({ settings: ENTRY, idToken: true }).idToken).toBe(true);
  });

  it.each<[string, object, string, string]>([
    ['implicit', { 'Grant Type': 'Implicit' }, 'unsupported', 'implicit'],
    ['another type', { Type: 'Mock' }, 'unsupported', 'OAuth2'],
    ['no grant', { 'Grant Type': '' }, 'profile_invalid', 'Grant Type'],
    ['an inherited grant', { 'Grant Type': 'constructor' }, 'profile_invalid', 'Grant Type'],
    ['no token URL', { 'Token URL': undefined }, 'profile_invalid', 'tokenEndpoint'],
    ['http', { 'Token URL': 'http://id.example.com/t' }, 'profile_invalid', 'https'],
    ['no client', { 'Client ID': '' }, 'profile_invalid', 'clientId'],
    ['a number', { Scope: 7 }, 'profile_invalid', 'Scope'],
    [
      'two resources',
      { 'Custom Request Parameters': { resource: ['a:b', 'c:d'] } },
      'unsupported',
      'resource',
    ],
    ['a parameter of the token request', { 'Custom Request Parameters': { x: 'y' } }, 'unsupported', '"x"'],
    [
      'a redirect to elsewhere',
      {
        'Grant Type': 'Authorization Code',
        'Auth URL': 'https://id.example.com/a',
        'Redirect URL': 'https://app.example.com/cb',
      },
      'profile_invalid',
      'redirectUri',
    ],
    [
      'a state that is always the same',
      {
        'Grant Type': 'Authorization Code',
        'Auth URL': 'https://id.example.com/a',
        'Custom Request Parameters': { state: 'x' },
      },
      'profile_invalid',
      'each sign-in',
    ],
  ])('are refused: %s', (_name, changes, code, message) => {
    expect(() => jetbrains(changes)).toThrow(failing(code, message));
    expect(() => jetbrains(changes)).not.toThrow(failing(code, 'hunter2'));
  });

  it('have any id', () => {
    expect(make({ name: 'my "api" {1}', settings: ENTRY }).profile.name).toBe('my--api---1-');
    expect(make({ name: 'x'.repeat(500), settings: ENTRY }).profile.name).toHaveLength(100);
  });
});

describe('variables of REST Client', () => {
  const LOGIN = 'https://login.microsoftonline.com';
  const aad = (words: string, at = place, settings: Record<string, string> = {}) => {
    const args = words.split(' ').filter((word) => word !== '');
    return make({ syntax: 'aad', name: 'aadToken', args, settings }, at);
  };
  const v2 = (words: string, settings: Record<string, string> = {}) =>
    make({ syntax: 'aad_v2', name: 'aadV2Token', args: words.split(' '), settings });
  const oidc = (words: string) => make({ syntax: 'oidc', name: 'oidcAccessToken', args: words.split(' ') });
  const OWN = { aadV2ClientId: 'app' };

  it('$aadToken is the account of the editor, for the API of the request, and begins with its scheme', () => {
    const made = aad('');
    expect(made).toMatchObject({ withScheme: true, anew: false, secrets: {} });
    expect(made.profile).toMatchObject({
      grant: 'editor_account',
      clientId: null,
      tokenEndpoint: null,
      scope: 'https://api.example.com/.default VSCODE_TENANT:common',
      origins: ['https://api.example.com'],
      options: { provider: 'microsoft' },
    });
  });

  it('$aadToken signs in to the application that the file names', () => {
    expect(aad('', place, OWN).profile).toMatchObject({
      grant: 'device_code',
      clientId: 'app',
      tokenEndpoint: `${LOGIN}/common/oauth2/v2.0/token`,
      clientAuthentication: 'none',
      scope: 'https://api.example.com/.default offline_access',
      options: { deviceAuthorizationEndpoint: `${LOGIN}/common/oauth2/v2.0/devicecode` },
    });
  });

  it('$aadToken takes a cloud, a tenant and an audience', () => {
    const made = aad('new us contoso.com aud:graph.example.com', place, OWN);
    expect(made.anew).toBe(true);
    expect(made.profile).toMatchObject({
      tokenEndpoint: 'https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token',
      scope: 'https://graph.example.com/.default offline_access',
    });
    expect(aad('us contoso.com').profile).toMatchObject({
      scope: 'https://api.example.com/.default VSCODE_TENANT:contoso.com',
      options: { provider: 'microsoft-sovereign-cloud' },
    });
    const id = '2f8a1c3e-0000-4000-8000-000000000000';
    expect(aad(`aud:${id}`, place, OWN).profile.scope).toBe(`${id}/.default offline_access`);
    const at = (origin: string) => aad('', { ...place, origin }, OWN).profile.tokenEndpoint;
    expect(at('https://management.chinacloudapi.cn')).toContain('https://login.chinacloudapi.cn/');
    // The German cloud is no more; most hosts of that domain never belonged to it.
    expect(at('https://api.firma.de')).toContain('https://login.microsoftonline.com/');
  });

  it('$aadV2Token signs a person in', () => {
    expect(v2('scopes:api://x/read,openid tenantId:contoso.com clientId:app').profile).toMatchObject({
      grant: 'device_code',
      clientId: 'app',
      tokenEndpoint: `${LOGIN}/contoso.com/oauth2/v2.0/token`,
      scope: 'api://x/read openid offline_access',
    });
    expect(v2('scopes:User.Read', OWN).profile.scope).toBe('User.Read openid profile offline_access');
    expect(
      v2('AzureChinaCloud', { ...OWN, aadV2TenantId: 't', aadV2Scopes: 'openid' }).profile,
    ).toMatchObject({
      tokenEndpoint: 'https://login.chinacloudapi.cn/t/oauth2/v2.0/token',
      scope: 'openid offline_access',
    });
  });

  it('$aadV2Token is the account of the editor where the file names no application', () => {
    expect(v2('scopes:User.Read,offline_access tenantId:contoso.com').profile).toMatchObject({
      grant: 'editor_account',
      clientId: null,
      scope: 'User.Read openid profile VSCODE_TENANT:contoso.com',
      options: { provider: 'microsoft' },
    });
    expect(v2('AzureUSGovernment').profile.options.provider).toBe('microsoft-sovereign-cloud');
  });

  it('never sign in as another program', () => {
    const others = ['aebc6443-996d-45c2-90f0-388ff96faa56', '07f0a107-95c1-41ad-8f13-912eab68b93f'];
    const made = [aad(''), aad('new us'), v2('new'), v2('scopes:User.Read')];
    for (const { profile } of made) {
      expect(others.some((id) => JSON.stringify(profile).includes(id))).toBe(false);
    }
  });

  it.each([{}, OWN])('tell the tokens of other scopes and tenants apart (%j)', (settings) => {
    const words = [
      'scopes:User.Read',
      'scopes:Mail.Read',
      'scopes:User.Read tenantId:contoso.com',
      'AzureCloud',
    ];
    const keys = words.map((text) => tokenKey(v2(text, settings).profile));
    expect(new Set(keys).size).toBe(words.length);
    expect(tokenKey(v2('scopes:User.Read', settings).profile)).toBe(keys[0]);
    expect(v2('scopes:User.Read,Mail.Read', settings).profile.name).toBe('aadV2Token-User.Read-Mail.Read');
  });

  it('$aadV2Token appOnly asks as the client', () => {
    const { profile, secrets } = v2('appOnly', {
      aadV2ClientId: 'app',
      aadV2ClientSecret: 'hunter2',
      aadV2AppUri: 'api://x/',
      aadV2TenantId: 'contoso.com',
    });
    expect(profile).toMatchObject({
      grant: 'client_credentials',
      clientId: 'app',
      clientAuthentication: 'client_secret_post',
      scope: 'api://x/.default',
    });
    expect(secrets).toEqual({ client_secret: 'hunter2' });
  });

  it('$oidcAccessToken signs a person in with a browser', () => {
    const made = oidc(
      'new clientId:app callbackPort:7778 authorizeEndpoint:https://id.example.com/a tokenEndpoint:https://id.example.com/t scopes:openid,read audience:aud',
    );
    expect(made.anew).toBe(true);
    expect(made.profile).toMatchObject({
      grant: 'authorization_code',
      clientId: 'app',
      tokenEndpoint: 'https://id.example.com/t',
      scope: 'openid read',
      audience: 'aud',
      options: { authorizationEndpoint: 'https://id.example.com/a', redirectUri: 'http://localhost:7778' },
    });
  });

  it('are refused where they make no sense', () => {
    expect(() => aad('ppe')).toThrow(failing('profile_invalid', 'cloud'));
    expect(() => aad('de')).toThrow(failing('profile_invalid', 'closed in 2021'));
    expect(() => v2('clientId:app', {})).not.toThrow();
    expect(() => v2('appOnly', { aadV2AppUri: 'api://x' })).toThrow(failing('profile_invalid', 'clientId'));
    expect(() => aad('a/../b')).toThrow(failing('profile_invalid', 'tenant'));
    expect(() => v2('Nowhere')).toThrow(failing('profile_invalid', 'cloud'));
    expect(() => v2('appOnly')).toThrow(failing('profile_invalid', 'aadV2AppUri'));
    expect(() => v2('tenantId:a/b')).toThrow(failing('profile_invalid', 'tenant'));
    expect(() => oidc('clientId:app callbackPort:x')).toThrow(failing('profile_invalid', 'callbackPort'));
    expect(() => oidc('clientId:app callbackDomain:evil.example')).toThrow(
      failing('profile_invalid', 'browser'),
    );
    expect(() => oidc('clientId:app')).toThrow(failing('profile_invalid', 'tokenEndpoint'));
  });
});

describe("httpyac's flows", () => {
  const flow = (args: readonly string[], settings: Record<string, string>) =>
    make({ syntax: 'httpyac', name: 'oauth2', args, settings });
  const CLIENT = { tokenEndpoint: TOKEN_URL, clientId: 'app', clientSecret: 'hunter2', scope: 'read' };

  it('ask as the client', () => {
    for (const name of ['client_credentials', 'client', 'CLIENT']) {
      const { profile, secrets } = flow([name], CLIENT);
      expect(profile).toMatchObject({
        name: 'oauth2',
        grant: 'client_credentials',
        clientAuthentication: 'client_secret_basic',
        scope: 'read',
      });
      expect(secrets).toEqual({ client_secret: 'hunter2' });
    }
    const inBody = flow(['client'], { ...CLIENT, useAuthorizationHeader: 'false' });
    expect(inBody.profile.clientAuthentication).toBe('client_secret_post');
  });

  it('sign a person in', () => {
    const code = flow(['code'], {
      tokenEndpoint: TOKEN_URL,
      clientId: 'app',
      authorizationEndpoint: 'https://id.example.com/a',
    });
    expect(code.profile).toMatchObject({
      grant: 'authorization_code',
      clientAuthentication: 'none',
      scope: 'openid',
      options: { redirectUri: 'http://localhost:3000/callback' },
    });
    const device = flow(['device_code'], { ...CLIENT, deviceCodeEndpoint: 'https://id.example.com/d' });
    expect(device.profile).toMatchObject({ grant: 'device_code', clientAuthentication: 'none' });
    expect(device.secrets).toEqual({});
    const password = flow(['password'], { ...CLIENT, username: 'zoe', password: 'hunter3' });
    expect(password.profile).toMatchObject({ grant: 'password', options: { username: 'zoe' } });
    expect(password.secrets).toEqual({ client_secret: 'hunter2', password: 'hunter3' });
  });

  it('exchange the token for another', () => {
    const made = flow(['client', 'other'], {
      ...CLIENT,
      'exchange.tokenEndpoint': 'https://id.example.com/exchange',
      'exchange.clientId': 'exchanger',
      'exchange.clientSecret': 'hunter4',
      'exchange.audience': 'aud',
    });
    expect(made.profile).toMatchObject({
      name: 'other',
      grant: 'token_exchange',
      clientId: 'exchanger',
      audience: 'aud',
      options: { subjectToken: 'oauth2' },
    });
    expect(made.secrets).toEqual({ client_secret: 'hunter4' });
    expect(made.subject?.profile).toMatchObject({ name: 'oauth2', clientId: 'app' });
    const tokens = new ForeignTokens(new Redactor());
    tokens.use(made);
    expect(tokens.subjectOf(made.profile, 'oauth2')).toBe(made.subject?.profile);
    expect(tokens.subjectOf(made.profile, 'another')).toBeNull();
    expect(tokens.secret('client_secret', made.subject!.profile)).toBe('hunter2');
  });

  it('are refused where that is safer', () => {
    expect(() => flow(['implicit'], CLIENT)).toThrow(failing('unsupported', 'implicit'));
    expect(() => flow(['client'], {})).toThrow(failing('profile_invalid', 'tokenEndpoint'));
  });
});

describe('secrets of such files', () => {
  it('are masked from then on, forgotten when they leave the file, and yield to the environment', () => {
    const redactor = new Redactor();
    const tokens = new ForeignTokens(redactor);
    const made = jetbrains({ 'Client Secret': 'correct horse battery' });
    tokens.use(made);
    expect(tokens.secret('client_secret', made.profile)).toBe('correct horse battery');
    expect(redactor.mask('a correct horse battery b')).not.toContain('horse');
    expect(tokens.token(made.profile)).toBeNull();
    expect(tokens.profiles()).toEqual([made.profile]);
    tokens.use(jetbrains({ 'Client Secret': undefined }));
    expect(tokens.profiles()).toHaveLength(1);
    expect(tokens.secret('client_secret', made.profile)).toBeNull();

    const above = { token: () => 'given', secret: () => 'from outside' };
    const below = new ForeignTokens(redactor, above);
    below.use(made);
    expect(below.secret('client_secret', made.profile)).toBe('from outside');
    expect(below.token(made.profile)).toBe('given');
  });
});
