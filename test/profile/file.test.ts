import { describe, expect, it } from 'vitest';
import { noOptions } from '../../src/profile/profile.ts';
import { findProfile, findProfileFile, parseProfileFile, resolveProfile } from '../../src/profile/file.ts';
import type { ProfileFile } from '../../src/profile/declared.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { cpuMs } from '../support/cpuTime.ts';

const read = (text: string) => parseProfileFile(text, 'keyturn.json');
const readProfile = (profile: unknown, name = 'viewer') =>
  read(JSON.stringify({ tokens: { [name]: profile } }));
const codes = (file: ProfileFile) => file.problems.map(({ code, severity }) => `${severity} ${code}`);
const names = (file: ProfileFile) => file.profiles.map(({ name }) => name);

/** The text a problem points at. */
function marked(text: string, file: ProfileFile, index = 0): string {
  const { start, end } = file.problems[index]!.span;
  const lines = text.split('\n');
  if (start.line === end.line) return lines[start.line]!.slice(start.column, end.column);
  return `${lines[start.line]!.slice(start.column)}…`;
}

const STATIC = { grant: 'static', origins: ['https://api.example.com'] };
const CLIENT = {
  grant: 'client_credentials',
  issuer: 'https://id.example.com',
  clientId: 'viewer',
  origins: ['https://api.example.com'],
};

