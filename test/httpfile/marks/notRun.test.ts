import { describe, expect, test } from 'vitest';
import { notRunOf, notRunWords } from '../../../src/httpfile/marks/notRun.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { cpuMs } from '../../support/cpuTime.ts';

/** What is left where no script runs, unless the test says otherwise. */
function left(text: string, dialect: Dialect, runsScripts = false) {
  const tree = parseHttpFile(text, { dialect });
  const [node] = tree.requests;
  if (node === undefined) throw new Error('no request in the text');
  return notRunOf(tree, node, runsScripts);
}

describe('what is read and not run', () => {
  test('no script that runs, but one in Lua and hooks of httpyac that Keyturn does not have', () => {
    const text = 'GET https://a.org\n\n> {%\n  client.test("is fine", () => {});\n%}\n\n> ./a.lua\n';
    expect(left(text, 'jetbrains', true)).toEqual([{ kind: 'script', line: 6, text: './a.lua' }]);
    expect(left('GET https://a.org\n{{@responseLogging\n  a();\n}}\n', 'httpyac', true)).toEqual([
      { kind: 'script', line: 1, text: null },
    ]);
    expect(left('GET https://a.org\n{{@response\n  test("x");\n}}\n', 'httpyac', true)).toEqual([]);
  });

  test('JetBrains: each test of a script, by its name', () => {
    const text = [
      'GET https://a.org',
      '',
      '> {%',
      '  // client.test("old", () => {});',
      '  client.test("is fine", function () { client.assert(true); });',
      "  client.test('has a body', () => {});",
      '%}',
    ];
    expect(left(text.join('\n'), 'jetbrains')).toEqual([
      { kind: 'test', line: 4, text: 'is fine' },
      { kind: 'test', line: 5, text: 'has a body' },
    ]);
  });

  test('a script without a test, one that only asserts, and one in a file', () => {
    expect(left('GET https://a.org\n\n> {% client.global.set("a", 1) %}', 'jetbrains')).toEqual([
      { kind: 'script', line: 2, text: null },
    ]);
    expect(left('GET https://a.org\n\n> {% client.assert(response.status === 200) %}', 'jetbrains')).toEqual([
      { kind: 'test', line: 2, text: null },
    ]);
    expect(left('GET https://a.org\n\n> ./check.js', 'kulala')).toEqual([
      { kind: 'script', line: 2, text: './check.js' },
    ]);
  });

  test('without the credentials that stand there', () => {
    const text = [
      'GET https://a.org',
      '# @expect header x-api-key hunter2',
      '?? body token == "hunter2"',
      '',
      '{{',
      '  test("takes token=hunter2", () => {});',
      '}}',
    ];
    const shown = left(text.join('\n'), 'httpyac').map((one) => one.text);
    expect(shown).toEqual(['# @expect header x-api-key •••', '?? body token == •••', 'takes token=•••']);
  });

  test('httpyac: tests, assertions, hooks', () => {
    const text = [
      'GET https://a.org',
      '?? status == 200',
      '',
      '{{',
      '  test("named", () => {});',
      '  test.status(200);',
      '}}',
      '{{@response',
      '  exports.a = response.parsedBody;',
      '}}',
    ];
    expect(left(text.join('\n'), 'httpyac')).toEqual([
      { kind: 'assertion', line: 1, text: '?? status == 200' },
      { kind: 'test', line: 4, text: 'named' },
      { kind: 'test', line: 5, text: null },
      { kind: 'script', line: 7, text: null },
    ]);
  });

  test('redirections of a response to a file, outside of a request alone', () => {
    for (const line of ['>> ./out.json', '>>! ./out.json']) {
      for (const dialect of ['httpyac', 'jetbrains', 'kulala'] as const) {
        expect(left(`GET https://a.org\n\n${line}`, dialect)).toEqual([]);
      }
      expect(left(`${line}\n###\nGET https://a.org`, 'httpyac')).toEqual([
        { kind: 'redirection', line: 0, text: line },
      ]);
    }
  });

  test('directives', () => {
    expect(left('# @sleep 100\n# @sleep pause\n# @save\n# @jwt\nGET https://a.org', 'httpyac')).toEqual([
      { kind: 'directive', line: 1, text: '# @sleep pause' },
      { kind: 'directive', line: 2, text: '# @save' },
    ]);
    expect(left('# @expect status 200\nGET https://a.org', 'rest-client')).toEqual([
      { kind: 'assertion', line: 0, text: '# @expect status 200' },
    ]);
  });

  test('a link to an old response is nothing to run', () => {
    expect(left('GET https://a.org\n\n<> 2026-01-01.200.json', 'jetbrains')).toEqual([]);
  });

  test('httpyac: scripts for every response of the file', () => {
    expect(left('{{+after\n  test("x", () => {});\n}}\n###\nGET https://a.org', 'httpyac')).toEqual([
      { kind: 'test', line: 1, text: 'x' },
    ]);
  });

  test('a script of one long line is read in linear time', () => {
    const script = `> {% ${'test("'.repeat(200_000)} %}`;
    const started = cpuMs();
    left(`GET https://a.org\n\n${script}`, 'jetbrains');
    expect(cpuMs() - started).toBeLessThan(10_000);
  });
});

describe('the words for it', () => {
  const one = (kind: 'test' | 'assertion' | 'script' | 'redirection' | 'directive') => ({
    kind,
    line: 0,
    text: null,
  });

  test('count tests and assertions together', () => {
    expect(notRunWords([])).toBeNull();
    expect(notRunWords([one('assertion')])).toBe('1 test not run');
    expect(notRunWords([one('test'), one('redirection'), one('assertion')])).toBe(
      '2 tests and 1 redirection not run',
    );
    expect(notRunWords([one('script'), one('test'), one('directive')])).toBe(
      '1 script, 1 test and 1 directive not run',
    );
  });
});

describe('assertions below a request', () => {
  const all: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

  test.each(all)('%s: are no part of URL, headers or body', (dialect) => {
    const places = [
      'GET https://a.org/x\n?? status == 200\nA: b\n',
      'GET https://a.org/x HTTP/1.1\n??status == 200\nA: b\n',
      'GET https://a.org/x\n   ?? status == 200\n\t??body.a == {"b":1}\nA: b\n',
      'GET https://a.org/x\nA: b\n?? header x-y exists\n',
      'GET https://a.org/x\nA: b\n\n?? status == 200\n',
      '?? status == 200\nGET https://a.org/x\nA: b\n',
    ];
    for (const text of places) {
      const tree = parseHttpFile(text, { dialect });
      expect(tree.problems, text).toEqual([]);
      expect(tree.requests, text).toHaveLength(1);
      expect(tree.requests[0], text).toMatchObject({
        method: 'GET',
        url: 'https://a.org/x',
        headers: [{ name: 'A', value: 'b' }],
        body: { kind: 'none' },
      });
      expect(left(text, dialect)[0]?.kind, text).toBe('assertion');
    }
  });

  test.each(['rest-client', 'httpyac', 'kulala', 'jetbrains'] as const)('%s: query lines stay', (dialect) => {
    const text = 'GET https://a.org/x\n  ?a=b\n  &c=d\n  ?? status == 200\n';
    expect(parseHttpFile(text, { dialect }).requests[0]?.url).toBe('https://a.org/x?a=b&c=d');
    expect(left(text, dialect)).toHaveLength(1);
  });
});
