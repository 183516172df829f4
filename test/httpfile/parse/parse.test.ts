import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { Dialect, RequestNode } from '../../../src/httpfile/parse/tree.ts';

const all: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

function read(dialect: Dialect, ...lines: string[]) {
  return parseHttpFile(lines.join('\n'), { dialect });
}

function one(dialect: Dialect, ...lines: string[]): RequestNode {
  const { requests } = read(dialect, ...lines);
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

function headersOf(request: RequestNode) {
  return request.headers.map(({ name, value }) => [name, value]);
}

function bodyText(request: RequestNode) {
  return 'text' in request.body ? request.body.text : null;
}

describe('what every dialect reads alike', () => {
  test.each(all)('%s: separators, a method, headers and a JSON body', (dialect) => {
    const tree = read(
      dialect,
      '@host = https://example.org',
      '',
      '### Reports',
      '# @name list',
      'GET {{host}}/reports HTTP/1.1',
      'Accept: application/json',
      'X-Empty:',
      '',
      '###',
      'POST {{host}}/reports',
      'Content-Type: application/json',
      '',
      '{',
      '  "a": 1',
      '}',
      '',
    );
    expect(tree.problems).toEqual([]);
    expect(tree.variables.map(({ name, value }) => [name, value])).toEqual([['host', 'https://example.org']]);
    const [list, create] = tree.requests;
    expect(list).toMatchObject({
      index: 0,
      name: 'list',
      title: 'Reports',
      method: 'GET',
      url: '{{host}}/reports',
      line: 4,
      blockStartLine: 3,
      blockEndLine: 7,
      metadata: [{ key: 'name', value: 'list' }],
      body: { kind: 'none' },
    });
    expect(headersOf(list!)).toEqual([
      ['Accept', 'application/json'],
      ['X-Empty', ''],
    ]);
    expect(create).toMatchObject({ index: 1, name: null, title: null, method: 'POST', line: 9 });
    expect(create?.body).toMatchObject({ kind: 'text', text: '{\n  "a": 1\n}' });
  });

  test.each(all)('%s: a URL alone is a GET', (dialect) => {
    expect(one(dialect, 'https://example.org/a?b=c')).toMatchObject({
      method: 'GET',
      url: 'https://example.org/a?b=c',
      urlSpan: { start: { line: 0, column: 0 }, end: { line: 0, column: 25 } },
    });
  });

  test.each(all)('%s: the span of the URL leaves out method and version', (dialect) => {
    expect(one(dialect, 'POST  https://example.org  HTTP/2').urlSpan).toEqual({
      start: { line: 0, column: 6 },
      end: { line: 0, column: 25 },
    });
  });

  test.each(all)('%s: a body from a file', (dialect) => {
    const request = one(dialect, 'POST https://example.org', 'A: b', '', '< ./body file.json', '');
    expect(request.body).toMatchObject({
      kind: 'file',
      path: './body file.json',
      expand: false,
      encoding: null,
    });
  });

  test.each(['rest-client', 'httpyac'] as const)(
    '%s: variables and an encoding for a body file',
    (dialect) => {
      expect(one(dialect, 'POST https://a.org', '', '<@ ./b').body).toMatchObject({
        expand: true,
        encoding: null,
      });
      expect(one(dialect, 'POST https://a.org', '', '<@latin1 ./b').body).toMatchObject({
        kind: 'file',
        path: './b',
        expand: true,
        encoding: 'latin1',
      });
    },
  );

  test.each(all)('%s: XML that begins with < is text, not a file', (dialect) => {
    const request = one(dialect, 'POST https://a.org', 'Content-Type: application/xml', '', '<a>', '</a>');
    expect(request.body).toMatchObject({ kind: 'text', text: '<a>\n</a>' });
  });

  test.each(all)('%s: multipart keeps boundaries and file lines', (dialect) => {
    const request = one(
      dialect,
      'POST https://a.org',
      'content-type: multipart/form-data; boundary=b',
      '',
      '--b',
      'Content-Disposition: form-data; name="f"; filename="f.txt"',
      '',
      '< ./f.txt',
      '--b--',
      '',
    );
    expect(request.body.kind).toBe('multipart');
    expect(bodyText(request)).toBe(
      '--b\nContent-Disposition: form-data; name="f"; filename="f.txt"\n\n< ./f.txt\n--b--',
    );
  });

  test.each(all)('%s: metadata keys stay as they are written', (dialect) => {
    const request = one(
      dialect,
      '# @token viewer',
      '// @no-redirect',
      '# @noRedirect',
      '#@timeout 10 s',
      '# plain @comment',
      'GET https://a.org',
    );
    expect(request.metadata.map(({ key, value }) => [key, value])).toEqual([
      ['token', 'viewer'],
      ['no-redirect', ''],
      ['noRedirect', ''],
      ['timeout', '10 s'],
    ]);
  });

  test.each(all)('%s: a recorded response is no request', (dialect) => {
    const tree = read(
      dialect,
      'HTTP/1.1 200 OK',
      'Content-Type: text/plain',
      '',
      'hello',
      '###',
      'GET https://a.org',
    );
    expect(tree.requests.map(({ url }) => url)).toEqual(['https://a.org']);
  });

  test.each(all)('%s: empty files, and files of separators, hold nothing', (dialect) => {
    for (const text of ['', '\n', '###', '###\n###\n###\n', '# only a comment', ' ', '\uFEFF']) {
      expect(parseHttpFile(text, { dialect })).toMatchObject({ requests: [], problems: [] });
    }
  });
});

describe('line ends and odd characters', () => {
  const lines = ['### One', 'POST https://a.org', 'A: b', '', 'x', 'y', '###', 'GET https://b.org'];

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['lone CR', '\r'],
  ])('%s', (_name, ending) => {
    for (const mark of ['', '\uFEFF']) {
      const tree = parseHttpFile(mark + lines.join(ending), { dialect: 'rest-client' });
      expect(tree.requests.map(({ line, url }) => [line, url])).toEqual([
        [1, 'https://a.org'],
        [7, 'https://b.org'],
      ]);
      expect(tree.requests[0]?.headers[0]).toMatchObject({
        value: 'b',
        span: { start: { line: 2, column: 0 }, end: { line: 2, column: 4 } },
      });
      expect(tree.requests[0]?.body).toMatchObject({ text: 'x\ny' });
    }
  });

  test('mixed line ends count once each', () => {
    const tree = parseHttpFile('\r\n\n\r\rGET https://a.org\r\n', { dialect: 'rest-client' });
    expect(tree.requests[0]?.line).toBe(4);
  });

  test('columns do not count the byte-order mark', () => {
    const tree = parseHttpFile('\uFEFFGET https://a.org');
    expect(tree.requests[0]?.urlSpan.start).toEqual({ line: 0, column: 4 });
  });

  test('NUL bytes are characters like any other', () => {
    const tree = parseHttpFile('GET https://a.org/\0\nA\0: b\nC: \0d\n\n\0');
    expect(tree.requests[0]).toMatchObject({ url: 'https://a.org/\0', body: { text: '\0' } });
  });

  test('a line of ten million characters', () => {
    const long = 'x'.repeat(10_000_000);
    const tree = parseHttpFile(`POST https://a.org/${long}\nA: ${long}\n\n${long}`);
    expect(tree.requests[0]?.url.length).toBe(10_000_014);
    expect(tree.requests[0]?.headers[0]?.value.length).toBe(10_000_000);
  });

  test('a text beyond all measure is refused, not read', () => {
    const tree = parseHttpFile('#'.repeat(50_000_001));
    expect(tree).toMatchObject({ requests: [], problems: [{ code: 'file_too_large', severity: 'error' }] });
  });
});

