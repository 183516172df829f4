import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/httpfile/earlier/reference.ts';

const known = (name: string) => name === 'login';
const read = (expression: string, dialect: 'rest-client' | 'httpyac' = 'rest-client') =>
  parseReference(expression, dialect, known);
const body = (path: string, kind: 'jsonpath' | 'xpath' = 'jsonpath') => ({
  name: 'login',
  message: 'response',
  part: { kind: 'body', query: { kind, path } },
});

describe('a reference to an earlier request', () => {
  it.each([
    ['login.response.body.$.a.b', body('$.a.b')],
    ['login.response.body.a.b', body('$.a.b')],
    ['login.response.body[0].id', body('$[0].id')],
    ["login.response.body.$['a b']", body("$['a b']")],
    ['login.response.body.//user/@id', body('//user/@id', 'xpath')],
    ['login.response.body./user', body('/user', 'xpath')],
  ])('%s', (expression, reference) => {
    expect(read(expression)).toEqual(reference);
  });

  it.each(['login.response.body', 'login.response.body.*'])('%s is the whole text', (expression) => {
    expect(read(expression)?.part).toEqual({ kind: 'body', query: { kind: 'all' } });
  });

  it('reads the body and the headers of the request too', () => {
    expect(read('login.request.body.$.user')).toMatchObject({ message: 'request' });
    expect(read('login.request.headers.Content-Type')).toEqual({
      name: 'login',
      message: 'request',
      part: { kind: 'header', header: 'Content-Type' },
    });
  });

  it.each([
    'login.response.headers.X-Id',
    "login.response.headers['X-Id']",
    'login.response.headers["X-Id"]',
  ])('%s', (expression) => {
    expect(read(expression)?.part).toEqual({ kind: 'header', header: 'X-Id' });
  });

  it.each([
    'login',
    'login.token',
    'login.response',
    'login.response.cookies.a',
    'login.response.headers',
    'a b.response.body',
  ])('%s is none in the dialect of REST Client', (expression) => {
    expect(read(expression)).toBeNull();
  });

  it.each([
    ['login.token', "$['token']"],
    ['login.a[0]["b c"].d', "$['a'][0]['b c']['d']"],
    ["login['it\\'s']", null],
    ['loginResponse.parsedBody.a', "$['a']"],
  ])('%s in the dialect of httpyac', (expression, path) => {
    expect(read(expression, 'httpyac')).toEqual(path === null ? null : body(path));
  });

  it('reads status and headers in the dialect of httpyac', () => {
    expect(read('loginResponse.statusCode', 'httpyac')?.part).toEqual({ kind: 'status' });
    expect(read('loginResponse.headers["x-id"]', 'httpyac')?.part).toEqual({
      kind: 'header',
      header: 'x-id',
    });
  });

  it.each(['other.token', 'login.token + 1', 'login.token()', 'login.a.map(x => x)'])(
    '%s is none in the dialect of httpyac',
    (expression) => {
      expect(read(expression, 'httpyac')).toBeNull();
    },
  );
});
