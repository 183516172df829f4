import { expect, it } from 'vitest';
import { missingSecret } from '../../src/token/missingSecret.ts';

it.each([
  ['/users/me/keyturn.json', true],
  ['file:///c%3A/users/me/keyturn.json', true],
  ['C:\\users\\me\\keyturn.json', true],
  ['/users/me/http-client.env.json', false],
  [null, false],
])('the ways to give a missing secret, where %s declares its token', (declaredIn, isKnown) => {
  const error = missingSecret({ name: 'viewer', declaredIn }, 'client_secret');
  expect(error).toMatchObject({
    code: 'secret_missing',
    message: 'The client secret for "viewer" is not stored.',
  });
  expect(error.hint).toContain('KEYTURN_CLIENT_SECRET_VIEWER');
  expect(error.hint?.includes('`keyturn token add viewer --client-secret`')).toBe(isKnown);
});
