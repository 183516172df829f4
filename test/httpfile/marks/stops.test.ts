import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { disabledBy, noteOf } from '../../../src/httpfile/marks/stops.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';

const all: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

/** Of each request: what stops it. */
function stops(text: string, dialect?: Dialect) {
  const tree = parseHttpFile(text, dialect === undefined ? {} : { dialect });
  return tree.requests.map((node) => ({
    disabled: disabledBy(tree, node)?.value ?? null,
    note: noteOf(tree, node)?.value ?? null,
  }));
}

describe('a request that its file disables', () => {
  test.each(all)('%s: in every spelling, above the request line and among the headers', (dialect) => {
    for (const line of [
      '# @disabled',
      '#@disabled',
      '//@disabled',
      '/// @disabled',
      '## @Disabled',
      '\t#  @DISABLED',
    ]) {
      expect(stops(`${line}\nDELETE https://a.org\n`, dialect), line).toEqual([{ disabled: '', note: null }]);
      expect(stops(`DELETE https://a.org\n${line}\nA: b\n`, dialect), line).toEqual([
        { disabled: '', note: null },
      ]);
      expect(stops(`DELETE https://a.org\nA: b\n${line}\nC: d\n`, dialect), line).toEqual([
        { disabled: '', note: null },
      ]);
    }
  });

  test('an expression is kept', () => {
    expect(stops('# @disabled !process.env.X\nGET https://a.org')[0]?.disabled).toBe('!process.env.X');
  });

  test('only its own request is disabled', () => {
    const text = '# @disabled\nDELETE https://a.org\n\n###\nGET https://b.org\n';
    for (const dialect of all) {
      expect(stops(text, dialect).map(({ disabled }) => disabled)).toEqual(['', null]);
    }
  });

  test('a comment that only speaks of it disables nothing', () => {
    for (const line of ['# disabled', '# see @disabled', '# @disabledFor me', '# a@disabled']) {
      expect(stops(`${line}\nGET https://a.org`, 'rest-client')[0]?.disabled, line).toBeNull();
    }
  });

  test('httpyac: above a request without a separator neither that one nor the one before it is sent', () => {
    const text = 'GET https://a.org\n\n# @disabled\n# why\n\nDELETE https://b.org\n\nGET https://c.org\n';
    expect(stops(text, 'httpyac').map(({ disabled }) => disabled)).toEqual(['', '', null]);
  });

  test('httpyac: outside of all requests it holds for all of them, in a region with a name for none', () => {
    const global = '# @disabled\n\n###\nGET https://a.org\n###\nGET https://b.org\n';
    expect(stops(global, 'httpyac').map(({ disabled }) => disabled)).toEqual(['', '']);
    const named = '# @name setup\n# @disabled\n{{\n  a();\n}}\n###\nGET https://a.org\n';
    expect(stops(named, 'httpyac').map(({ disabled }) => disabled)).toEqual([null]);
  });

  test('elsewhere a block without a request disables nothing, and the file says so', () => {
    const tree = parseHttpFile('# @disabled\n###\nGET https://a.org', { dialect: 'jetbrains' });
    expect(tree.requests.map((node) => disabledBy(tree, node))).toEqual([null]);
    expect(tree.problems).toMatchObject([{ code: 'request_line_missing', span: { start: { line: 0 } } }]);
  });

  test('kulala: what the shared block says holds for every request', () => {
    const text = '### KULALA_SHARED\n# @note careful\n\n### one\nGET https://a.org\n';
    expect(stops(text, 'kulala').map(({ note }) => note)).toEqual(['careful']);
  });
});

describe('a request with a note', () => {
  test.each(all)('%s: with a text and without', (dialect) => {
    expect(stops('# @note\nDELETE https://a.org', dialect)).toEqual([{ disabled: null, note: '' }]);
    expect(stops('// @Note This is production!\nDELETE https://a.org', dialect)).toEqual([
      { disabled: null, note: 'This is production!' },
    ]);
  });
});
