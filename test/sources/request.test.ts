import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { ProfileOptions } from '../../src/profile/profile.ts';
import { requestSource, type RequestAnswer, type RequestRun } from '../../src/sources/request.ts';
import type { GrantContext } from '../../src/token/grant.ts';
import { contextOf, failureOf } from '../oauth/support.ts';
import { localProfile } from '../token/sources/support.ts';
import { TestClock } from '../token/support.ts';

const LOGIN: Partial<ProfileOptions> = { request: 'auth.http#login', accessToken: '$.token' };
const REFRESHED: Partial<ProfileOptions> = {
  ...LOGIN,
  refreshToken: '$.refresh',
  refreshRequest: 'auth.http#refresh',
};

/** The answers by request: a status, or the values at the places of the answer. */
type Answers = Readonly<Record<string, number | Readonly<Record<string, unknown>>>>;

function answerOf(given: number | Readonly<Record<string, unknown>>): RequestAnswer {
  return {
    status: typeof given === 'number' ? given : 200,
    origin: 'https://id.example.com',
    value(place) {
      if (typeof given === 'object' && Object.hasOwn(given, place)) return Promise.resolve(given[place]);
      return Promise.reject(
        new KeyturnError(
          'variable_unknown',
          `The response of login (200) has nothing at ${place} (line 1).`,
          {
            hint: 'The body has: id, name.',
          },
        ),
      );
    },
  };
}

function obtain(options: Partial<ProfileOptions>, answers: Answers, context: Partial<GrantContext> = {}) {
  const sent: [string, RequestRun['refreshToken']][] = [];
  const registered: string[] = [];
  const clock = new TestClock();
  const source = requestSource({
    requests: {
      run(request, { refreshToken }) {
        sent.push([request, refreshToken]);
        return Promise.resolve(answerOf(answers[request] ?? 404));
      },
    },
    clock,
    register: (secret) => registered.push(secret),
  });
  const obtained = source.obtain(localProfile('request', options), contextOf(context));
  return { obtained, sent, registered, nowMs: clock.nowMs };
}

describe('the token in the answer of a login', () => {
  it('is read from a path, and known as a secret', async () => {
    const { obtained, sent, registered } = obtain(LOGIN, {
      'auth.http#login': { '$.token': 'secret-token' },
    });
    expect(await obtained).toEqual({
      accessToken: 'secret-token',
      refreshToken: null,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: null,
      receivers: ['https://id.example.com'],
    });
    expect(sent).toEqual([['auth.http#login', null]]);
    expect(registered).toEqual(['secret-token']);
  });

  it('is read from a header without its scheme', async () => {
    const options = { ...LOGIN, accessToken: 'header:Authorization' };
    const { obtained } = obtain(options, { 'auth.http#login': { 'header:Authorization': 'Bearer abcdef' } });
    expect((await obtained).accessToken).toBe('abcdef');
  });

  it.each<[string, 'expiresIn' | 'expiresAt', unknown, (nowMs: number) => number | null]>([
    ['seconds', 'expiresIn', 60, (nowMs) => nowMs + 60_000],
    ['seconds in a string', 'expiresIn', '60', (nowMs) => nowMs + 60_000],
    ['nothing', 'expiresIn', null, () => null],
    ['never', 'expiresIn', 0, () => null],
    ['seconds since 1970', 'expiresAt', 1_900_000_000, () => 1_900_000_000_000],
    ['milliseconds since 1970', 'expiresAt', 1_900_000_000_000, () => 1_900_000_000_000],
    ['a date', 'expiresAt', '2030-01-02T03:04:05Z', () => Date.UTC(2030, 0, 2, 3, 4, 5)],
  ])('expires as the answer says: %s', async (_words, name, value, expected) => {
    const options = { ...LOGIN, [name]: '$.end' };
    const answer = { '$.token': 'secret-token', '$.end': value };
    const { obtained, nowMs } = obtain(options, { 'auth.http#login': answer });
    expect((await obtained).expiresAtMs).toBe(expected(nowMs));
  });

  it.each<[string, Partial<ProfileOptions>, Readonly<Record<string, unknown>>, RegExp]>([
    ['no value', LOGIN, {}, /nothing at \$\.token/],
    ['null', LOGIN, { '$.token': null }, /no token at \$\.token/],
    ['an object', LOGIN, { '$.token': { value: 'hunter2' } }, /no token at \$\.token/],
    ['a line break', LOGIN, { '$.token': 'hunter2\nhunter2' }, /no token at \$\.token/],
    ['no expiry', { ...LOGIN, expiresIn: '$.end' }, { '$.token': 'hunter2' }, /nothing at \$\.end/],
    [
      'an expiry in words',
      { ...LOGIN, expiresIn: '$.end' },
      { '$.token': 'hunter2', '$.end': 'hunter2' },
      /no number/,
    ],
    [
      'a date in words',
      { ...LOGIN, expiresAt: '$.end' },
      { '$.token': 'hunter2', '$.end': 'hunter2' },
      /no time/,
    ],
    ['no refresh token', REFRESHED, { '$.token': 'hunter2' }, /nothing at \$\.refresh/],
  ])(
    'is not taken where the answer has %s, and the message says no value',
    async (_words, options, answer, words) => {
      const error = await failureOf(obtain(options, { 'auth.http#login': answer }).obtained);
      expect(error).toMatchObject({ code: 'token_response_invalid', hint: expect.any(String) as string });
      expect(error.message).toMatch(words);
      expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
    },
  );

  it.each([
    [401, 'access_denied'],
    [422, 'access_denied'],
    [429, 'token_endpoint_failed'],
    [500, 'token_endpoint_failed'],
  ])('is not there after %i', async (status, code) => {
    const error = await failureOf(obtain(LOGIN, { 'auth.http#login': status }).obtained);
    expect(error).toMatchObject({ code, data: { token: 'local', status } });
  });
});

