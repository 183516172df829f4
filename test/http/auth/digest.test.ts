import { describe, expect, it, test } from 'vitest';
import { digestAuthorization, digestChallenge, nextNonce } from '../../../src/http/auth/digest.ts';
import { parseChallenges } from '../../../src/http/auth/challenges.ts';

const answer = (
  challenge: string,
  [user, password]: [string, string],
  message: { method?: string; target: string; body?: string },
  use: { count?: number; cnonce: string; sessionNonce?: string },
) => {
  const read = digestChallenge([['WWW-Authenticate', challenge]]);
  if (read === null) throw new Error('not a challenge');
  const { method = 'GET', target, body } = message;
  return digestAuthorization(
    read,
    { scheme: 'digest', user, password },
    { method, target, body: body === undefined ? null : Buffer.from(body) },
    { count: 1, sessionNonce: read.nonce, ...use },
  );
};
const paramsOf = (value: string) => Object.fromEntries(parseChallenges(value)[0]?.params ?? []);

describe('the examples of the RFCs', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616 section 3.9.1, %s', (algorithm, response) => {
    const challenge = `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`;
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    const value = answer(challenge, ['Mufasa', 'Circle of Life'], { target: '/dir/index.html' }, { cnonce });
    expect(value).toBe(
      `Digest username="Mufasa", realm="http-auth@example.org", nonce="${nonce}", uri="/dir/index.html", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}", opaque="${opaque}"`,
    );
  });

  test('RFC 7616 section 3.9.2 with its erratum 4897, SHA-512-256 with a hashed user name in UTF-8', () => {
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
    const value = answer(
      challenge,
      ['J\u00e4s\u00f8n Doe', 'Secret, or not?'],
      { target: '/doe.json' },
      { cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v' },
    );
    expect(paramsOf(value)).toMatchObject({
      username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
      response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
      userhash: 'true',
    });
  });

  test('RFC 2617 section 3.5', () => {
    const value = answer(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      ['Mufasa', 'Circle Of Life'],
      { target: '/dir/index.html' },
      { cnonce: '0a4f113b' },
    );
    expect(paramsOf(value)['response']).toBe('6629fae49393a05397450978507c4ef1');
    expect(value).not.toContain('algorithm');
  });

  test('RFC 2069: a server that knows no qop gets neither count nor cnonce', () => {
    const value = answer(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
      ['Mufasa', 'Circle Of Life'],
      { target: '/dir/index.html' },
      { cnonce: '0a4f113b' },
    );
    expect(paramsOf(value)['response']).toBe('670fd8c2df070c60b045671b8b24ff02');
    expect(value).not.toMatch(/qop|nc=|cnonce/);
  });
});

describe('a challenge', () => {
  const chosen = (...values: string[]) => digestChallenge(values.map((value) => ['WWW-Authenticate', value]));

  it('is the first that can be answered', () => {
    const challenge = chosen(
      'Basic realm="a", Digest realm="b", nonce="1", algorithm=SHA-1',
      'Negotiate, Digest realm="c", nonce="2", algorithm="sha-256-SESS", qop="auth-int", stale=true',
      'Digest realm="d", nonce="3"',
    );
    expect(challenge).toMatchObject({ realm: 'c', hash: 'sha256', isSession: true, qop: 'auth-int' });
  });

  test.each([
    'Digest realm="a"',
    'Digest nonce="a"',
    'Digest realm="a", nonce="b", qop="auth-conf"',
    'Digest realm="a", nonce="b", algorithm=toString',
    'Basic realm="a", nonce="b"',
    'Digest',
    '',
  ])('that cannot be answered is none: %s', (value) => {
    expect(chosen(value)).toBeNull();
  });

  it('is quoted as it came, and no part of it can end the quotes', () => {
    const value = answer(
      'Digest realm="a\\"b\\\\", nonce="n", qop="auth"',
      ['e"v\\e', 'x'],
      { target: '/' },
      { cnonce: 'c' },
    );
    expect(paramsOf(value)).toMatchObject({ username: 'e"v\\e', realm: 'a"b\\', nonce: 'n' });
  });

  it('says how a user name beyond ASCII is sent', () => {
    const sent = (charset: string) =>
      answer(
        `Digest realm="a", nonce="n"${charset}`,
        ['Zo\u00eb (1)', 'x'],
        { target: '/' },
        { cnonce: 'c' },
      );
    expect(sent(', charset="UTF-8"')).toContain("username*=UTF-8''Zo%C3%AB%20%281%29");
    expect(Buffer.from(sent(''), 'latin1').toString('utf8')).toContain('username="Zo\u00eb (1)"');
  });
});

test('the next nonce stands in Authentication-Info', () => {
  expect(nextNonce([['authentication-info', 'rspauth="x", nextnonce="n2", qop=auth']])).toBe('n2');
  expect(nextNonce([['Authentication-Info', 'rspauth="x"']])).toBeNull();
});
