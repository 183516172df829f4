import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/httpfile/earlier/exchange.ts';
import { suggestReferences } from '../../../src/httpfile/earlier/suggest.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';

const text = '# @name login\nPOST https://a.example/login\n\n###\n# @name other\nGET https://a.example/\n';
const body = { data: { token: 'secret-value', 'a b': 1, list: [{ id: 1 }], on: true, none: null }, count: 2 };

const login: Exchange = {
  file: '/w/a.http',
  name: 'login',
  request: { headers: [['X-Sent', '1']], body: new TextEncoder().encode('{"user":"ann"}') },
  response: {
    status: 200,
    headers: [
      ['Content-Type', 'application/json'],
      ['X-Id', '7'],
    ],
    body: new TextEncoder().encode(JSON.stringify(body)),
  },
  origin: 'https://a.example',
  receivedAtMs: 0,
  tokens: [],
};

function suggested(typed: string, dialect: 'rest-client' | 'httpyac' = 'rest-client') {
  const tree = parseHttpFile(text, { dialect });
  const exchange = (name: string) => (name === 'login' ? login : null);
  return suggestReferences(typed, tree, { exchange, last: () => null }).map(
    ({ text, kind, goesOn }) => `${text} ${kind}${goesOn ? '…' : ''}`,
  );
}

describe('what may follow in a reference', () => {
  it('begins with the names of requests', () => {
    expect(suggested('lo')).toEqual(['login. request…', 'other. request…']);
  });

  it('goes on with the parts of a request', () => {
    expect(suggested('login.')).toEqual(['login.response. part…', 'login.request. part…']);
    expect(suggested('login.response.bo')).toEqual([
      'login.response.body.$. part…',
      'login.response.body.* part',
      'login.response.headers. part…',
    ]);
  });

  it('has the headers of the last answer', () => {
    expect(suggested('login.response.headers.')).toEqual([
      'login.response.headers.Content-Type header',
      'login.response.headers.X-Id header',
    ]);
    expect(suggested('login.request.headers.X')).toEqual(['login.request.headers.X-Sent header']);
  });

  it('has the members of the last answer with their types, never values', () => {
    expect(suggested('login.response.body.$.')).toEqual([
      'login.response.body.$.data object…',
      'login.response.body.$.count number',
    ]);
    const members = suggested('login.response.body.$.data.to');
    expect(members).toEqual([
      'login.response.body.$.data.token string',
      "login.response.body.$.data['a b'] number",
      'login.response.body.$.data.list list…',
      'login.response.body.$.data.on boolean',
      'login.response.body.$.data.none null',
    ]);
    expect(members.join()).not.toContain('secret-value');
    expect(suggested('login.response.body.$.data.list')).toHaveLength(5);
    expect(suggested('login.response.body.$.data.list.')).toEqual([
      'login.response.body.$.data.list[0] object…',
    ]);
    expect(suggested('login.response.body.$.data.list[0].')).toEqual([
      'login.response.body.$.data.list[0].id number',
    ]);
    expect(suggested('login.response.body.da')).toEqual([
      'login.response.body.data object…',
      'login.response.body.count number',
    ]);
  });

  it('has members of the answer in files of httpyac', () => {
    expect(suggested('login.data.', 'httpyac')).toContain('login.data.token string');
    expect(suggested('login.', 'httpyac')).toContain('login.response. part…');
  });

  it('has nothing where the request was not answered, or the path leads nowhere', () => {
    expect(suggested('other.response.body.$.')).toEqual([]);
    expect(suggested('login.response.body.$.none.')).toEqual([]);
    expect(suggested('login.response.body.$.count.')).toEqual([]);
  });
});