describe('names and titles', () => {
  const lines = ['### First request', 'GET https://a.org'];

  test.each(['jetbrains', 'httpyac', 'kulala'] as const)('%s: the title names the request', (dialect) => {
    expect(one(dialect, ...lines)).toMatchObject({ name: 'First request', title: 'First request' });
  });

  test.each(['rest-client', 'visual-studio'] as const)('%s: the title is a comment', (dialect) => {
    expect(one(dialect, ...lines)).toMatchObject({ name: null, title: 'First request' });
  });

  test.each(all)('%s: @name wins over the title', (dialect) => {
    expect(one(dialect, '### Title', '# @name  given name ', 'GET https://a.org').name).toBe('given name');
  });

  test('an equals sign between @name and the name', () => {
    expect(one('jetbrains', '# @name = login', 'GET https://a.org').name).toBe('login');
  });

  test('more than three # and no title', () => {
    expect(one('rest-client', '##########', '# text', 'GET https://a.org').title).toBeNull();
  });

  test('metadata below the request line counts in httpyac and kulala only', () => {
    const after = ['GET https://a.org', '', '# @name late'];
    for (const dialect of all) {
      const expected = dialect === 'httpyac' || dialect === 'kulala' ? 'late' : null;
      expect(one(dialect, ...after).name).toBe(expected);
    }
  });

  test('a title belongs to the next block only', () => {
    const tree = read('jetbrains', '### A', '###', 'GET https://a.org');
    expect(tree.requests[0]).toMatchObject({ name: null, title: null });
  });

  test('a name that is given twice is a warning', () => {
    const tree = read(
      'rest-client',
      '# @name a',
      'GET https://a.org',
      '###',
      '# @name a',
      'GET https://b.org',
    );
    expect(tree.problems).toMatchObject([
      { code: 'name_duplicate', severity: 'warning', span: { start: { line: 3, column: 0 } } },
    ]);
    expect(read('jetbrains', '### t', 'GET https://a.org', '### t', 'GET https://b.org').problems).toEqual(
      [],
    );
  });

  test('@name without a name', () => {
    expect(read('rest-client', '# @name', 'GET https://a.org').problems).toMatchObject([
      { code: 'metadata_invalid' },
    ]);
  });
});

