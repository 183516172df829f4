import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../src/http/auth/challenges.ts';
import { tokenChallenges, wantsDpopNonce } from '../../src/oauth/challenge.ts';
import { cpuMs } from '../support/cpuTime.ts';

function plain(value: string): [string, Record<string, string>, string | null][] {
  return parseChallenges(value).map(({ scheme, params, token68 }) => [
    scheme,
    Object.fromEntries(params),
    token68,
  ]);
}

describe('parseChallenges', () => {
  test.each<[string, string, [string, Record<string, string>, string | null][]]>([
    ['one without parameters', 'Negotiate', [['Negotiate', {}, null]]],
    [
      'several in one field (the example of RFC 9110)',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['Basic', { realm: 'simple' }, null],
        ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }, null],
      ],
    ],
    [
      'token68 between others',
      'Negotiate YWJj/+==, Bearer error="invalid_token" , NTLM',
      [
        ['Negotiate', {}, 'YWJj/+=='],
        ['Bearer', { error: 'invalid_token' }, null],
        ['NTLM', {}, null],
      ],
    ],
    [
      'commas and equals signs in strings',
      'Bearer a="x, Basic y=\\"z\\"", b=c',
      [['Bearer', { a: 'x, Basic y="z"', b: 'c' }, null]],
    ],
    [
      'names in any case, the first of a repeated one',
      'Bearer REALM=a, realm=b',
      [['Bearer', { realm: 'a' }, null]],
    ],
    [
      'space around the equals sign',
      'Bearer realm = "a" , error= b',
      [['Bearer', { realm: 'a', error: 'b' }, null]],
    ],
    ['missing commas', 'Bearer realm="a" error="b"', [['Bearer', { realm: 'a', error: 'b' }, null]]],
    [
      'empty members',
      ',, Bearer ,, Basic,',
      [
        ['Bearer', {}, null],
        ['Basic', {}, null],
      ],
    ],
    [
      'an address without quotes',
      'Bearer resource_metadata=https://a.example/x?y=z',
      [['Bearer', { resource_metadata: 'https://a.example/x?y=z' }, null]],
    ],
    ['a string without an end', 'Bearer realm="abc', [['Bearer', { realm: 'abc' }, null]]],
    ['an escape at the end', 'Bearer realm="abc\\', [['Bearer', { realm: 'abc' }, null]]],
    ['an empty value', 'Bearer realm=""', [['Bearer', { realm: '' }, null]]],
    ['junk', '"? =(=), @ Basic realm="a"', [['Basic', { realm: 'a' }, null]]],
    [
      'a name such as __proto__',
      'Bearer __proto__=a',
      [['Bearer', Object.fromEntries([['__proto__', 'a']]), null]],
    ],
    ['nothing', '', []],
  ])('%s', (_title, value, expected) => {
    expect(plain(value)).toEqual(expected);
  });

  test('is linear on hostile values', () => {
    const values = [
      'Bearer '.repeat(9000),
      '='.repeat(65_000),
      'a='.repeat(30_000),
      `B ${'a'.repeat(65_000)} x`,
      ','.repeat(65_000),
      `B x="${'\\'.repeat(65_000)}`,
      '"'.repeat(65_000),
    ];
    const started = cpuMs();
    for (const value of values) parseChallenges(value);
    expect(cpuMs() - started).toBeLessThan(500);
  });
});

describe('tokenChallenges', () => {
  const read = (...values: string[]) =>
    tokenChallenges(values.map((value) => ['WWW-Authenticate', value] as const));

  test('RFC 6750: what is missing, the one with an error first', () => {
    expect(
      read(
        'DPoP algs="ES256"',
        'Basic realm="x", Bearer realm="api", error="insufficient_scope", error_description="More is needed", scope="reports:read reports:write"',
      ),
    ).toMatchObject([
      {
        scheme: 'bearer',
        realm: 'api',
        error: 'insufficient_scope',
        errorDescription: 'More is needed',
        scopes: ['reports:read', 'reports:write'],
      },
      { scheme: 'dpop', error: null, scopes: [] },
    ]);
  });

  test.each([['max_age=900'], ['max_age="900"']])('RFC 9470, %s', (maxAge) => {
    expect(
      read(`Bearer error="insufficient_user_authentication", acr_values="a b", ${maxAge}`)[0],
    ).toMatchObject({
      error: 'insufficient_user_authentication',
      acrValues: ['a', 'b'],
      maxAgeSeconds: 900,
    });
  });

  test.each([
    ['https://api.example.com/.well-known/oauth-protected-resource', true],
    ['http://127.0.0.1:7421/.well-known/oauth-protected-resource', true],
    ['http://api.example.com/.well-known/oauth-protected-resource', false],
    ['https://user:password@api.example.com/', false],
    ['javascript:alert(1)', false],
    ['not a url', false],
  ])('RFC 9728: %s', (url, allowed) => {
    expect(read(`Bearer resource_metadata="${url}"`)[0]?.resourceMetadata).toBe(allowed ? url : null);
  });

  test('RFC 9449: a nonce is wanted', () => {
    expect(wantsDpopNonce(read('DPoP error="use_dpop_nonce", algs="ES256"'))).toBe(true);
    expect(wantsDpopNonce(read('DPoP error="invalid_token"'))).toBe(false);
  });

  test('a line with an open quote does not swallow the next', () => {
    expect(read('Bearer realm="a', 'Bearer error="invalid_token"').map(({ error }) => error)).toEqual([
      'invalid_token',
      null,
    ]);
  });
});
