import { describe, expect, it } from 'vitest';
import { environmentName } from '../../../src/base/secretVariables.ts';
import { environmentSecrets } from '../../../src/terminal/session/environmentTokens.ts';
import { profileOf } from '../../token/support.ts';

it.each([
  ['viewer', 'VIEWER'],
  ['my-api.v2', 'MY_API_V2'],
  ['Größe', 'GR_SSE'],
  ['a/b c', 'A_B_C'],
])('environmentName of %s is %s', (name, expected) => expect(environmentName(name)).toBe(expected));

describe('environmentSecrets', () => {
  it('reads tokens and client secrets, and says once where from', () => {
    const said: string[] = [];
    const env = {
      KEYTURN_TOKEN_MY_API: 'tok-value',
      KEYTURN_CLIENT_SECRET_MY_API: 'sec-value',
      KEYTURN_TOKEN_EMPTY: '',
    };
    const secrets = environmentSecrets(env, (message) => said.push(message));
    const api = profileOf({ name: 'my-api' });
    expect(secrets.token(api)).toBe('tok-value');
    expect(secrets.token(api)).toBe('tok-value');
    expect(secrets.secret('client_secret', api)).toBe('sec-value');
    expect(secrets.token(profileOf({ name: 'empty' }))).toBeNull();
    expect(secrets.token(profileOf({ name: 'other' }))).toBeNull();
    expect(said).toEqual([
      'Keyturn uses KEYTURN_TOKEN_MY_API for "my-api".',
      'Keyturn uses KEYTURN_CLIENT_SECRET_MY_API for "my-api".',
    ]);
  });

  it('refuses to give one token to two profiles', () => {
    const secrets = environmentSecrets({ KEYTURN_TOKEN_A_B: 'value' }, () => undefined);
    expect(secrets.token(profileOf({ name: 'a-b' }))).toBe('value');
    expect(() => secrets.token(profileOf({ name: 'a_b' }))).toThrow(
      expect.objectContaining({ code: 'profile_invalid' }),
    );
  });
});