describe('@token', () => {
  const codes = (dialect: Dialect, ...lines: string[]) =>
    read(dialect, ...lines).problems.map(({ code, span }) => [code, span.start.line]);

  test.each(all)('%s: without a name, or given twice', (dialect) => {
    expect(codes(dialect, '# @token', 'GET https://a.org')).toEqual([['metadata_invalid', 0]]);
    expect(codes(dialect, '# @token # none', 'GET https://a.org')).toEqual([['metadata_invalid', 0]]);
    expect(codes(dialect, '# @token a', '# @token b', 'GET https://a.org')).toEqual([
      ['metadata_invalid', 1],
    ]);
    expect(codes(dialect, '# @token a', 'GET https://a.org')).toEqual([]);
  });

  test('below the request line it is told where it has no effect', () => {
    const lines = ['GET https://a.org', '# @token a', 'B: c', '# @token d'];
    expect(codes('rest-client', ...lines)).toEqual([
      ['metadata_invalid', 1],
      ['metadata_invalid', 3],
    ]);
    expect(one('kulala', ...lines.slice(0, 3)).metadata).toMatchObject([{ key: 'token', value: 'a' }]);
  });

  test('the name ends before quotes and remarks', () => {
    const names = ['"a"', "'a'", 'a # b', 'a // b', '=  a ', 'a'].map(
      (written) => one('rest-client', `// @token ${written}`, 'GET https://a.org').metadata[0]?.value,
    );
    expect(names).toEqual(['a', 'a', 'a', 'a', 'a', 'a']);
  });
});

test('a time that cannot be read is told before the request is sent', () => {
  const problems = (line: string) =>
    read('rest-client', line, 'GET https://a.org').problems.map(
      ({ code, severity }) => `${severity} ${code}`,
    );
  for (const line of ['# @timeout soon', '// @connection-timeout', '# @connectionTimeout 5 h']) {
    expect(problems(line), line).toEqual(['error metadata_invalid']);
  }
  for (const line of ['# @timeout 5', '# @timeout 500 ms', '# @connection-timeout 2m']) {
    expect(problems(line), line).toEqual([]);
  }
});

