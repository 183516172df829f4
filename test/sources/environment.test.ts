import { describe, expect, it } from 'vitest';
import { environmentSource } from '../../src/sources/environment.ts';
import { contextOf } from '../oauth/support.ts';
import { TestClock } from '../token/support.ts';
import { localProfile } from '../token/sources/support.ts';

const env: Record<string, string | undefined> = {
  API_TOKEN: ' from-the-environment\n',
  JSON_TOKEN: '{"token":"T","expires_in":60}',
  WORDS: 'two words',
  EMPTY: '  ',
  KEYTURN_TOKEN_OTHER: 'of another profile',
};
const clock = new TestClock();
const obtain = (variable: string | null) =>
  environmentSource(env, clock).obtain(localProfile('environment', { variable }), contextOf());

describe('a variable of the environment', () => {
  it('is the token', async () => {
    expect(await obtain('API_TOKEN')).toEqual({
      accessToken: 'from-the-environment',
      refreshToken: null,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: null,
    });
    expect(await obtain('JSON_TOKEN')).toMatchObject({ accessToken: 'T', expiresAtMs: clock.nowMs + 60_000 });
  });

  it('is read anew', async () => {
    env['CHANGING'] = 'first';
    expect((await obtain('CHANGING')).accessToken).toBe('first');
    env['CHANGING'] = 'second';
    expect((await obtain('CHANGING')).accessToken).toBe('second');
  });

  it.each<[string | null, string]>([
    ['NOT_SET', 'token_missing'],
    ['EMPTY', 'token_missing'],
    ['WORDS', 'token_invalid'],
    ['KEYTURN_TOKEN_OTHER', 'profile_invalid'],
    ['keyturn_client_secret_other', 'profile_invalid'],
    [null, 'profile_invalid'],
    ['', 'profile_invalid'],
  ])('%s fails with %s, and never says what it holds', async (variable, code) => {
    const error: unknown = await obtain(variable).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, hint: expect.any(String) as string });
    expect(String(error)).not.toMatch(/two words|another profile/);
  });
});
