import { describe, expect, it } from 'vitest';
import { bodyCredentials } from '../../src/run/bodyCredentials.ts';

function found(type: string, body: string | Uint8Array): string[] {
  return bodyCredentials(type, typeof body === 'string' ? Buffer.from(body) : body).sort();
}

const multipart = [
  '--b',
  'Content-Disposition: form-data; name="password"',
  '',
  'of a part',
  '--b',
  'content-type: application/json',
  "content-disposition: form-data; filename=x.json; name='meta'",
  '',
  '{"apiKey":"in a part"}',
  '--b',
  'Content-Disposition: form-data; name="avatar"; filename="a.png"',
  'Content-Type: image/png',
  '',
  '\x89PNG\r\n\x1a\n password=none',
  '--b--',
  '',
].join('\r\n');

describe('credentials of a body', () => {
  it.each([
    ['a member', '{"user":"zoe","password":"one","apiKey":"two","n":1}', ['one', 'two']],
    ['a nested member', '[{"a":{"client_secret":"one"}}]', ['one']],
    ['a list', '{"tokens":["one","two"]}', ['one', 'two']],
    ['an object of a credential', '{"password":{"value":"one","hash":"sha1"}}', ['one']],
    ['a typed credential', '{"credentials":[{"type":"password","value":"one"}]}', ['one']],
    ['a named value', '{"headers":[{"name":"X-Api-Key","value":"one"}]}', ['one']],
    ['a number', '{"otp":123456,"max_tokens":100000}', ['123456']],
    ['JSON in a text', '{"payload":"{\\"secret\\":\\"one\\"}"}', ['one']],
    ['a URL in a text', '{"next":"https://a.example/?token=one"}', ['one']],
    [
      'GraphQL',
      '{"query":"mutation { a(password: \\"one\\") }","variables":{"token":"two"}}',
      ['one', 'two'],
    ],
    ['JSON that is not valid', '{"password":"one",}', ['one']],
    ['lines of JSON', '{"password":"one"}\n{"password":"two"}', ['one', 'two']],
    ['XML', '<a><Password>one</Password></a>', ['one']],
    ['entries and kinds', '{"key":"theme","auth":"basic","session":"spring"}', []],
  ])('%s, whatever the Content-Type', (_name, body, values) => {
    for (const type of [
      'application/json',
      'application/vnd.api+json; charset=utf-8',
      'text/plain',
      '',
      'x/y',
    ])
      expect(found(type, body), type).toEqual(values);
  });

  it('of a form, and of JSON in one', () => {
    const body = 'client_secret=a%20b&page=2&payload=%7B%22password%22%3A%22one%22%7D';
    expect(found('application/x-www-form-urlencoded', body)).toEqual(['a b', 'a%20b', 'one']);
    expect(found('', body)).toContain('a b');
  });

  it('of the parts of a form', () => {
    const values = ['in a part', 'of a part'];
    expect(found('multipart/form-data; boundary=b', Buffer.from(multipart, 'latin1'))).toEqual(values);
    expect(found('Multipart/Form-Data; boundary="b"', Buffer.from(multipart, 'latin1'))).toEqual(values);
  });

  it('in another charset', () => {
    const body = Buffer.from('{"password":"ünö"}', 'utf16le');
    expect(found('application/json; charset=utf-16le', body)).toEqual(['ünö']);
  });

  it('none of bytes that are no text, and of deep or long bodies only so much as is read in a moment', () => {
    expect(found('image/png', '{"password":"one"}\0')).toEqual([]);
    expect(found('application/json', `${'['.repeat(200_000)}{"password":"one"}`)).toEqual(['one']);
    expect(found('application/json', `{"password":"one"${' '.repeat(600_000)}}`)).toEqual([]);
    const many = Array.from({ length: 5000 }, (_, at) => ({ token: `t${at}` }));
    expect(found('application/json', JSON.stringify(many))).toHaveLength(1000);
  });
});
