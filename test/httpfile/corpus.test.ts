import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { Dialect, HttpFile, RequestNode } from '../../src/httpfile/parse/tree.ts';
import { listJson } from '../../src/terminal/output/listJson.ts';

/**
 * Real files with an independent reading of each, kept outside the project; where they are not at hand, the small
 * collection below is compared in the same way.
 */
const folder = resolve(import.meta.dirname, '../../../shared/corpus/http');

const requestSchema = v.object({
  line: v.number(),
  name: v.optional(v.nullable(v.string())),
  title: v.optional(v.nullable(v.string())),
  method: v.optional(v.string()),
  url: v.optional(v.string()),
  headers: v.optional(v.array(v.tuple([v.string(), v.string()]))),
  bodyKind: v.optional(v.string()),
  bodyStartsWith: v.optional(v.string()),
});
const expectationSchema = v.object({
  dialect: v.string(),
  requests: v.array(requestSchema),
  fileVariables: v.optional(v.array(v.tuple([v.string(), v.string()]))),
  fileVariablesAmbiguous: v.optional(v.array(v.string()), []),
  optionalRequestLines: v.optional(v.array(v.number()), []),
});
type Expectation = v.InferOutput<typeof expectationSchema>;
type Field = Exclude<keyof v.InferOutput<typeof requestSchema>, 'line'>;
const fields: readonly Field[] = ['name', 'title', 'method', 'url', 'headers', 'bodyKind', 'bodyStartsWith'];

interface Tally {
  agreed: number;
  total: number;
  readonly differences: string[];
}

function compare(name: string, tree: HttpFile, expected: Expectation, tally: Tally): void {
  const count = (label: string, want: unknown, got: unknown) => {
    tally.total++;
    if (JSON.stringify(want) === JSON.stringify(got)) tally.agreed++;
    else tally.differences.push(`${name} ${label}: ${JSON.stringify(want)} but read ${JSON.stringify(got)}`);
  };
  const listed = listJson(name, tree).requests;
  const byLine = new Map(tree.requests.map((request, index) => [request.line + 1, { request, index }]));
  for (const want of expected.requests) {
    const found = byLine.get(want.line);
    byLine.delete(want.line);
    for (const field of fields) {
      if (!(field in want)) continue;
      const got = found && read(found.request, listed[found.index]?.body.text ?? '', field);
      count(`${want.line} ${field}`, want[field], got);
    }
  }
  const surplus = [...byLine.keys()].filter((line) => !expected.optionalRequestLines.includes(line));
  count('requests at other lines', [], surplus);
  if (expected.fileVariables === undefined) return;
  const variables = tree.variables.filter(
    ({ name: each }) => !expected.fileVariablesAmbiguous.includes(each),
  );
  count(
    'variables',
    expected.fileVariables,
    variables.map((each) => [each.name, each.value]),
  );
}

function read(request: RequestNode, text: string, field: Field): unknown {
  switch (field) {
    case 'headers':
      return request.headers.map(({ name, value }) => [name, value]);
    case 'bodyKind':
      return request.body.kind;
    case 'bodyStartsWith':
      return text.trim().slice(0, 60);
    default:
      return request[field];
  }
}

function readCorpus(): { name: string; text: string; expected: Expectation }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.expect.json'))
    .map((name) => ({
      name,
      text: readFileSync(join(folder, name.replace('.expect.json', '.http')), 'utf8'),
      expected: v.parse(expectationSchema, JSON.parse(readFileSync(join(folder, name), 'utf8'))),
    }));
}

/** Least share of fields that must agree; what is reached is 1 for each, by detection and by given dialect. */
const floors: Readonly<Record<string, number>> = {
  'rest-client': 0.995,
  'visual-studio': 0.995,
  httpyac: 0.995,
  jetbrains: 0.995,
  kulala: 0.995,
  generic: 0.99,
};
const dialects: readonly string[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];
const isDialect = (name: string): name is Dialect => dialects.includes(name);

if (existsSync(folder))
  describe('real files', () => {
    test.each([false, true])('agree with their independent reading (dialect given: %s)', (given) => {
      const tallies = new Map<string, Tally>();
      for (const { name, text, expected } of readCorpus()) {
        const { dialect } = expected;
        const tally = tallies.get(dialect) ?? { agreed: 0, total: 0, differences: [] };
        tallies.set(dialect, tally);
        const tree = parseHttpFile(text, given && isDialect(dialect) ? { dialect } : {});
        compare(name, tree, expected, tally);
      }
      for (const [dialect, floor] of Object.entries(floors)) {
        const { agreed = 0, total = 0, differences = [] } = tallies.get(dialect) ?? {};
        expect(
          agreed / total,
          `${dialect}: ${agreed} of ${total}\n${differences.join('\n')}`,
        ).toBeGreaterThanOrEqual(floor);
      }
    });

    test('span and line of every node lie inside the file', () => {
      for (const { text } of readCorpus()) {
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const request of parseHttpFile(text).requests) {
          expect(request.blockStartLine).toBeLessThanOrEqual(request.line);
          expect(request.line).toBeLessThanOrEqual(request.blockEndLine);
          expect(request.blockEndLine).toBeLessThan(lines);
        }
      }
    });
  });

describe('a small collection', () => {
  test('agrees with its reading', () => {
    const text = [
      '@base = https://example.org',
      '',
      '### Sign in',
      '# @name signIn',
      'POST {{base}}/login HTTP/1.1',
      'Content-Type: application/x-www-form-urlencoded',
      '',
      'user=a',
      '&password=b',
      '',
      '### Upload',
      'PUT {{base}}/file',
      '',
      '<@utf8 ./file.xml',
    ].join('\n');
    const expected = v.parse(expectationSchema, {
      dialect: 'rest-client',
      requests: [
        {
          line: 5,
          name: 'signIn',
          title: 'Sign in',
          method: 'POST',
          url: '{{base}}/login',
          headers: [['Content-Type', 'application/x-www-form-urlencoded']],
          bodyKind: 'text',
          bodyStartsWith: 'user=a\n&password=b',
        },
        { line: 12, name: null, method: 'PUT', bodyKind: 'file', bodyStartsWith: '<@utf8 ./file.xml' },
      ],
      fileVariables: [['base', 'https://example.org']],
    });
    const tally: Tally = { agreed: 0, total: 0, differences: [] };
    compare('small', parseHttpFile(text), expected, tally);
    expect(tally).toEqual({ agreed: 13, total: 13, differences: [] });
  });
});
