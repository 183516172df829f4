import { describe, expect, it } from 'vitest';
import { readExpiry } from '../../src/sources/expiry.ts';
import { readTokenText, type TokenTextOptions } from '../../src/sources/tokenText.ts';

const nowMs = Date.parse('2026-01-15T12:00:00Z');
const inAnHour = nowMs + 3_600_000;
const read = (value: unknown, options: Partial<TokenTextOptions> = {}) =>
  readTokenText(typeof value === 'string' ? value : JSON.stringify(value), {
    tokenPointer: null,
    expiryPointer: null,
    nowMs,
    ...options,
  });

describe('a token alone', () => {
  it.each([
    ['gh auth token', 'gho_abc123\n'],
    ['with a line end of Windows', 'gho_abc123\r\n'],
    ['with a byte order mark', '\ufeffgho_abc123'],
    ['az … --query accessToken', '"gho_abc123"\n'],
  ])('%s', (_name, text) => {
    expect(read(text)).toEqual({
      token: { accessToken: 'gho_abc123', expiresAtMs: null, tokenType: 'bearer', scope: null },
      fault: null,
    });
  });

  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['one\ntwo', 'has several lines'],
    ['Please sign in first', 'is several words'],
    ['tok\u0000en', 'holds characters that no token has'],
    ['tökén', 'holds characters that no token has'],
    ['\u001b[31mtoken', 'holds characters that no token has'],
    ['\ufffd\ufffd', 'holds characters that no token has'],
    ['{"access_token": ', 'begins like JSON but is none'],
    ['[1]', 'is JSON, but no object'],
  ])('refuses %j', (text, fault) => {
    expect(read(text)).toEqual({ token: null, fault });
  });
});