describe('requests without a separator between them', () => {
  const lines = ['GET https://a.org', 'A: b', '', 'POST https://b.org', '', 'text'];

  test('httpyac begins the next request', () => {
    const tree = read('httpyac', '### t', ...lines);
    expect(tree.requests.map(({ method, url, name }) => [method, url, name])).toEqual([
      ['GET', 'https://a.org', 't'],
      ['POST', 'https://b.org', null],
    ]);
    expect(tree.requests[0]).toMatchObject({ blockStartLine: 1, blockEndLine: 3, body: { kind: 'none' } });
    expect(tree.requests[1]).toMatchObject({ blockStartLine: 4, blockEndLine: 6, body: { text: 'text' } });
  });

  test.each(all.filter((dialect) => dialect !== 'httpyac'))('%s: it is body', (dialect) => {
    expect(bodyText(one(dialect, ...lines))).toBe('POST https://b.org\n\ntext');
  });

  test('httpyac: requests inside multipart/mixed are body up to the closing boundary', () => {
    const tree = read(
      'httpyac',
      'POST https://a.org',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'GET /inner HTTP/1.1',
      '--b--',
      'GET https://next.org',
    );
    expect(tree.requests.map(({ url }) => url)).toEqual(['https://a.org', 'https://next.org']);
  });
});

describe('URLs over several lines', () => {
  const query = ['GET https://a.org', '?a=1', '&b=2', 'A: b'];

  test.each(['rest-client', 'httpyac', 'kulala'] as const)(
    '%s: ? and & at the start of a line',
    (dialect) => {
      const request = one(dialect, ...query);
      expect(request.url).toBe('https://a.org?a=1&b=2');
      expect(headersOf(request)).toEqual([['A', 'b']]);
      expect(request.urlSpan.end).toEqual({ line: 2, column: 4 });
    },
  );

  test('JetBrains wants an indentation, and joins whatever has one', () => {
    expect(one('jetbrains', 'GET https://a.org/', '    api', '  /get', '  ?a=1', 'A: b').url).toBe(
      'https://a.org/api/get?a=1',
    );
    expect(one('jetbrains', 'GET https://a.org', '  Not: a header').url).toBe('https://a.orgNot: a header');
  });

  test('Visual Studio has none', () => {
    expect(one('visual-studio', ...query)).toMatchObject({ url: 'https://a.org', body: { kind: 'text' } });
  });

  test('an indented /path', () => {
    const lines = ['GET https://a.org', '  /path'];
    for (const dialect of ['jetbrains', 'httpyac', 'kulala'] as const) {
      expect(one(dialect, ...lines).url).toBe('https://a.org/path');
    }
    expect(one('rest-client', ...lines)).toMatchObject({
      url: 'https://a.org',
      headers: [{ name: '/path' }],
    });
  });

  test('a comment between the parts', () => {
    expect(one('rest-client', 'GET https://a.org?', '  # &a=1', '  &b=2').url).toBe('https://a.org?&b=2');
  });

  test('the version may stand on the last line', () => {
    expect(one('kulala', 'GET a.org/get', ' ?name=John', ' &age=30 HTTP/1.1').url).toBe(
      'a.org/get?name=John&age=30',
    );
  });

  test('spaces in a URL: Visual Studio cuts, all others keep', () => {
    const line = 'GET https://a.org/?q=a b HTTP/1.1';
    for (const dialect of all) {
      expect(one(dialect, line).url).toBe(
        dialect === 'visual-studio' ? 'https://a.org/?q=a' : 'https://a.org/?q=a b',
      );
    }
  });
});

