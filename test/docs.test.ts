import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { parseProfileFile } from '../src/profile/file.ts';
import { commands } from '../src/terminal/commandTable.ts';
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

const withoutCode = (text: string) => text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchors of a page as GitHub makes them of its headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...text.replace(/^```[^]*?^```/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

describe('the links of the documentation', () => {
  const links = pages.flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, path = '', anchor]) => ({
        page,
        target: path === '' ? page : posix.join(posix.dirname(page), path),
        anchor,
      }),
    ),
  );

  it('lead to files and headings that exist', () => {
    expect(links.length).toBeGreaterThan(60);
    const broken = links.filter(({ target, anchor }) => {
      if (!existsSync(new URL(target, project))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('lead to every page', () => {
    const reached = new Set(links.map(({ target }) => target));
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });
});

describe('what the documentation names', () => {
  it('has every error code among the remedies, and no other', () => {
    const page = read('docs/troubleshooting.md');
    const codes = [...read('src/base/errors.ts').matchAll(/^ {2}\| '([a-z_]+)'/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(60);
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
    const named = [...page.matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code),
    );
    expect(named.filter((code) => !codes.includes(code))).toEqual([]);
  });

  const texts = v.parse(v.record(v.string(), v.string()), JSON.parse(read('package.nls.json')));
  const titles = Object.entries(texts).flatMap(([key, title]) => (key.startsWith('command.') ? [title] : []));

  it('calls commands of the editor by their titles', () => {
    const known = new Set(titles.map((title) => title.replace(/…$/, '')));
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/(?:\*\*|`)Keyturn:\s([^*`]+?)…?(?:\*\*|`)/g)]
        .map(([, title = '']) => title.replace(/\s+/g, ' '))
        .filter((title) => !known.has(title))
        .map((title) => ({ page, title })),
    );
    expect(unknown).toEqual([]);
  });

  it('lists commands in the README by their whole titles', () => {
    const [, section = ''] = /^## Commands\n([^]*?)^## /m.exec(read('README.md')) ?? [];
    const listed = [...section.matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
      [...row.matchAll(/\*\*([^*]+)\*\*/g)].map(([, title = '']) => title),
    );
    expect(listed.length).toBeGreaterThan(10);
    // The lens above a request is called "Send".
    expect(listed.filter((title) => title !== 'Send' && !titles.includes(title))).toEqual([]);
  });

  it('lists each command of a terminal', () => {
    const page = read('docs/command.md');
    const names = commands.flatMap((one) =>
      'commands' in one ? one.commands.map(({ name }) => `${one.name} ${name}`) : [one.name],
    );
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !new RegExp(`^\\| \`keyturn ${name}\\b`, 'm').test(page))).toEqual([]);
  });

  it('says who acts, as do the comments and messages of src', () => {
    const sources = readdirSync(new URL('src/', project), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `src/${name}`);
    const vague = [...pages, 'CHANGELOG.md', 'package.nls.json', ...sources]
      .filter((page) => page !== 'docs/architecture.md')
      .flatMap((page) =>
        [...read(page).matchAll(/\b(?:[Nn]obody|[Ww]hoever|[Ss]omebody|[Aa]nybody|[Ee]verybody)\b.*/g)].map(
          ([text]) => ({
            page,
            text,
          }),
        ),
      );
    expect(vague).toEqual([]);
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
