import { readdirSync, readFileSync } from 'node:fs';
import { type ParseError, parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { parseProfileFile } from '../src/profile/file.ts';
import { schemaProblems } from './support/jsonSchema.ts';

const project = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, project), 'utf8');
const anyObject = v.record(v.string(), v.unknown());
const schema = v.parse(anyObject, JSON.parse(read('media/keyturn.schema.json')));

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(new URL('docs/', project), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Blocks of JSON, fenced as a reader sees them, with where they begin. */
const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/^```jsonc?\n([^]*?)^```$/gm)].map((found) => ({
    where: `${page}:${read(page).slice(0, found.index).split('\n').length}`,
    text: found[1] ?? '',
  })),
);

function parsed(text: string): { value: unknown; errors: ParseError[] } {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return { value, errors };
}

/** A keyturn.json, a profile as it stands in one, or null for a block that shows something else. */
function keyturnJson(text: string): string | null {
  const { value } = parsed(text);
  if (!v.is(anyObject, value)) return null;
  if (Object.hasOwn(value, 'tokens') && v.is(anyObject, value['tokens'])) return text;
  return Object.hasOwn(value, 'grant') && Object.hasOwn(value, 'origins')
    ? `{ "tokens": { "example": ${text} } }`
    : null;
}

/** What the editor underlines, and what the reader says; a warning is told of in the text beside it. */
function expectValid(text: string, where: string): void {
  expect(schemaProblems(schema, parsed(text).value), where).toEqual([]);
  const { problems, profiles } = parseProfileFile(text, '/users/me/keyturn.json');
  expect(
    problems.filter(({ code }) => code !== 'grant_discouraged'),
    where,
  ).toEqual([]);
  expect(profiles.length, where).toBeGreaterThan(0);
}

describe('the documentation', () => {
  it('has JSON that can be read', () => {
    expect(blocks.length).toBeGreaterThan(20);
    for (const { where, text } of blocks) expect(parsed(text).errors, where).toEqual([]);
  });

  it('shows no keyturn.json that the schema or the reader refuses', () => {
    const shown = blocks.flatMap(({ where, text }) => {
      const file = keyturnJson(text);
      return file === null ? [] : [{ where, file }];
    });
    expect(shown.length).toBeGreaterThanOrEqual(15);
    for (const { where, file } of shown) expectValid(file, where);
  });

  it('names no way to send a token and no command that they refuse', () => {
    const page = read('docs/keyturn-json.md');
    const profile = { grant: 'static', origins: ['https://api.example.com'] };
    const ways = [...page.matchAll(/^\| `(\{"(?:scheme|header|query|basic)".*?\})` +\|/gm)];
    expect(ways).toHaveLength(5);
    for (const [, way = ''] of ways) {
      expectValid(JSON.stringify({ tokens: { example: { ...profile, sendAs: parsed(way).value } } }), way);
    }
    const commands = [...page.matchAll(/`(\["[^`]*"\])`/g)];
    expect(commands.length).toBeGreaterThan(7);
    for (const [, line = ''] of commands) {
      const command = { ...profile, grant: 'command', command: parsed(line).value };
      expectValid(JSON.stringify({ tokens: { example: command } }), line);
    }
  });
});

describe('the example workspace', () => {
  it('has a keyturn.json that neither the schema nor the reader refuses', () => {
    expectValid(read('examples/keyturn.json'), 'examples/keyturn.json');
  });
});

describe('the schema', () => {
  it.each([
    ['a grant that there is not', { grant: 'implicit', origins: ['https://api.example.com'] }],
    ['no origins', { grant: 'static' }],
    ['a secret', { grant: 'static', origins: ['https://api.example.com'], token: 'abc' }],
    [
      'a client without its id',
      { grant: 'client_credentials', issuer: 'https://id.example.com', origins: ['https://api.example.com'] },
    ],
    [
      'two ways to send',
      { grant: 'static', origins: ['https://api.example.com'], sendAs: { header: 'X', query: 'y' } },
    ],
  ])('refuses %s', (_what, profile) => {
    expect(schemaProblems(schema, { tokens: { example: profile } })).not.toEqual([]);
  });
});
