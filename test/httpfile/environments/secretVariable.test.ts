import { expect, test } from 'vitest';
import { secretVariable } from '../../../src/httpfile/environments/secretVariable.ts';

test.each([
  ['aadV2ClientSecret', 'client secret'],
  ['oauth2_clientSecret', 'client secret'],
  ['mine_clientsecret', 'client secret'],
  ['oauth2_password', 'password'],
  ['oauth2_clientId', null],
  ['password', null],
  ['host', null],
])('%s', (name, what) => {
  expect(secretVariable(name)).toBe(what);
});