describe('JSON as programs print it', () => {
  it.each<[string, object, number | null]>([
    ['OAuth', { access_token: 'T', expires_in: 3600 }, inAnHour],
    ['digits in a string', { access_token: 'T', expires_in: '3600' }, inAnHour],
    ['camel case', { accessToken: 'T', expiresIn: 3600 }, inAnHour],
    ['token and seconds since 1970', { token: 'T', expires_at: inAnHour / 1000 }, inAnHour],
    ['milliseconds since 1970', { token: 'T', expiresAt: inAnHour }, inAnHour],
    ['a date', { token: 'T', expiration: '2026-01-15T13:00:00Z' }, inAnHour],
    [
      'a date with an offset and nanoseconds',
      { token: 'T', expiry: '2026-01-15T15:00:00.000000000+02:00' },
      inAnHour,
    ],
    [
      'az account get-access-token',
      {
        accessToken: 'T',
        expiresOn: '1999-12-31 00:00:00.000000',
        expires_on: inAnHour / 1000,
        subscription: '00000000-0000-4000-8000-000000000000',
        tenant: '00000000-0000-4000-8000-000000000001',
        tokenType: 'Bearer',
      },
      inAnHour,
    ],
    [
      'az without expires_on, in local time',
      { accessToken: 'T', expiresOn: '2026-01-15 13:00:00.000000', tokenType: 'Bearer' },
      Date.parse('2026-01-15T13:00:00'),
    ],
    ['azd auth token --output json', { token: 'T', expiresOn: '2026-01-15T13:00:00Z' }, inAnHour],
    ['gcloud auth print-access-token --format=json', { token: 'T' }, null],
    [
      'gcloud, with an end in UTC that does not say so',
      { token: 'T', expiry: { datetime: '2026-01-15 13:00:00.000000', hour: 13 }, quota_project_id: null },
      inAnHour,
    ],
    [
      'gcloud, with an end that says so',
      { token: 'T', token_expiry: { datetime: '2026-01-15 14:00:00+01:00' } },
      inAnHour,
    ],
    [
      'gcloud config config-helper',
      { credential: { access_token: 'T', token_expiry: '2026-01-15T13:00:00Z' } },
      inAnHour,
    ],
    [
      'vault login -format=json',
      {
        request_id: 'r',
        lease_id: '',
        lease_duration: 0,
        renewable: false,
        data: null,
        auth: {
          client_token: 'T',
          accessor: 'a',
          policies: ['default'],
          lease_duration: 3600,
          renewable: true,
          token_type: 'service',
          orphan: true,
        },
      },
      inAnHour,
    ],
    [
      'vault read -format=json identity/oidc/token/role',
      { request_id: 'r', lease_duration: 0, data: { client_id: 'c', token: 'T', ttl: 3600 }, auth: null },
      inAnHour,
    ],
    ['a root token of vault', { auth: { client_token: 'T', lease_duration: 0 } }, null],
    [
      'aws codeartifact, version 2',
      { authorizationToken: 'T', expiration: '2026-01-15T14:00:00+01:00' },
      inAnHour,
    ],
    [
      'aws sts get-web-identity-token',
      { WebIdentityToken: 'T', Expiration: '2026-01-15T13:00:00+00:00' },
      inAnHour,
    ],
    [
      'aws sso-oidc create-token',
      { accessToken: 'T', tokenType: 'Bearer', expiresIn: 3600, refreshToken: 'R' },
      inAnHour,
    ],
    [
      'aws codeartifact, version 1',
      { authorizationToken: 'T', expiration: inAnHour / 1000 + 0.25 },
      inAnHour + 250,
    ],
    ['aws ecr', { authorizationData: [{ authorizationToken: 'T', expiresAt: inAnHour / 1000 }] }, inAnHour],
    [
      'aws cognito-idp',
      { AuthenticationResult: { AccessToken: 'T', ExpiresIn: 3600, TokenType: 'Bearer' } },
      inAnHour,
    ],
    ['the OAuth library of Go', { token: { access_token: 'T', expiry: '2026-01-15T13:00:00Z' } }, inAnHour],
    [
      'a Kubernetes ExecCredential',
      {
        kind: 'ExecCredential',
        apiVersion: 'client.authentication.k8s.io/v1',
        spec: {},
        status: { token: 'T', expirationTimestamp: '2026-01-15T13:00:00Z' },
      },
      inAnHour,
    ],
    [
      'one of an older version, with a certificate beside',
      {
        apiVersion: 'client.authentication.k8s.io/v1beta1',
        kind: 'ExecCredential',
        status: { token: 'T', clientCertificateData: 'PEM', clientKeyData: 'PEM' },
      },
      null,
    ],
    [
      'kubectl create token -o json',
      {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name: 'viewer', namespace: 'default' },
        spec: { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 3600 },
        status: { token: 'T', expirationTimestamp: '2026-01-15T13:00:00Z' },
      },
      inAnHour,
    ],
    ['no expiry', { token: 'T' }, null],
    ['an expiry that is none', { token: 'T', expires_at: 'soon' }, null],
  ])('%s', (_name, document, expiresAtMs) => {
    expect(read(document)).toEqual({
      token: { accessToken: 'T', expiresAtMs, tokenType: 'bearer', scope: null },
      fault: null,
    });
  });

  it('takes no type of Vault for a scheme', () => {
    const auth = { client_token: 'T', token_type: 'batch' };
    expect(read({ auth }).token?.tokenType).toBe('bearer');
  });

  it('leads into what op prints of an item', () => {
    const item = {
      id: 'password',
      type: 'CONCEALED',
      label: 'token',
      value: 'T',
      reference: 'op://v/i/token',
    };
    expect(read(item, { tokenPointer: '/value' }).token?.accessToken).toBe('T');
  });

  it('takes type and scope along', () => {
    expect(read({ access_token: 'T', token_type: 'DPoP', scope: 'a b' }).token).toMatchObject({
      tokenType: 'dpop',
      scope: 'a b',
    });
  });

  it.each<[object, string]>([
    [{ foo: 'T' }, 'is JSON without access_token, accessToken, AccessToken, token'],
    [{ access_token: '' }, 'holds "access_token", but no token in it'],
    [{ access_token: 5 }, 'holds "access_token", but no token in it'],
    [{ token: 'a\nb' }, 'holds "token", but no token in it'],
    [
      { kind: 'ExecCredential', status: { clientCertificateData: 'x', clientKeyData: 'y' } },
      'is a Kubernetes credential with a certificate, and no token',
    ],
    [{ kind: 'ExecCredential', spec: {} }, 'is a Kubernetes credential without a token'],
    [
      { Credentials: { AccessKeyId: 'A', SecretAccessKey: 'B', SessionToken: 'C', Expiration: 'D' } },
      'holds keys that sign requests to AWS, and no token',
    ],
    [
      { Version: 1, AccessKeyId: 'A', SecretAccessKey: 'B', SessionToken: 'C' },
      'holds keys that sign requests to AWS, and no token',
    ],
    [
      { __proto__: null, constructor: { access_token: 1 } },
      'is JSON without access_token, accessToken, AccessToken, token',
    ],
  ])('refuses %j', (document, fault) => {
    expect(read(document)).toEqual({ token: null, fault });
  });
});

