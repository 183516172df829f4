import { describe, expect, it } from 'vitest';
import { isCredentialName, isSecretVariableName } from '../../src/redaction/credentialNames.ts';
import { cpuMs } from '../support/cpuTime.ts';

describe('the name of a credential', () => {
  it.each([
    ...['Authorization', 'X-Api-Key', 'Private-Token', 'X-Auth-Token', 'Cookie', 'authToken', 'AccessToken'],
    ...[
      'SessionId',
      'AppKey',
      'X-AuthToken',
      'apikey',
      'api_key',
      'privatetoken',
      'accesstoken',
      'jwt',
      'passwd',
    ],
    ...[
      'pwd',
      'sig',
      'signature',
      'X-Amz-Signature',
      'bearer',
      'credential',
      'X.Secret',
      'OAuthToken',
      'token2',
    ],
    ...['JSESSIONID', 'PHPSESSID', 'connect.sid', 'user[password]', 'APIKey', 'Ocp-Apim-Subscription-Key'],
    ...['x-functions-key', 'Access-Key-Id', 'client_assertion', 'X-CSRF-Token', 'licensekey', 'key'],
    ...[
      'next-auth.session-token',
      'ACCESS_TOKEN',
      'userSession',
      'DPoP',
      'PHPSessID',
      'PassWord',
      'monKeyToken',
      'X-ApiToken',
      'X-PIN',
      'totp',
      'clientsecret',
    ],
  ])('%s is one', (name) => {
    expect(isCredentialName(name)).toBe(true);
  });

  it.each([
    ...[
      'Idempotency-Key',
      'idempotencyKey',
      'keyboard',
      'monkey',
      'turkey',
      'X-Partition-Key',
      'primary_key',
    ],
    ...[
      'sortKey',
      'sortkey',
      'publicKey',
      'Sec-WebSocket-Key',
      'Surrogate-Key',
      'page_token',
      'nextPageToken',
    ],
    ...[
      'token_type',
      'X-Token-Type',
      'tokenUrl',
      'expires',
      'Accept',
      'Content-Type',
      'User-Agent',
      'author',
    ],
    ...[
      'keyword',
      'keys_only',
      'assignment',
      'design',
      'passenger',
      'compass',
      'tokenizer',
      'X-Request-Id',
      '',
    ],
  ])('%s is none', (name) => {
    expect(isCredentialName(name)).toBe(false);
  });

  it('is read in linear time', () => {
    const start = cpuMs();
    for (const sign of ['A', 'aA', '-', '1', 'key-']) isCredentialName(`${sign.repeat(50_000)}sort.`);
    expect(cpuMs() - start).toBeLessThan(1000);
  });
});

describe('the name of a variable that holds a secret', () => {
  it.each([
    'token',
    'apiKey',
    'oauth2_clientSecret',
    'admin_password',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'jwt',
  ])('%s is one', (name) => {
    expect(isSecretVariableName(name)).toBe(true);
  });

  it.each([
    'tokenUrl',
    'auth',
    'auth_host',
    'session',
    'key',
    'partitionKey',
    'oauth2_tokenEndpoint',
    'keyId',
    'host',
  ])('%s is none', (name) => {
    expect(isSecretVariableName(name)).toBe(false);
  });
});
