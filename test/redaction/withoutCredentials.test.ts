import { describe, expect, it } from 'vitest';
import { withoutCredentials, withoutLiterals } from '../../src/redaction/withoutCredentials.ts';
import { cpuMs } from '../support/cpuTime.ts';

const key = 'q7Rk2Wm9Zt4Bx1Lp';

describe('what is quoted from a file', () => {
  it.each([
    ['https://ada:hunter2@api.example.com/x', 'https://ada:•••@api.example.com/x'],
    [
      'see "https://api.example.com/?api_key=hunter2&page=2"',
      'see "https://api.example.com/?api_key=•••&page=2"',
    ],
    ['(@password=hunter2)', '(@password=•••)'],
    ['body.token == hunter2', 'body.token == •••'],
    ['{"client_secret": "hunter2", "a": 1}', '{"client_secret": "•••", "a": 1}'],
    ['authorization: Bearer hunter2', 'authorization: Bearer •••'],
    ['sends Basic YWRhOmh1bnRlcjI=', 'sends Basic •••'],
    ['tool --password hunter2 --verbose', 'tool --password ••• --verbose'],
    ["tool --api-key 'hunter2' -x", "tool --api-key '•••' -x"],
    [`the key is ${key}.`, 'the key is •••.'],
    ['ghp_1a2B3c4D5e6F7g8H9i0J', '•••'],
    ['0f3e9a7c5b1d2e4f6a8b', '•••'],
    ['/users/550e8400-e29b-41d4-a716-446655440000', '/users/•••'],
  ])('%s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  it.each([
    'Status is 200',
    'the token is valid for 15 minutes',
    'Basic authentication works',
    'createInvoiceForCustomer2',
    '../shared/scripts/check-login.v2.js',
    'body.token == {{expected}}',
    'https://api.example.com/v1/customers?page=2',
    'token_type: bearer',
    'a'.repeat(200),
  ])('leaves %s', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  it('takes time in proportion to the text', () => {
    for (const piece of [
      'token=',
      '"token": ',
      'a.',
      '--pass ',
      '`',
      '\\',
      'x'.repeat(50) + ' ',
      '{{',
      'a:',
    ]) {
      const text = piece.repeat(50_000 / piece.length);
      const begun = cpuMs();
      withoutCredentials(text);
      withoutLiterals(text.slice(0, 10_000));
      expect({ piece, tooLong: cpuMs() - begun > 2_000 }).toEqual({ piece, tooLong: false });
    }
  });
});

describe('code', () => {
  it.each([
    ['btoa("ada:hunter2")', 'btoa("•••")'],
    ["'Bearer ' + `hunter2`", "'•••' + `•••`"],
    ['sign("a \\" hunter2", body)', 'sign("•••", body)'],
    ['auth("hunter2', 'auth("•••"'],
    ['user.name', 'user.name'],
  ])('%s is shown without its texts', (code, shown) => {
    expect(withoutLiterals(code)).toBe(shown);
  });
});