describe('parseProfileFile', () => {
  it('reads profiles, with comments and trailing commas', () => {
    const text = `\uFEFF// profiles
{
  "$schema": "./keyturn.schema.json",
  "tokens": {
    "viewer": {
      "grant": "client_credentials", /* a server's own */
      "issuer": "https://id.example.com",
      "clientId": "viewer",
      "clientAuthentication": "client_secret_post",
      "scope": "reports:read",
      "audience": "https://api.example.com",
      "resource": "https://api.example.com/v1",
      "origins": ["https://api.example.com",],
    },
    "legacy": { "grant": "static", "sendAs": { "header": "X-API-Key" }, "origins": ["https://*.example.com"] },
  },
}`;
    const file = parseProfileFile(text, 'file:///w/keyturn.json');
    expect(file.problems).toEqual([]);
    expect(file.profiles).toEqual([
      {
        name: 'viewer',
        grant: 'client_credentials',
        origins: ['https://api.example.com'],
        sendAs: { scheme: 'Bearer' },
        issuer: 'https://id.example.com',
        tokenEndpoint: null,
        clientId: 'viewer',
        clientAuthentication: 'client_secret_post',
        scope: 'reports:read',
        audience: 'https://api.example.com',
        resource: 'https://api.example.com/v1',
        options: noOptions,
        declaredIn: 'file:///w/keyturn.json',
        span: { start: { line: 4, column: 4 }, end: { line: 4, column: 12 } },
      },
      expect.objectContaining({
        name: 'legacy',
        sendAs: { header: 'X-API-Key' },
        clientAuthentication: 'client_secret_basic',
      }),
    ]);
  });

  it('reads an empty file, and one without tokens', () => {
    for (const text of ['', '{}', '// nothing yet', '{ "tokens": {} }']) {
      expect(read(text)).toEqual({ location: 'keyturn.json', profiles: [], problems: [] });
    }
  });

  it.each([
    ['no object', '[]', 'type_invalid'],
    ['tokens is a list', '{"tokens": []}', 'type_invalid'],
    ['a profile is a string', '{"tokens": {"a": "ghp_secret"}}', 'type_invalid'],
    ['a number', '12', 'type_invalid'],
  ])('reports %s', (_name, text, code) => {
    const file = read(text);
    expect(codes(file)).toEqual([`error ${code}`]);
    expect(file.problems[0]!.message).not.toContain('ghp_secret');
  });

  it.each<[string, object, string]>([
    ['a number where a string belongs', { ...CLIENT, clientId: 12 }, 'error type_invalid'],
    ['a number among the origins', { ...STATIC, origins: [1] }, 'error type_invalid'],
    ['origins as a string', { ...STATIC, origins: 'https://api.example.com' }, 'error type_invalid'],
    ['null for a string', { ...CLIENT, scope: null }, 'error type_invalid'],
    ['an unknown property', { ...STATIC, color: 'red' }, 'warning property_unknown'],
    ['no origins', { grant: 'static' }, 'error origins_missing'],
    ['an empty list of origins', { ...STATIC, origins: [] }, 'error origins_missing'],
    ['an asterisk as origin', { ...STATIC, origins: ['*'] }, 'error origin_too_wide'],
    ['a wildcard over a whole domain', { ...STATIC, origins: ['https://*.com'] }, 'error origin_too_wide'],
    ['http for another host', { ...STATIC, origins: ['http://api.example.com'] }, 'error insecure_origin'],
    ['an origin with a path', { ...STATIC, origins: ['https://api.example.com/v1'] }, 'error origin_invalid'],
    ['no grant', { origins: STATIC.origins }, 'error property_missing'],
    ['an unknown grant', { ...STATIC, grant: 'implicit' }, 'error value_invalid'],
    ['no client id', { ...CLIENT, clientId: undefined }, 'error property_missing'],
    ['an empty client id', { ...CLIENT, clientId: '' }, 'error property_missing'],
    ['no issuer', { ...CLIENT, issuer: undefined }, 'error property_missing'],
    ['http for an issuer', { ...CLIENT, issuer: 'http://id.example.com' }, 'error insecure_origin'],
    [
      'http for a token endpoint',
      { ...CLIENT, tokenEndpoint: 'http://id.example.com/t' },
      'error insecure_origin',
    ],
    [
      'a password in an endpoint',
      { ...CLIENT, tokenEndpoint: 'https://u:hunter2@id.example.com/t' },
      'error secret_in_file',
    ],
    ['an endpoint that is no URL', { ...CLIENT, tokenEndpoint: '/token' }, 'error value_invalid'],
    [
      'a resource with a fragment',
      { ...CLIENT, resource: 'https://api.example.com/#a' },
      'error value_invalid',
    ],
    ['an unknown client authentication', { ...CLIENT, clientAuthentication: 'magic' }, 'error value_invalid'],
    ['a client secret', { ...CLIENT, clientSecret: 'hunter2' }, 'error secret_in_file'],
    ['a client secret, spelled otherwise', { ...CLIENT, client_secret: 'hunter2' }, 'error secret_in_file'],
    ['a token', { ...STATIC, token: 'hunter2' }, 'error secret_in_file'],
    ['a password', { ...STATIC, password: 'hunter2' }, 'error secret_in_file'],
    ['a scope of a static token', { ...STATIC, scope: 'reports:read' }, 'warning property_unused'],
    ['two ways to send', { ...STATIC, sendAs: { header: 'A', query: 'b' } }, 'error type_invalid'],
    ['a header that is none', { ...STATIC, sendAs: { header: 'X Key' } }, 'error value_invalid'],
    [
      'a header that frames the request',
      { ...STATIC, sendAs: { header: 'content-length' } },
      'error value_invalid',
    ],
    ['a scheme of two words', { ...STATIC, sendAs: { scheme: 'Bearer x' } }, 'error value_invalid'],
    [
      'a user name with a colon',
      { ...STATIC, sendAs: { basic: { username: 'a:b' } } },
      'error value_invalid',
    ],
  ])('reports %s', (_name, profile, expected) => {
    const file = readProfile(profile);
    expect(codes(file)).toEqual([expected]);
    expect(names(file)).toEqual(expected.startsWith('warning') ? ['viewer'] : []);
    expect(file.problems[0]!.message).not.toContain('hunter2');
    expect(file.problems[0]!.profileName).toBe('viewer');
  });

  it('takes every way to send', () => {
    for (const sendAs of [
      { scheme: 'Token' },
      { header: 'X-API-Key' },
      { query: 'api_key' },
      { basic: { username: 'x' } },
      { basic: {} },
    ]) {
      const file = readProfile({ ...STATIC, sendAs });
      expect(file.problems).toEqual([]);
      expect(file.profiles[0]!.sendAs).toEqual(sendAs);
    }
  });

  it('points at what is wrong', () => {
    const text = `{ "tokens": {
  "a": { "grant": "static",
    "origins": ["https://ok.example", "http://bad.example"] },
  "b": { "grant": "static", "colour": 1, "origins": ["https://ok.example"] },
  "c": { "grant": 7, "origins": [] },
  "d": { "grant": "static" }
} }`;
    const file = read(text);
    expect(file.problems.map((_, index) => marked(text, file, index))).toEqual([
      '"http://bad.example"',
      '"colour"',
      '7',
      '"d"',
    ]);
    expect(file.problems[0]!.span.start).toEqual({ line: 2, column: 38 });
    expect(names(file)).toEqual(['b']);
  });

  it('uses neither of two profiles of one name', () => {
    const text = '{"tokens": {"a": {"grant": "static", "origins": ["https://a.example"]}, "a": {}, "b": 1}}';
    const file = read(text);
    expect(codes(file)).toEqual(['error name_duplicate', 'error type_invalid']);
    expect(names(file)).toEqual([]);
    expect(() => findProfile(file, 'a')).toThrow(expect.objectContaining({ code: 'profile_invalid' }));
  });

  it('refuses a property that stands twice', () => {
    const file = read(
      '{"tokens": {"a": {"grant": "static", "origins": ["https://a.example"], "origins": ["https://b.example"]}}}',
    );
    expect(codes(file)).toEqual(['error property_duplicate']);
  });

  it.each(['', 'two words', 'a{{b}}', 'a"b', 'x'.repeat(101)])('refuses the name %j', (name) => {
    expect(codes(readProfile(STATIC, name))).toEqual(['error name_invalid']);
  });

  it('keeps the profiles before a syntax error', () => {
    const text = `{ "tokens": {
  "good": { "grant": "static", "origins": ["https://a.example"] },
  "cut": { "grant": "static", "origins": ["https://b.example" }
  "after": { "grant": "static", "origins": ["https://c.example"] }
} }`;
    const file = read(text);
    expect(names(file)).toEqual(['good']);
    expect(file.problems[0]).toMatchObject({
      code: 'json_invalid',
      severity: 'error',
      span: { start: { line: 2 } },
    });
    expect(() => findProfile(file, 'cut')).toThrow(expect.objectContaining({ code: 'profile_invalid' }));
    expect(() => findProfile(file, 'after')).toThrow(
      expect.objectContaining({ code: 'profile_unknown', hint: expect.stringContaining('line 3') as string }),
    );
    expect(findProfile(file, 'good').name).toBe('good');
  });

  it.each([
    '{',
    '{"tokens": {"a"',
    '{"tokens": {"a":',
    '{"a" "b"}',
    '"',
    '/*',
    '{"tokens": {"a": {"grant": "sta',
    'nul',
  ])('survives %j', (text) => {
    const file = read(text);
    expect(file.profiles).toEqual([]);
    expect(file.problems[0]).toMatchObject({ code: 'json_invalid', severity: 'error' });
  });

  it('survives nesting, size and a prototype', () => {
    expect(codes(read('['.repeat(100_000)))).toEqual(['error json_invalid']);
    expect(codes(read('{"a":'.repeat(100_000)))).toEqual(['error json_invalid']);
    expect(codes(read(' '.repeat(5_000_000)))).toEqual(['error file_too_large']);
    const file = read(
      '{"tokens": {"a": {"grant": "static", "__proto__": {"origins": ["https://evil.example"]}}}}',
    );
    expect(names(file)).toEqual([]);
    expect(codes(file)).toContain('error origins_missing');
  });

  it('leaves strings with variables for later', () => {
    const file = readProfile({ ...CLIENT, issuer: '{{issuer}}', origins: ['{{api}}', 'http://{{host}}'] });
    expect(file.problems).toEqual([]);
  });

  it('reads 2,000 profiles in linear time', () => {
    const profiles = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`p${i}`, CLIENT]));
    const start = cpuMs();
    expect(read(JSON.stringify({ tokens: profiles }, null, 2)).profiles).toHaveLength(2000);
    expect(cpuMs() - start).toBeLessThan(2000);
  });
});