describe('JSON pointers', () => {
  const vault = { data: { data: { 'api/key': 'T', 'a~b': [{ end: '2026-01-15T13:00:00Z' }] } } };

  it('lead to the token and its end', () => {
    expect(
      read(vault, { tokenPointer: '/data/data/api~1key', expiryPointer: '/data/data/a~0b/0/end' }).token,
    ).toEqual({
      accessToken: 'T',
      expiresAtMs: inAnHour,
      tokenType: 'bearer',
      scope: null,
    });
  });

  it('find the end beside the token by its name', () => {
    const document = { login: { secret: 'T', expires_in: 3600 } };
    expect(read(document, { tokenPointer: '/login/secret' }).token?.expiresAtMs).toBe(inAnHour);
  });

  it.each<[string, Partial<TokenTextOptions>, unknown]>([
    ['holds no token at "/a"', { tokenPointer: '/a' }, { b: 1 }],
    ['holds no token at "/a"', { tokenPointer: '/a' }, { a: { b: 1 } }],
    ['holds no token at "a"', { tokenPointer: 'a' }, { a: 'T' }],
    ['holds no token at "/a/01"', { tokenPointer: '/a/01' }, { a: ['S', 'T'] }],
    ['holds no token at "/a/length"', { tokenPointer: '/a/length' }, { a: ['T'] }],
    ['holds no token at "/constructor/name"', { tokenPointer: '/constructor/name' }, {}],
    ['holds no expiry at "/end"', { tokenPointer: '/a', expiryPointer: '/end' }, { a: 'T' }],
    ['is not JSON', { tokenPointer: '/a' }, 'token'],
  ])('%s', (fault, options, document) => {
    expect(read(document, options)).toEqual({ token: null, fault });
  });
});

describe('readExpiry', () => {
  it.each<[unknown, number | null]>([
    [3600, inAnHour],
    ['3600', inAnHour],
    [inAnHour / 1000, inAnHour],
    [inAnHour, inAnHour],
    ['2026-01-15T13:00:00Z', inAnHour],
    ['2026-01-15 13:00:00.000000', Date.parse('2026-01-15T13:00:00')],
    [0, null],
    [-5, null],
    ['0001-01-01T00:00:00Z', null],
    [Infinity, null],
    ['next week', null],
    ['1', nowMs + 1000],
    ['2026', nowMs + 2_026_000],
    ['2026-01-15', null],
    [null, null],
    [{}, null],
    [{ datetime: '2026-01-15 13:00:00.000000' }, inAnHour],
    [{ datetime: '2026-01-15T13:00:00Z' }, inAnHour],
    [{ datetime: 'x'.repeat(200) }, null],
    [{ datetime: 7 }, null],
    ['9'.repeat(200), null],
  ])('%j', (value, end) => {
    expect(readExpiry(value, nowMs)).toBe(end);
  });
});