describe('headers', () => {
  const withoutBlank = ['POST https://a.org', 'A: b', '{ "c": 1 }'];

  test.each(['visual-studio', 'httpyac'] as const)('%s: a body without a blank line before it', (dialect) => {
    const request = one(dialect, ...withoutBlank);
    expect(headersOf(request)).toEqual([['A', 'b']]);
    expect(bodyText(request)).toBe('{ "c": 1 }');
  });

  test('REST Client takes it for a header, and we say so', () => {
    const tree = read('rest-client', ...withoutBlank);
    expect(headersOf(tree.requests[0]!)).toEqual([
      ['A', 'b'],
      ['{ "c"', '1 }'],
    ]);
    expect(tree.problems).toMatchObject([
      { code: 'header_invalid', severity: 'error', span: { start: { line: 2, column: 0 } } },
    ]);
  });

  test.each(['jetbrains', 'kulala'] as const)('%s: it is an error', (dialect) => {
    const tree = read(dialect, ...withoutBlank);
    expect(headersOf(tree.requests[0]!)).toEqual([['A', 'b']]);
    expect(tree.problems).toMatchObject([{ code: 'header_invalid' }]);
  });

  test('a variable that holds a whole header', () => {
    expect(headersOf(one('rest-client', 'GET https://a.org', '{{auth}}', 'A: b'))).toEqual([
      ['{{auth}}', ''],
      ['A', 'b'],
    ]);
    expect(one('httpyac', 'GET https://a.org', '{{auth}}').body).toMatchObject({
      kind: 'text',
      text: '{{auth}}',
    });
  });

  test('variables in names and values', () => {
    expect(headersOf(one('rest-client', 'GET https://a.org', 'X-{{a}}: {{b}}', '{{c:d}}: e'))).toEqual([
      ['X-{{a}}', '{{b}}'],
      ['{{c:d}}', 'e'],
    ]);
  });

  test('indented headers, except after a JetBrains request line', () => {
    const lines = ['  GET https://a.org', '  A: b'];
    for (const dialect of ['rest-client', 'httpyac', 'visual-studio'] as const) {
      expect(headersOf(one(dialect, ...lines))).toEqual([['A', 'b']]);
    }
  });

  test('#comment without a space: skipped by REST Client, the end of the headers in Visual Studio and httpyac', () => {
    const lines = ['GET https://a.org', 'A: b', '#comment', 'C: d'];
    expect(headersOf(one('rest-client', ...lines))).toHaveLength(2);
    expect(headersOf(one('visual-studio', ...lines))).toHaveLength(1);
    expect(headersOf(one('httpyac', ...lines))).toHaveLength(1);
    const spaced = ['GET https://a.org', '# comment', 'A: b', '// comment', 'C: d'];
    for (const dialect of all) expect(headersOf(one(dialect, ...spaced))).toHaveLength(2);
  });
});

describe('comments in bodies', () => {
  const lines = ['POST https://a.org', 'Content-Type: text/plain', '', 'a', '# b', '  // c', 'd'];

  test.each(['rest-client', 'httpyac', 'jetbrains'] as const)('%s drops them', (dialect) => {
    expect(bodyText(one(dialect, ...lines))).toBe('a\nd');
  });

  test.each(['visual-studio', 'kulala'] as const)('%s keeps them', (dialect) => {
    expect(bodyText(one(dialect, ...lines))).toBe('a\n# b\n  // c\nd');
  });

  test('httpyac keeps the headings of Markdown, up to a bare ###', () => {
    const request = read(
      'httpyac',
      'POST https://a.org',
      'Content-Type: text/markdown',
      '',
      '# Title',
      '### Third',
      '###',
      'GET https://b.org',
    ).requests[0]!;
    expect(bodyText(request)).toBe('# Title\n### Third');
  });
});

describe('separators', () => {
  test('an indented ### counts in httpyac only', () => {
    const lines = ['GET https://a.org', '', 'x', '  ### t', 'GET https://b.org'];
    expect(read('httpyac', ...lines).requests).toHaveLength(2);
    expect(read('jetbrains', ...lines).requests).toHaveLength(1);
    expect(read('rest-client', ...lines).requests).toHaveLength(1);
  });

  test('Visual Studio splits at ### in mid-line, with true positions', () => {
    const tree = read('visual-studio', 'GET https://a.org ### Next', 'POST https://b.org', '', 'x ### y');
    expect(tree.requests.map(({ url, title, line }) => [url, title, line])).toEqual([
      ['https://a.org', null, 0],
      ['https://b.org', 'Next', 1],
    ]);
    expect(tree.requests[1]?.body).toMatchObject({ text: 'x ', span: { end: { line: 3, column: 2 } } });
  });

  test('/* ### */ is a comment in httpyac only', () => {
    const lines = ['GET https://a.org', '', '/*', '### t', '*/', 'x'];
    expect(bodyText(one('httpyac', ...lines))).toBe('x');
    expect(bodyText(read('rest-client', ...lines).requests[0]!)).toBe('/*');
  });
});