describe('findProfile', () => {
  it('says that a name is unknown, and whether the file has a syntax error', () => {
    expect(() => findProfile(read('{}'), 'x')).toThrow(expect.objectContaining({ code: 'profile_unknown' }));
    expect(() => findProfile(read('{"tokens": '), 'x')).toThrow(
      expect.objectContaining({ code: 'profile_unknown', hint: expect.stringContaining('line 1') as string }),
    );
  });
});

describe('resolveProfile', () => {
  const declared = (profile: object) => {
    const file = readProfile(profile);
    expect(file.problems).toEqual([]);
    return file.profiles[0]!;
  };
  const resolve = (profile: object, variables: Record<string, string>) =>
    resolveProfile(declared(profile), (name) => variables[name]);
  const invalid = (message: string) =>
    expect.objectContaining({
      code: 'profile_invalid',
      message: expect.stringContaining(message) as string,
    }) as Error;

  it('replaces variables in every string', () => {
    const profile = resolve(
      {
        ...CLIENT,
        issuer: 'https://{{ host }}/{{realm}}',
        clientId: '{{client}}',
        scope: 'a {{scope}}',
        audience: '{{api}}',
        resource: '{{api}}/r',
        sendAs: { header: 'X-{{header}}' },
        origins: ['{{api}}', 'https://*.{{domain}}'],
      },
      {
        host: 'id.example.com',
        realm: 'r',
        client: 'c',
        scope: 's',
        api: 'https://a.example',
        header: 'H',
        domain: 'b.example',
      },
    );
    expect(profile).toEqual({
      name: 'viewer',
      grant: 'client_credentials',
      issuer: 'https://id.example.com/r',
      tokenEndpoint: null,
      clientId: 'c',
      clientAuthentication: 'client_secret_basic',
      scope: 'a s',
      audience: 'https://a.example',
      resource: 'https://a.example/r',
      options: noOptions,
      sendAs: { header: 'X-H' },
      origins: ['https://a.example', 'https://*.b.example'],
      declaredIn: 'keyturn.json',
    });
  });

  it.each<[string, object, Record<string, string>, string]>([
    ['an unknown variable', { ...STATIC, origins: ['{{api}}'] }, {}, '{{api}}'],
    ['a variable that leads to itself', { ...STATIC, origins: ['{{a}}'] }, { a: '{{a}}' }, '{{a}}'],
    ['a variable that is not closed', { ...STATIC, origins: ['https://{{a'] }, { a: 'x' }, '{{'],
    ['braces from two values', { ...STATIC, origins: ['{{a}}{x}}'] }, { a: '{' }, '{{'],
    ['an asterisk', { ...STATIC, origins: ['{{a}}'] }, { a: '*' }, '{{a}}'],
    ['a wildcard', { ...STATIC, origins: ['https://{{a}}.example.com'] }, { a: '*' }, '{{a}}'],
    ['http', { ...STATIC, origins: ['{{a}}'] }, { a: 'http://evil.example' }, 'http'],
    [
      'a path that hides the host',
      { ...STATIC, origins: ['https://{{a}}.example.com'] },
      { a: 'evil.example/' },
      'path',
    ],
    [
      'a user that hides the host',
      { ...STATIC, origins: ['https://{{a}}.example.com'] },
      { a: 'x@evil.example#' },
      'user',
    ],
    ['http for an issuer', { ...CLIENT, issuer: '{{a}}' }, { a: 'http://evil.example' }, 'issuer'],
    [
      'a script for an endpoint',
      { ...CLIENT, tokenEndpoint: '{{a}}' },
      { a: 'javascript:1' },
      'tokenEndpoint',
    ],
    ['an empty client id', { ...CLIENT, clientId: '{{a}}' }, { a: '' }, 'clientId'],
    ['a header that is none', { ...STATIC, sendAs: { header: '{{a}}' } }, { a: 'X\r\nY' }, 'header'],
  ])('refuses %s', (_name, profile, variables, message) => {
    expect(() => resolve(profile, variables)).toThrow(invalid(message));
  });

  it('allows http to this computer', () => {
    const variables = { api: 'http://127.0.0.1:7421', id: 'http://localhost:7420' };
    const profile = resolve({ ...CLIENT, issuer: '{{id}}', origins: ['{{api}}'] }, variables);
    expect(profile.origins).toEqual(['http://127.0.0.1:7421']);
  });
});

describe('findProfileFile', () => {
  it('takes the nearest one upward', async () => {
    const files = memoryFiles({
      '/w/keyturn.json': '',
      '/w/a/keyturn.json': '',
      '/w/b/keyturn.json': '',
    });
    const found = async (from: string) => (await findProfileFile(files, from, { trusted: true }))?.location;
    expect(await found('/w/a/deep/x.http')).toBe('/w/a/keyturn.json');
    expect(await found('/w/c/x.http')).toBe('/w/keyturn.json');
    expect(await found('/elsewhere/x.http')).toBeUndefined();
  });

  it('says of a file that cannot be read why', async () => {
    const file = await findProfileFile(memoryFiles({ '/w/keyturn.json': null }), '/w/a.http', {
      trusted: true,
    });
    expect(file).toMatchObject({ profiles: [], problems: [{ code: 'file_unreadable', severity: 'error' }] });
    expect(() => findProfile(file!, 'viewer')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('could not be read') as string }) as Error,
    );
  });
});
