import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvironmentFile } from '../../src/httpfile/environments/environmentFile.ts';
import { parseHttpFile, type Reading, readHttpFile } from '../../src/httpfile/parse/parse.ts';
import { requestAtLine } from '../../src/httpfile/parse/requestAt.ts';
import { splitTemplate } from '../../src/httpfile/resolve/template.ts';
import type { Dialect, Position, Span } from '../../src/httpfile/parse/tree.ts';

const dialects: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

/** Lines that look like something, so that the rules meet one another in every order. */
const line = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      '###',
      '### Title',
      '  ### in',
      'x ### y',
      '# @name a',
      '// @no-redirect',
      '# c',
      '#c',
      '@a = b',
      '@a',
    ],
    ...[
      'GET https://a.org',
      'POST',
      'post https://a.org HTTP/1.1',
      'https://a.org',
      '  /path',
      '?a=b',
      '&c=d',
      'A: b',
    ],
    ...[
      '  A: b',
      '{{me}}',
      '{{',
      '}}',
      '{{+',
      '{{@response',
      '< {%',
      '> {%',
      '%}',
      '> {% a %}',
      '> ./a.js',
      '>> a',
      '<> a',
    ],
    ...[
      '< ./f',
      '<@ ./f',
      '<@latin1 ./f',
      '{',
      '}',
      '{ "a": 1 }',
      '/*',
      '*/',
      'query {',
      'gql a < b',
      'fragment A on B {',
    ],
    ...[
      'HTTP/1.1 200 OK',
      '?? status == 200',
      'proto < a',
      '...b',
      'import a.http',
      'run #b',
      'curl https://a.org -d x',
    ],
    ...[
      "curl 'open",
      'curl a \\',
      '-H "A: {{b}}" -F c=@d',
      'curl.exe `',
      'curl ^"a^" ^',
      "--new $'\\ud83d'",
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: text/markdown',
      '--b',
      '--b--',
      '\0',
    ],
    ...['X-Request-Type: GraphQL', 'GRAPHQL https://a.org', 'MQTT tcp://a', '\u{1F511}', '\u2028', '\uD800'],
  ),
  fc.string({ unit: 'binary' }),
);
const document = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(([lines, ending, mark]) => (mark ? '\uFEFF' : '') + lines.join(ending));

