import { describe, expect, it } from 'vitest';
import { referenceHover } from '../../src/editor/requests/language/referenceHover.ts';
import type { Exchange } from '../../src/httpfile/earlier/exchange.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { MINUTE, NOW } from './entries.ts';

const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const secret = 'token-of-the-login-0123456789';
const login: Exchange = {
  file: '/w/a.http',
  name: 'login',
  request: { headers: [], body: bytes({ user: 'ann', password: 'hunter2-hunter2', age: 7 }) },
  response: {
    status: 201,
    headers: [
      ['Content-Type', 'application/json'],
      ['X-Id', 'seven'],
      ['Set-Cookie', 'sid=cookie-value'],
    ],
    body: bytes({
      data: { token: secret, id: 12, list: [1, 2], long: 'x'.repeat(99), on: true, none: null },
    }),
  },
  origin: 'https://a.example',
  receivedAtMs: NOW - 3 * MINUTE,
  tokens: [{ value: secret, member: 'token', expiresAtMs: NOW + 47 * MINUTE }],
};
const text = '# @name login\nPOST https://a.example/login\n\n###\n# @name use\nGET https://a.example/\n';

function hover(
  expression: string,
  {
    exchange = login,
    line = 5,
    dialect = 'rest-client',
    importing = false,
  }: {
    exchange?: Exchange | null;
    line?: number;
    dialect?: 'rest-client' | 'httpyac';
    importing?: boolean;
  } = {},
) {
  const own = { file: '/w/a.http', tree: parseHttpFile(text, { dialect }) };
  const bare = { file: '/w/b.http', tree: parseHttpFile('GET https://a.example/\n', { dialect }) };
  return referenceHover(
    {
      expression,
      line,
      files: importing ? [bare, own] : [own],
      earlier: { exchange: (name) => (name === 'login' ? exchange : null), last: () => null },
    },
    { nowMs: NOW, mask: (shown) => shown.replaceAll('seven', '•••'), shownFile: (file) => file.slice(3) },
  );
}

describe('the hover over a reference to an earlier request', () => {
  it('says where the request stands, when it was answered, and when its token expires', async () => {
    const words = await hover('login.response.body.$.data.token');
    expect(words).toMatch(/^\*\*login\*\* · line 2\n\nAnswered 201, 3 min ago \\\(2026/);
    expect(words).toMatch(/`•••` · token, expires in 47 min/);
    expect(words).not.toContain(secret);
    expect(await hover('login.data.token', { dialect: 'httpyac' })).toBe(words);
  });

  it('says that an expired token is obtained again', async () => {
    const [token] = login.tokens;
    const expired = { ...login, tokens: [{ ...token!, expiresAtMs: NOW - MINUTE }] };
    const words = await hover('login.response.body.$.data.token', { exchange: expired });
    expect(words).toMatch(
      /token, expired 60 s ago.*: Keyturn sends the request again first|token, expired 1 min ago/,
    );
  });

  it('shows the type of a value, and a short value that is no secret, masked', async () => {
    const of = async (path: string) => (await hover(`login.response.${path}`))!.split('\n\n').at(-1);
    expect(await of('body.$.data.id')).toBe('`12` · number');
    expect(await of('body.$.data.on')).toBe('`true` · true or false');
    expect(await of('body.$.data.list')).toBe('list of 2');
    expect(await of('body.$.data.none')).toBe('null');
    expect(await of('body.$.data.long')).toBe(`\`${'x'.repeat(60)}…\` · text`);
    expect(await of('body.$.data.list[*]')).toBe('list');
    expect(await of('headers.X-Id')).toBe('`•••` · header');
    expect(await of('headers.Set-Cookie')).toBe('`•••` · header');
  });

  it('shows no object, whole body or password that holds a secret', async () => {
    const shown = async (path: string) => {
      const words = await hover(`login.${path}`);
      expect(words).not.toMatch(/token-of|hunter2/);
      return words!.split('\n\n').at(-1);
    };
    expect(await shown('response.body.$.data')).toMatch(/^object · token, expires in 47 min/);
    expect(await shown('response.body.*')).toMatch(/^text, \d+ B · token, expires in 47 min/);
    expect(await shown('request.body.*')).toMatch(/^text, \d+ B$/);
    expect(await shown('request.body.$.password')).toBe('`•••` · text');
    expect(await shown('request.body.$.age')).toBe('`7` · number');
  });

  it('says what stands at the deepest level where a part is missing, never a value', async () => {
    const words = await hover('login.response.body.$.data.tokn');
    expect(words).toContain('has nothing at');
    expect(words).toContain('has\\: token, id, list');
    expect(words).not.toContain(secret);
  });

  it('says that a request was not sent yet, and that it will be', async () => {
    const unsent = { exchange: null };
    expect(await hover('login.response.body.$.a', unsent)).toMatch(/yet: Keyturn sends it first\.$/);
    expect(await hover('login.response.body.$.a', { ...unsent, line: 1 })).toMatch(/session yet\.$/);
  });

  it('names the file of an imported request', async () => {
    expect(await hover('login.response.headers.X-Id', { importing: true, line: 0 })).toMatch(
      /^\*\*login\*\* · a\\\.http, line 2|^\*\*login\*\* · a\.http, line 2/,
    );
  });

  it('says nothing of other expressions', async () => {
    for (const other of ['host', 'nobody.response.body.$.a', 'login.name'])
      expect(await hover(other)).toBeNull();
  });
});