describe('a refresh by a request', () => {
  const held = { refreshToken: 'held-refresh', receivers: ['https://id.example.com'] };

  it('sends the stored refresh token where it came from, and keeps the new one', async () => {
    const answer = { '$.token': 'next-token', '$.refresh': 'next-refresh' };
    const { obtained, sent, registered } = obtain(REFRESHED, { 'auth.http#refresh': answer }, held);
    expect(await obtained).toMatchObject({ accessToken: 'next-token', refreshToken: 'next-refresh' });
    expect(sent).toEqual([
      ['auth.http#refresh', { value: 'held-refresh', origins: ['https://id.example.com'] }],
    ]);
    expect(registered).toEqual(['next-refresh', 'next-token']);
  });

  it('keeps the refresh token where the answer brings none', async () => {
    const { obtained } = obtain(REFRESHED, { 'auth.http#refresh': { '$.token': 'next-token' } }, held);
    expect(await obtained).toMatchObject({ accessToken: 'next-token', refreshToken: null });
  });

  it('logs in where the refresh token is refused', async () => {
    const answers = {
      'auth.http#refresh': 401,
      'auth.http#login': { '$.token': 'new-token', '$.refresh': 'r-2' },
    };
    const { obtained, sent } = obtain(REFRESHED, answers, held);
    expect(await obtained).toMatchObject({ accessToken: 'new-token', refreshToken: 'r-2' });
    expect(sent.map(([request]) => request)).toEqual(['auth.http#refresh', 'auth.http#login']);
  });

  it('does not log in where the server is in trouble', async () => {
    const { obtained, sent } = obtain(REFRESHED, { 'auth.http#refresh': 503 }, held);
    expect(await failureOf(obtained)).toMatchObject({ code: 'token_endpoint_failed' });
    expect(sent).toHaveLength(1);
  });

  it('stores a new refresh token though no access token comes with it', async () => {
    const rotated: string[] = [];
    const context = {
      ...held,
      rotated: (refreshToken: string) => {
        rotated.push(refreshToken);
        return Promise.resolve();
      },
    };
    const { obtained } = obtain(REFRESHED, { 'auth.http#refresh': { '$.refresh': 'next-refresh' } }, context);
    expect(await failureOf(obtained)).toMatchObject({ code: 'token_response_invalid' });
    expect(rotated).toEqual(['next-refresh']);
  });

  it('logs in when the person asks for a new login', async () => {
    const reauthenticate = { scope: null, acrValues: null, maxAge: null };
    const answer = { '$.token': 'new-token', '$.refresh': 'r-2' };
    const { sent, obtained } = obtain(REFRESHED, { 'auth.http#login': answer }, { ...held, reauthenticate });
    await obtained;
    expect(sent).toEqual([['auth.http#login', null]]);
  });
});
