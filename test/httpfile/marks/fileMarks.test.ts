import { describe, expect, test } from 'vitest';
import { fileMarks } from '../../../src/httpfile/marks/fileMarks.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { cpuMs } from '../../support/cpuTime.ts';

/** Marks as `line severity code message`, lines from 1. */
function marks(text: string, dialect: Dialect = 'rest-client'): string[] {
  return fileMarks(parseHttpFile(text, { dialect })).map(
    ({ span, severity, code, message }) => `${span.start.line + 1} ${severity} ${code} ${message}`,
  );
}

const above = (line: string) => marks(`${line}\nGET https://a.org\n`);

describe('methods', () => {
  test('a slip is an error with what was meant', () => {
    expect(marks('GTE https://a.org')).toEqual([
      '1 error method_unknown There is no method GTE. Did you mean GET?',
    ]);
    expect(marks('frobnicate https://a.org')).toEqual([
      '1 error method_unknown There is no method FROBNICATE. Write one such as GET or POST in front of the URL.',
    ]);
  });

  test('a word that the tool sends as it is, is a hint there', () => {
    expect(marks('FROBNICATE https://a.org', 'jetbrains')).toEqual([
      '1 hint method_unknown There is no method FROBNICATE. Keyturn does not know it, and sends it as written.',
    ]);
  });

  test('real ones are no marks', () => {
    for (const word of ['GET', 'delete', 'PROPFIND', 'REPORT', 'QUERY', 'PURGE', 'LOCK', 'BREW']) {
      expect(marks(`${word} https://a.org`), word).toEqual([]);
    }
  });

  test('the mark covers the method', () => {
    const [mark] = fileMarks(parseHttpFile('  GTE   https://a.org'));
    expect(mark?.span.end).toEqual({ line: 0, column: 8 });
  });
});

describe('directives', () => {
  test.each([
    ['# @tokn viewer', 'tokn', 'token'],
    ['#@Toekn viewer', 'Toekn', 'token'],
    ['// @nam x', 'nam', 'name'],
    ['# @dissabled', 'dissabled', 'disabled'],
    ['# @disabeld', 'disabeld', 'disabled'],
    ['# @noet careful', 'noet', 'note'],
    ['# @no-redirct', 'no-redirct', 'noRedirect'],
    ['# @curl-conect-timeout 2', 'curl-conect-timeout', 'curl-connect-timeout'],
  ])('%s was meant as another', (line, key, meant) => {
    expect(above(line)).toContain(
      `1 warning directive_unknown There is no directive @${key}. Did you mean @${meant}?`,
    );
  });

  test('directives of every tool are known, in every spelling', () => {
    for (const line of [
      ...['# @no-log', '# @noLog', '# @NO-COOKIE-JAR', '# @openWith x', '# @kulala-expect-status-code 200'],
      ...['# @name a', '# @token a', '# @scope a', '# @timeout 5', '# @insecure', '# @tag a', '# @title a'],
    ]) {
      expect(
        above(line).filter((mark) => mark.includes('directive_unknown')),
        line,
      ).toEqual([]);
    }
  });

  test('words that people write into comments are not marked', () => {
    for (const line of [
      ...[
        '# @todo write a test',
        '# @TODO: x',
        '// @param a',
        '# @deprecated',
        '# @returns x',
        '# @see other',
      ],
      ...[
        '# me@example.org',
        '# @example.org',
        '# mail to ada@example.org',
        '# @ home',
        '#@',
        '# @@',
        '# token',
      ],
      ...['# @admin_token = abc', '# @baseUrl=https://a.org', '# @same as above'],
    ]) {
      expect(above(line), line).toEqual([]);
    }
  });

  test('what is near nothing, or was taken out, is a hint at most', () => {
    expect(above('# @ada please look')).toEqual([
      '1 hint directive_unknown Keyturn does not know the directive @ada and does nothing.',
    ]);
    expect(above('# @dave please look')[0]).toContain('1 hint');
    expect(above('# @tokens = abc')[0]).toContain('1 hint');
  });

  test('one in a block without a request is seen too', () => {
    expect(marks('# @tokn a\n###\nGET https://a.org')[0]).toContain('1 warning directive_unknown');
  });

  test('one below the request line that does something above it only', () => {
    const tree = parseHttpFile('GET https://a.org\n# @scope a\nA: b', { dialect: 'jetbrains' });
    expect(tree.problems).toMatchObject([
      { message: 'This @scope has no effect here: write it above the request line.', severity: 'warning' },
    ]);
  });
});