describe('variables', () => {
  const values = (dialect: Dialect, ...lines: string[]) =>
    read(dialect, ...lines).variables.map(({ name, value }) => [name, value]);

  test('an empty value', () => {
    for (const dialect of ['rest-client', 'jetbrains', 'visual-studio'] as const) {
      expect(values(dialect, '@x =')).toEqual([['x', '']]);
    }
    expect(one('httpyac', '@x =')).toMatchObject({ url: '@x =' });
  });

  test('quotes and := ', () => {
    expect(values('rest-client', '@x="a"', '@y:=z')).toEqual([
      ['x', '"a"'],
      ['y:', 'z'],
    ]);
    expect(read('httpyac', '@x="a"', '@y:=z').variables).toMatchObject([
      { name: 'x', value: 'a' },
      { name: 'y', value: 'z', lazy: true },
    ]);
  });

  test('below the request line', () => {
    const lines = ['GET https://a.org', '', '@x=1', 'y'];
    expect(values('rest-client', ...lines)).toEqual([['x', '1']]);
    expect(bodyText(one('rest-client', ...lines))).toBe('@x=1\ny');
    for (const dialect of ['httpyac', 'kulala'] as const) {
      expect(values(dialect, ...lines)).toEqual([['x', '1']]);
      expect(bodyText(one(dialect, ...lines))).toBe('y');
    }
    expect(values('jetbrains', ...lines)).toEqual([]);
    expect(bodyText(one('jetbrains', ...lines))).toBe('@x=1\ny');
  });

  test('dots and dashes in names, equals signs in values', () => {
    expect(values('rest-client', '@a.b-c = d=e ')).toEqual([['a.b-c', 'd=e']]);
  });

  test('a variable without an equals sign is a problem', () => {
    expect(read('rest-client', '@x', 'GET https://a.org').problems).toMatchObject([
      { code: 'variable_invalid', span: { start: { line: 0, column: 0 }, end: { line: 0, column: 2 } } },
    ]);
  });
});

describe('methods', () => {
  test.each(all)('%s: a method in front of a URL may be in any case', (dialect) => {
    for (const word of ['post', 'Post', 'POST']) {
      expect(one(dialect, `${word} https://a.org`)).toMatchObject({ method: 'POST', url: 'https://a.org' });
    }
  });

  test.each(all)('%s: a slip in a method does not become a part of the URL', (dialect) => {
    for (const url of ['https://a.org/x', '{{host}}/x', '/x', 'a.org/x', 'localhost:8080', '[::1]/x']) {
      for (const word of ['GTE', 'gte', 'P0ST', 'DELTE']) {
        expect(one(dialect, `${word}\t${url}`)).toMatchObject({ method: word.toUpperCase(), url });
      }
    }
  });

  test.each(all)('%s: methods of WebDAV, caches and the registry are methods', (dialect) => {
    for (const word of ['PROPFIND', 'REPORT', 'QUERY', 'PURGE', 'MKCALENDAR', 'LINK', 'VERSION-CONTROL']) {
      expect(one(dialect, `${word} https://a.org`)).toMatchObject({ method: word, url: 'https://a.org' });
    }
  });

  test('a URL without a method stays one', () => {
    for (const url of ['https://a.org/a b', 'a.org/x y', '{{host}} /x', 'localhost', 'api/users']) {
      expect(one('rest-client', url)).toMatchObject({ method: 'GET', url });
    }
  });

  test('httpyac: a slip in a method without a separator is no body of the request above', () => {
    const tree = read(
      'httpyac',
      'GET https://a.org',
      'A: b',
      '',
      'GTE https://b.org',
      '',
      'PURGE https://c.org',
    );
    expect(tree.requests.map(({ method, url, body }) => [method, url, body.kind])).toEqual([
      ['GET', 'https://a.org', 'none'],
      ['GTE', 'https://b.org', 'none'],
      ['PURGE', 'https://c.org', 'none'],
    ]);
  });

  test('httpyac: directives that say where a request and its query end', () => {
    const forced = read(
      'httpyac',
      '# @forceRegionDelimiter',
      'POST https://a.org',
      '',
      'x',
      'GET https://b.org',
    );
    expect(forced.requests).toHaveLength(1);
    expect(one('httpyac', '# @noGqlParsing', 'POST https://a.org', '', 'query x').body.kind).toBe('text');
  });

  test('kulala: # @graphql makes the body GraphQL', () => {
    expect(one('kulala', '# @graphql', 'POST https://a.org', '', 'query { a }').body.kind).toBe('graphql');
  });

  test('httpyac: a word in capitals inside a body starts no request', () => {
    const tree = read('httpyac', 'POST https://a.org', '', 'UPDATE users SET a = 1', 'LIST https://b.org');
    expect(tree.requests).toHaveLength(1);
  });

  test('WEBSOCKET and the like', () => {
    for (const dialect of all) {
      expect(one(dialect, 'WEBSOCKET wss://a.org')).toMatchObject({
        method: 'WEBSOCKET',
        url: 'wss://a.org',
      });
    }
    expect(one('httpyac', 'wss://a.org').method).toBe('WS');
  });

  test('a method without a URL', () => {
    const tree = read('rest-client', 'POST', 'A: b');
    expect(tree.requests[0]).toMatchObject({ method: 'POST', url: '' });
    expect(tree.problems).toMatchObject([{ code: 'url_missing', span: { start: { line: 0 } } }]);
  });

  test('metadata without a request', () => {
    expect(read('rest-client', '# @name a', '# note', '###', 'GET https://a.org').problems).toMatchObject([
      { code: 'request_line_missing', severity: 'warning', span: { start: { line: 0 } } },
    ]);
  });
});

