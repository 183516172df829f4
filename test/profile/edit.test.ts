import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { profileNameFor, withProfile } from '../../src/profile/edit.ts';
import { parseProfileFile } from '../../src/profile/file.ts';

const written = { grant: 'static', origins: ['https://api.example.com'] };

describe('adding a profile to a keyturn.json', () => {
  it.each([
    ['nothing', ''],
    ['an empty object', '{}'],
    [
      'comments and trailing commas',
      '// mine\n{\n  "tokens": {\n    // kept\n    "a": { "grant": "static", "origins": ["https://a.example"] },\n  },\n}\n',
    ],
    ['CRLF', '{\r\n  "tokens": {}\r\n}\r\n'],
  ])('works in %s, and keeps what is there', (_name, text) => {
    const before = parseProfileFile(text, 'keyturn.json').profiles.map(({ name }) => name);
    const after = withProfile(text, 'new', written);
    const file = parseProfileFile(after, 'keyturn.json');
    expect(file.problems).toEqual([]);
    expect(file.profiles.map(({ name }) => name)).toEqual([...before, 'new']);
    for (const comment of text.match(/\/\/ .*/g) ?? []) expect(after).toContain(comment);
    if (text.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it.each([
    ['a syntax error', '{ "tokens": { '],
    ['a list', '[]'],
    ['tokens that are no object', '{"tokens": []}'],
    ['the name in use', '{"tokens": {"new": {}}}'],
  ])('refuses %s', (_name, text) => {
    expect(() => withProfile(text, 'new', written)).toThrow(KeyturnError);
  });

  it.each([
    ['a text', 'https://id.example/{{password}}'],
    ['a list', ['https://api.example.com', '{{password}}']],
  ])('refuses %s with a variable in it, whose value would go to the server', (_name, issuer) => {
    expect(() => withProfile('{}', 'new', { ...written, issuer })).toThrow('holds "{{"');
  });
});

it.each([
  ['api.reports.example.com', 'reports'],
  ['github.com', 'github'],
  ['127.0.0.1:7421', 'api'],
  ['[::1]:7421', 'api'],
  ['localhost:80', 'api'],
])('names the profile of %s %s', (host, name) => {
  expect(profileNameFor(host, new Set())).toBe(name);
  expect(profileNameFor(host, new Set([name, `${name}-2`]))).toBe(`${name}-3`);
});