describe('what cannot be run', () => {
  test('what stops the request is a warning, what is left out a hint', () => {
    const text = [
      '# @proxy http://a.org',
      '# @sleep pause',
      'GET https://a.org',
      '?? status == 200',
      '{{',
      ' test("x", () => {});',
      '}}',
    ];
    expect(marks(text.join('\n'), 'httpyac')).toEqual([
      '1 warning unsupported # @proxy on line 1 is not supported yet.',
      '4 hint not_run Keyturn does not run ?? status == 200 yet.',
      '2 hint not_run Keyturn does not run # @sleep pause yet.',
    ]);
  });

  test('what another tool shows or logs by is a hint, once for a key in a file', () => {
    const text = [
      '# @openWith json',
      '# @no-log',
      '# @jwt token',
      '# @noRejectUnauthorized',
      '# @no-cookie-jar',
      'GET https://a.org',
      '###',
      '// @open-with xml',
      '# @noLog',
      'GET https://a.org',
    ];
    expect(marks(text.join('\n'), 'httpyac')).toEqual([
      '1 hint directive_ignored Keyturn ignores @openWith. It changes nothing of what is sent.',
      '2 hint directive_ignored Keyturn ignores @no-log. Keyturn keeps no log of requests and responses.',
      '3 hint directive_ignored Keyturn ignores @jwt. Keyturn does not decode tokens in a response. Select one there and run Inspect Token….',
      '4 hint directive_ignored Keyturn ignores @noRejectUnauthorized. Keyturn verifies the certificate all the same. To turn that off, write # @insecure.',
    ]);
  });

  test('outside of all requests too', () => {
    expect(marks('{{\n  exports.a = 1;\n}}\n###\nGET https://a.org', 'httpyac')).toEqual([]);
    expect(marks('run ./all.http\n', 'jetbrains')).toEqual([
      '1 warning unsupported Keyturn runs what run names before a request: write a request below it in this block.',
    ]);
  });

  test('a large file is marked in linear time', () => {
    const block = '### a\n# @tokn viewer\nGTE https://a.org\n?? status == 200\n\n';
    const tree = parseHttpFile(block.repeat(5000), { dialect: 'rest-client' });
    const started = cpuMs();
    expect(fileMarks(tree)).toHaveLength(15_000);
    expect(cpuMs() - started).toBeLessThan(10_000);
  });
});

describe('what is sent otherwise than it reads', () => {
  test('another protocol than HTTP', () => {
    for (const url of ['ws://a.org', 'MQTT://a.org/{{x}}', 'ftp://a.org', 'file:///etc/x']) {
      const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
      expect(marks(`GET ${url}`)).toEqual([
        `1 warning unsupported Requests over ${scheme} (line 1) are not supported yet.`,
      ]);
      expect(marks(`curl ${url.replace('{{x}}', '')}`)).toHaveLength(1);
    }
    for (const url of ['HTTPS://a.org', 'a.org/?b=ws://c', '{{scheme}}://a.org', '/a']) {
      expect(marks(`GET ${url}`), url).toEqual([]);
    }
  });

  test('a variable that is not closed', () => {
    const mark = 'warning variable_invalid This {{ is not closed: write }} behind the name of the variable.';
    expect(marks('GET https://a.org/{{x\nA: {{y}} {{z\nB: {{b}}')).toEqual([`1 ${mark}`, `2 ${mark}`]);
    expect(marks('POST https://a.org/{{x}}\n\n{{#each}} {{ \n')).toEqual([]);
  });

  test('a backslash that a variable loses', () => {
    const lines = ['@a = CORP\\ada', '@b = \\d+', '@c = x\\ny\\\\d\\"', '@d = \\u00e9', 'GET https://a.org'];
    expect(marks(lines.join('\n')).map((mark) => mark.slice(0, 59))).toEqual([
      '1 warning variable_invalid REST Client drops a backslash fr',
      '2 warning variable_invalid REST Client drops a backslash fr',
      '4 warning variable_invalid REST Client drops a backslash fr',
    ]);
    expect(marks(lines.join('\n'), 'jetbrains')).toEqual([]);
  });
});