function lineLengths(text: string): number[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map(({ length }) => length);
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

function* spansOf(value: unknown): Generator<Span> {
  if (typeof value !== 'object' || value === null) return;
  if ('start' in value && 'end' in value) yield value as Span;
  else for (const each of Object.values(value)) yield* spansOf(each);
}

describe('any text', () => {
  test('is read without throwing, and every span lies inside it', () => {
    fc.assert(
      fc.property(document, fc.option(fc.constantFrom(...dialects)), (text, dialect) => {
        const lengths = lineLengths(text);
        const tree = parseHttpFile(text, dialect === null ? {} : { dialect });
        for (const { start, end } of spansOf(tree)) {
          expect(compare(start, end)).toBeLessThanOrEqual(0);
          for (const { line: at, column } of [start, end]) {
            expect(column).toBeGreaterThanOrEqual(0);
            expect(column).toBeLessThanOrEqual(lengths[at] ?? -1);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('gives requests in order, each inside its block, and blocks that do not overlap', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(...dialects), (text, dialect) => {
        const tree = parseHttpFile(text, { dialect });
        let lastEnd = -1;
        for (const [index, request] of tree.requests.entries()) {
          expect(request.index).toBe(index);
          // Visual Studio may end a block and begin the next within one line.
          expect(request.blockStartLine).toBeGreaterThanOrEqual(
            dialect === 'visual-studio' ? lastEnd : lastEnd + 1,
          );
          expect(request.line).toBeGreaterThanOrEqual(request.blockStartLine);
          expect(request.line).toBeLessThanOrEqual(request.blockEndLine);
          if (dialect !== 'visual-studio') expect(requestAtLine(tree, request.line)).toBe(request);
          lastEnd = request.blockEndLine;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('two texts with a separator between them hold the requests of both', () => {
    const shape = (text: string, dialect: Dialect) =>
      parseHttpFile(text, { dialect }).requests.map(({ name, method, url, headers, body }) => ({
        name,
        method,
        url,
        headers: headers.map(({ name: key, value }) => [key, value]),
        kind: body.kind,
      }));
    const block = fc
      .array(line, { maxLength: 12 })
      .map((lines) => lines.join('\n'))
      // These reach over separators on purpose: comment blocks, and Markdown, where a title is text.
      .filter((text) => !text.includes('/*') && !text.includes('markdown') && !text.startsWith('\uFEFF'));
    fc.assert(
      fc.property(block, block, fc.constantFrom(...dialects), (first, second, dialect) => {
        const both = shape(`${first}\n###\n${second}`, dialect);
        expect(both).toEqual([...shape(first, dialect), ...shape(`###\n${second}`, dialect)]);
      }),
      { numRuns: 1000 },
    );
  });

  test('is read after edits as if it were read for the first time', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat({ max: 6 }),
      insert: fc.oneof(line, fc.constantFrom('', 'x', '#', ' ', '\n', '\r', '\r\n', ' \n', '\n ', '### t\n')),
    });
    fc.assert(
      fc.property(
        document,
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.option(fc.constantFrom(...dialects)),
        (text, edits, dialect) => {
          const options = dialect === null ? {} : { dialect };
          let before: Reading = readHttpFile(text, options);
          for (const { at, remove, insert } of edits) {
            const from = Math.round(at * text.length);
            text = text.slice(0, from) + insert + text.slice(from + remove);
            before = readHttpFile(text, { ...options, before });
            expect(before.tree).toEqual(parseHttpFile(text, options));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('is put together again from the parts of a template', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', ' ', '\n', '$') }), (raw) => {
        const parts = splitTemplate(raw);
        const again = parts.map((part) =>
          part.kind === 'literal' ? part.text : raw.slice(part.offset, part.offset + part.length),
        );
        expect(again.join('')).toBe(raw);
        for (const part of parts)
          if (part.kind === 'expression') expect(part.text).not.toMatch(/\{\{|\}\}|\n/);
      }),
      { numRuns: 2000 },
    );
  });

  test('as an environment file is read without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { problems } = parseEnvironmentFile(text, 'f');
        expect(problems.every(({ file }) => file === 'f')).toBe(true);
      }),
    );
  });
});

describe('time grows with the length, not faster', () => {
  /** Time of this thread, so that a busy machine does not matter. */
  function spent(work: () => unknown): number {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  }

  /**
   * Eight short texts against one that is eight times as long: equal when the time is linear, eight times as much
   * when it is quadratic. The constant keeps very short times from deciding.
   */
  function expectLinear(make: (size: number) => string, read: (text: string) => unknown, size: number): void {
    const small = make(size);
    const large = make(size * 8);
    let ofSmall = 0;
    let ofLarge = Infinity;
    // A pause of the garbage collector may spoil a round, but not all of them.
    for (let round = 0; round < 8 && ofLarge > ofSmall * 3 + 20; round++) {
      const eight = spent(() => {
        for (let time = 0; time < 8; time++) read(small);
      });
      ofSmall = Math.max(ofSmall, eight);
      ofLarge = Math.min(
        ofLarge,
        spent(() => read(large)),
      );
    }
    expect(ofLarge).toBeLessThanOrEqual(ofSmall * 3 + 20);
  }

  test.each([...dialects, undefined])('requests (%s)', (dialect) => {
    const block = '### Title\n# @note n\nGET https://a.org/{{id}}\nAccept: a/b\n\n{ "a": {{b}} }\n\n';
    const options = dialect === undefined ? {} : { dialect };
    expectLinear(
      (size) => block.repeat(size),
      (text) => parseHttpFile(text.replaceAll('@name', '@note'), options),
      2500,
    );
  });

  const piles: [string, string][] = [
    ['{', ''],
    ['}', ''],
    ['{{', ''],
    ['}}', 'GET https://a.org/'],
    ['{{a}}', 'GET https://a.org\nA: '],
    ['#', ''],
    ['###\n', ''],
    ['#\n', 'GET https://a.org\nContent-Type: text/markdown\n'],
    ['A: b\n', 'GET https://a.org\n'],
    ['A: b\n#\n', 'GET https://a.org\n'],
    ['\n', ''],
    ['\r', ''],
    [' ', 'GET https://a.org'],
    ['@', ''],
    ['@a=b\n', ''],
    ['< {%\n', ''],
    ['> {%\n', 'GET https://a.org\n\n'],
    ['> {%\n###\n', ''],
    ['{{\n', ''],
    ['{{\n###\n', ''],
    ['{{\n}}\n', 'GET https://a.org\n\n'],
    ['/*\n', ''],
    ['query {\n\n', 'POST https://a.org\n\n'],
    ['# @name a\nGET https://a.org\n###\n', ''],
    [' HTTP/1.1', 'GET https://a.org'],
    ['x ### y', ''],
    ['\'"', 'curl '],
    ['\\\n', 'curl '],
    ['-Ha:b ', 'curl '],
    ['-sx ', 'curl '],
    [':', 'curl ['],
    ["-F 'a=b;type=c/d;filename=\"' ", 'curl '],
    ['{{ "', 'curl '],
    ['^\n', 'curl '],
    ['%a^"', 'curl ^"'],
    ['`\n', 'curl.exe '],
    ['#\n', 'curl a\n'],
    ["$'\\x41' ", 'curl '],
    ['\nx', 'curl a'],
    ['[', 'POST https://a.org\n'],
    ['&a=b\n', 'GET https://a.org?\n'],
    ['// @import x\n', ''],
  ];
  test.each(piles)('a pile of %j after %j', (piece, before) => {
    const make = (size: number) => before + piece.repeat(Math.ceil(size / piece.length));
    for (const dialect of [...dialects, undefined]) {
      expectLinear(make, (text) => parseHttpFile(text, dialect === undefined ? {} : { dialect }), 10_000);
    }
    expectLinear(make, splitTemplate, 10_000);
  });

  test('a million braces and a million hashes', () => {
    for (const char of ['{', '}', '#']) {
      const tree = parseHttpFile(`GET https://a.org\n\n${char.repeat(1_000_000)}`);
      expect(tree.requests).toHaveLength(1);
    }
  });
});