describe('variables of REST Client below a body', () => {
  const body = (...lines: string[]) =>
    one('rest-client', '# @name create', 'POST https://a.org', '', ...lines).body;

  test('are no part of it where they keep something of the answer to this request', () => {
    const kept = ['', '@id = {{create.response.body.$.id}}', '', '@next={{id}}'];
    expect(body('{ "a": 1 }', ...kept)).toMatchObject({ kind: 'text', text: '{ "a": 1 }' });
    expect(body(...kept)).toEqual({ kind: 'none' });
  });

  test('are sent with it elsewhere, as REST Client does', () => {
    for (const lines of [
      ['{}', '', '@id = {{other.response.body.$.id}}'],
      ['{}', '@id = {{create.response.body.$.id}}'],
      ['@id = {{create.response.body.$.id}}', '', '{}'],
    ]) {
      expect(body(...lines)).toMatchObject({ kind: 'text', text: lines.join('\n') });
    }
  });
});

describe('GraphQL', () => {
  const body = ['', 'query Q($a: Int) {', '  b', '}', '', '{ "a": 1 }'];

  test('by header in REST Client and kulala', () => {
    for (const dialect of ['rest-client', 'kulala'] as const) {
      expect(one(dialect, 'POST https://a.org', 'X-REQUEST-TYPE: GraphQL', ...body).body.kind).toBe(
        'graphql',
      );
    }
    expect(one('jetbrains', 'POST https://a.org', 'X-Request-Type: GraphQL', ...body).body.kind).toBe('text');
  });

  test('by method in JetBrains, httpyac and kulala', () => {
    for (const dialect of ['jetbrains', 'httpyac', 'kulala'] as const) {
      expect(one(dialect, 'GRAPHQL https://a.org', ...body)).toMatchObject({
        method: 'GRAPHQL',
        body: { kind: 'graphql', text: body.slice(1).join('\n') },
      });
    }
  });

  test('a bare query in httpyac only', () => {
    expect(one('httpyac', 'POST https://a.org', ...body).body.kind).toBe('graphql');
    expect(one('rest-client', 'POST https://a.org', ...body).body.kind).toBe('text');
    expect(one('httpyac', 'POST https://a.org', '', 'queryless=1').body.kind).toBe('text');
  });
});

