import { expect, test } from 'vitest';
import { isSecretVariable, withoutSecretVariables } from '../../src/base/secretVariables.ts';

test('keeps tokens and client secrets from other processes', () => {
  const env = {
    PATH: '/bin',
    KEYTURN_TOKEN_API: 'a',
    keyturn_client_secret_api: 'b',
    KEYTURN_DEBUG: '1',
    MY_KEYTURN_TOKEN_X: 'c',
  };
  expect(withoutSecretVariables(env)).toEqual({ PATH: '/bin', KEYTURN_DEBUG: '1', MY_KEYTURN_TOKEN_X: 'c' });
  expect(isSecretVariable('KEYTURN_TOKEN_')).toBe(true);
  expect(isSecretVariable('KEYTURN_TOKENS')).toBe(false);
});