describe('scripts and references', () => {
  const lines = [
    '< {%',
    '  request.variables.set("a", 1);',
    '%}',
    'POST https://a.org',
    '',
    'body',
    '> {% client.log("}") %}',
    '> ./after.js',
    '>>! ./out.json',
    '<> ./earlier.json',
  ];

  test.each(['jetbrains', 'httpyac', 'kulala'] as const)('%s keeps them out of the body', (dialect) => {
    const request = one(dialect, ...lines);
    expect(bodyText(request)).toBe('body');
    expect(request.extras.map(({ kind }) => kind)).toEqual([
      'pre-request-script',
      'response-handler',
      'response-handler',
      'response-redirect',
      'response-reference',
    ]);
    expect(request.extras[0]).toMatchObject({
      text: '< {%\n  request.variables.set("a", 1);\n%}',
      span: { start: { line: 0, column: 0 }, end: { line: 2, column: 2 } },
    });
  });

  test.each(['rest-client', 'visual-studio'] as const)('%s: they are body text', (dialect) => {
    expect(bodyText(one(dialect, 'POST https://a.org', '', 'a', '> {% b %}'))).toBe('a\n> {% b %}');
  });

  test('quoted text is no script', () => {
    expect(bodyText(one('jetbrains', 'POST https://a.org', '', '> some quoted words'))).toBe(
      '> some quoted words',
    );
  });

  test('httpyac: scripts in braces, assertions and proto options', () => {
    const tree = read(
      'httpyac',
      '{{+',
      '  exports.a = 1;',
      '}}',
      'proto < ./hello.proto',
      'keepCase: true',
      '',
      'POST https://a.org',
      'A: b',
      '...defaults',
      '',
      'body',
      '',
      '{{@response',
      '  test();',
      '}}',
      '?? status == 200',
    );
    const [request] = tree.requests;
    expect(request && headersOf(request)).toEqual([['A', 'b']]);
    expect(request && bodyText(request)).toBe('body');
    expect(request?.extras.map(({ kind }) => kind)).toEqual([
      'header-spread',
      'response-handler',
      'assertion',
    ]);
    // It runs for every request of the file.
    expect(tree.loose.flatMap(({ extras }) => extras.map(({ kind }) => kind))).toEqual([
      'pre-request-script',
    ]);
  });

  test('httpyac: a recorded response below a request', () => {
    const tree = read(
      'httpyac',
      'GET https://a.org',
      '',
      'HTTP/1.1 200 OK',
      'A: b',
      '',
      '{}',
      'GET https://b.org',
    );
    expect(tree.requests.map(({ url, body }) => [url, body.kind])).toEqual([
      ['https://a.org', 'none'],
      ['https://b.org', 'none'],
    ]);
  });

  test.each(['jetbrains', 'httpyac', 'kulala'] as const)('%s: a script without an end', (dialect) => {
    const tree = read(dialect, 'GET https://a.org', '', '> {%', 'a', '### next', 'GET https://b.org');
    expect(tree.problems).toMatchObject([{ code: 'script_unclosed' }]);
    expect(tree.requests.map(({ url }) => url)).toEqual(['https://a.org', 'https://b.org']);
  });

  test('import and run are directives', () => {
    for (const dialect of ['jetbrains', 'kulala'] as const) {
      const request = one(dialect, 'import ./other.http', 'run #login', 'GET https://a.org');
      expect(request.metadata.map(({ key, value }) => [key, value])).toEqual([
        ['import', './other.http'],
        ['run', '#login'],
      ]);
    }
  });

  test('kulala: metadata and variables inside a body are no body', () => {
    const request = one('kulala', 'POST https://a.org', '', 'a', '# @name late', '@x = 1', '# kept', 'b');
    expect(request.name).toBe('late');
    expect(bodyText(request)).toBe('a\n# kept\nb');
  });
});

describe('a URL that goes on below the version', () => {
  const lines = ['GET https://a.org/x HTTP/1.1', '  ?b=c', '  &d=e'];

  test.each(all)('%s: or right behind it', (dialect) => {
    expect(one(dialect, 'GET https://a.org/x HTTP/1.1?b=c&d=e').url).toBe('https://a.org/x?b=c&d=e');
  });

  test.each(all.filter((dialect) => dialect !== 'visual-studio'))('%s joins it', (dialect) => {
    expect(one(dialect, ...lines, 'A: b')).toMatchObject({ url: 'https://a.org/x?b=c&d=e', headers: [{}] });
    expect(one(dialect, 'GET https://a.org/x HTTP/2', '  ?b=c HTTP/{{v}}', '  &d=e').url).toBe(
      'https://a.org/x?b=c&d=e',
    );
    expect(one(dialect, 'GET https://a.org/x', '  ?b=HTTP/1.1', '  &d=e HTTP/1.1').url).toBe(
      'https://a.org/x?b=HTTP/1.1&d=e',
    );
  });

  test('Visual Studio does not, and it is marked', () => {
    expect(read('visual-studio', ...lines).problems).toMatchObject([
      { code: 'header_invalid', span: { start: { line: 1 } } },
    ]);
  });
});
