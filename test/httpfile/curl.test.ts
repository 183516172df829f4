import { describe, expect, test } from 'vitest';
import { readCurl } from '../../src/httpfile/curl/command.ts';
import { splitWords } from '../../src/httpfile/curl/shell.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';
import { listJson } from '../../src/terminal/output/listJson.ts';
import { failure, type Options, resolve, text } from './support.ts';

const dialects: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];
const words = (source: string) => splitWords(source).words.map(({ text: each }) => each);
const sentBody = async (file: string, options: Options = {}) => text((await resolve(file, options)).body);

describe('cURL lines', () => {
  test.each(dialects)('become requests: %s', async (dialect) => {
    const file = [
      '### Create',
      'curl --request POST \\',
      "  --url 'https://a.org/$x' \\",
      '  -H "A: {{b}}" -d \'{"c": 1}\'',
      '',
      '# a comment below',
      '### Next',
      'GET https://b.org',
    ].join('\n');
    const tree = parseHttpFile(file, { dialect });
    expect(tree.problems).toEqual([]);
    expect(tree.requests).toMatchObject([
      {
        title: 'Create',
        line: 1,
        method: 'POST',
        url: 'https://a.org/$x',
        headers: [
          { name: 'A', value: '{{b}}', span: { start: { line: 3, column: 2 } } },
          { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
        ],
        body: { kind: 'text', text: '{"c": 1}' },
      },
      { method: 'GET' },
    ]);
    const request = await resolve(file, { dialect, overrides: { b: 'v' } });
    expect(request.headers[0]).toEqual(['A', 'v']);
    expect(text(request.body)).toBe('{"c": 1}');
  });

  test('an argument that looks like an option', async () => {
    expect(await sentBody("curl https://a.org --data $'--b=1\\r\\nC'")).toBe('--b=1\r\nC');
  });

  test('data is sent to the byte, with variables replaced', async () => {
    const overrides = { v: ' 100% & more ' };
    expect(await sentBody("curl https://a.org -d 'a=%zz b' -d 'c={{v}}'", { overrides })).toBe(
      'a=%zz b&c= 100% & more ',
    );
    expect(await sentBody('curl https://a.org --data-urlencode "c={{v}}"', { overrides })).toBe(
      'c=+100%25+%26+more+',
    );
    const request = await resolve('curl -G https://a.org -d a=1 --data-urlencode "c={{v}}"', { overrides });
    expect(request.url).toBe('https://a.org?a=1&c=+100%25+%26+more+');
    // What a variable holds is never a file.
    expect(await sentBody('curl https://a.org -d {{v}}', { overrides: { v: '@secret' } })).toBe('@secret');
  });

  test('a form gets its boundary when it is sent', async () => {
    const contents = { '/project/api/f.png': 'png' };
    const file = `curl https://a.org -F 'a={{v}}' -F 'f=@f.png'`;
    const request = await resolve(file, { contents, overrides: { v: 'x;y' } });
    const [, boundary = ''] = /boundary=(.+)$/.exec(request.headers[0]?.[1] ?? '') ?? [];
    expect(request.method).toBe('POST');
    expect(text(request.body)).toBe(
      [
        `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx;y\r\n`,
        `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="f.png"\r\nContent-Type: image/png\r\n\r\npng\r\n`,
        `--${boundary}--\r\n`,
      ].join(''),
    );
    const [listed] = listJson('x', parseHttpFile(file)).requests;
    expect(listed?.body).toEqual({ kind: 'multipart', text: 'a={{v}}\nf=@f.png' });
  });

  test('a body file outside the folder is refused in an untrusted workspace', async () => {
    for (const option of [
      '-d @../../etc/x',
      '-F f=@/etc/x',
      '-T /etc/x',
      '-G -d @/etc/x',
      '--json @/etc/x',
    ]) {
      const options: Options = { trusted: false, contents: { '/etc/x': 's' } };
      expect(await failure(`curl https://a.org ${option}`, options), option).toMatchObject({
        code: 'untrusted_workspace',
      });
    }
  });

  test('says the same as # @ lines about how it is sent', () => {
    const settings = (command: string) =>
      readCurl(command).settings.map(({ key, value }) => `${key} ${value}`.trim());
    expect(settings('curl -k -m 1.5 --connect-timeout 2 https://a.org')).toEqual([
      'insecure',
      'no-redirect',
      'timeout 1500 ms',
      'connection-timeout 2000 ms',
    ]);
    expect(settings('curl -L https://a.org')).toEqual([]);
  });

  test('headers that are left out', async () => {
    const request = await resolve("curl https://a.org -H 'User-Agent:' -H Accept:");
    expect(request).toMatchObject({ headers: [], omittedHeaders: ['user-agent', 'accept'] });
  });

  test('what is missing is a problem', () => {
    expect(parseHttpFile('curl -X POST').problems).toMatchObject([{ code: 'url_missing' }]);
    expect(parseHttpFile('curl "https://a.org').problems[0]).toMatchObject({ code: 'unsupported' });
  });

  test('a word that merely begins with curl is none', () => {
    expect(parseHttpFile('GET https://a.org\n\ncurly text').requests).toHaveLength(1);
    expect(parseHttpFile('curl.example.org/path').requests[0]).toMatchObject({
      url: 'curl.example.org/path',
    });
  });
});

describe('what a cURL line says and is not done', () => {
  test.each([
    ['curl --anyauth -u a:b https://a.org', '--anyauth', 5, 14],
    ['curl --negotiate -u : https://a.org', '--negotiate', 5, 16],
    ['curl https://a.org -u a:b --ntlm', '--ntlm', 26, 32],
    ['curl --aws-sigv4 aws:amz https://a.org', '--aws-sigv4', 5, 24],
    ['curl --digest https://a:b@a.org', '--digest', 5, 13],
    ['curl --aws-sigv4 osc -u a:b https://a.org', '--aws-sigv4', 5, 20],
    ['curl --aws-sigv4 {{provider}} -u a:b https://a.org', '--aws-sigv4', 5, 29],
    ['curl -skx http://p https://a.org', '-x', 5, 18],
    ['curl --proxy-user a:b https://a.org', '--proxy-user', 5, 21],
    ['curl --resolve a.org:443:127.0.0.1 https://a.org', '--resolve', 5, 34],
    ['curl --unknown x https://a.org', '--unknown', 5, 14],
    ['curl -s~ https://a.org', '-~', 5, 8],
    ['curl --url=https://a.org', '--url', 5, 24],
    ['curl https://a.org -b jar.txt', '-b', 19, 29],
    ['curl https://a.org -H @headers.txt', '-H', 19, 34],
    ['curl https://a.org -d @-', '-d', 19, 24],
    ['curl -T x https://a.org/?b=c', '-T', 10, 28],
    ['curl https://a.org https://b.org', 'several URLs', 19, 32],
    ['curl https://a.org --next https://b.org', '--next', 19, 25],
    ['curl https://a.org/[1-3]', '[ ]', 5, 24],
    ['curl "https://a.org/{b,c}"', '{ }', 5, 26],
    ['curl https://a.org | jq .', '|', 19, 20],
    ['curl https://a.org && ls', '&&', 19, 21],
    ['curl https://a.org > out', '>', 19, 20],
    ['curl https://a.org?a=1&b=2', '&', 22, 23],
    ['curl https://a.org -H "A: $TOKEN"', '$TOKEN', 26, 32],
    ['curl https://a.org -H "A: $(id)"', '$(…)', 26, 28],
    ['curl https://a.org -d `id`', '`', 22, 23],
    ['curl https://a.org -d 1 -F a=b', 'together', 24, 30],
  ])('%s', async (command, named, from, to) => {
    for (const dialect of dialects) {
      const { problems } = parseHttpFile(command, { dialect });
      expect(problems[0]).toMatchObject({
        code: 'unsupported',
        span: { start: { line: 0, column: from }, end: { line: 0, column: to } },
      });
      expect(problems[0]?.message).toContain(named);
      const error = await failure(command, { dialect });
      expect(error.code).toBe('unsupported');
      expect(error.message).toContain(named);
    }
  });

  test('an unknown option never makes its argument the URL', () => {
    expect(readCurl('curl --new secret https://a.org').url).toBe('');
    expect(readCurl('curl -r secret https://a.org').url).toBe('https://a.org');
  });

  test.each(dialects)('a line below that belongs to nothing: %s', async (dialect) => {
    const file = 'curl https://a.org -d a=1\n\n{"b": 2}';
    expect(parseHttpFile(file, { dialect }).problems).toMatchObject([
      { code: 'unsupported', span: { start: { line: 2 } } },
    ]);
    expect(await failure(file, { dialect })).toMatchObject({ code: 'unsupported' });
  });

  test('messages hold no argument', async () => {
    const error = await failure('curl --proxy-user eve:open-1234 --new=open-1234 https://a.org');
    expect(JSON.stringify(error) + error.message).not.toContain('1234');
  });
});

describe('words of a shell', () => {
  test('POSIX', () => {
    expect(words(`a "b \\" c" 'd \\ e' f\\ g "" $'h\\n' i#j "k {{$x 'l'}}" #m`)).toEqual([
      'a',
      'b " c',
      'd \\ e',
      'f g',
      '',
      'h\n',
      'i#j',
      "k {{$x 'l'}}",
    ]);
    expect(words('curl {{host}}/{{$token a}} -H "A: {{$token b}}"')).toEqual([
      'curl',
      '{{host}}/{{$token a}}',
      '-H',
      'A: {{$token b}}',
    ]);
    expect(splitWords("a 'b").fault?.message).toContain('not closed');
  });

  test('lines that go on with an option belong to the command, others do not', () => {
    expect(words('curl a\n  -d b\n# c\n  --compressed\nd')).toEqual(['curl', 'a', '-d', 'b', '--compressed']);
    expect(words('curl a \\\n -d b\n\n-d c')).toEqual(['curl', 'a', '-d', 'b']);
  });

  test("bash's $'…'", () => {
    expect(words(`curl $'it\\'s \\u0021 \\xc3\\xa9 \\101\\x7e\\cA\\e \\U0001f511 \\q'`)[1]).toBe(
      "it's ! é A~\x01\x1b \u{1F511} \\q",
    );
    // Firefox writes a character beyond the first plane as two.
    expect(words(`curl $'\\ud83d\\udd11'`)[1]).toBe('\u{1F511}');
    for (const broken of ['\\xff', '\\0', '\\ud83d', '\\U00110000']) {
      expect(splitWords(`curl $'${broken}'`).fault?.message, broken).toContain('no text');
    }
  });

  test("Windows' cmd, as browsers copy it", () => {
    const copied = [
      'curl ^"https://a.org/?b=1^&c=^%^20^" ^',
      '  -H ^"accept: ^*/^*^" ^',
      '  --data-raw ^"^{^\\^"d^\\^":^\\^"e^\\^\\^\\^"f^\\^",^\\^"g^\\^":1^}^',
      '',
      'h^"',
    ].join('\n');
    expect(words(copied)).toEqual([
      'curl',
      'https://a.org/?b=1&c=%20',
      '-H',
      'accept: */*',
      '--data-raw',
      '{"d":"e\\"f","g":1}\nh',
    ]);
    expect(words('curl "https://a.org/?b&c" ^\n  --data-raw "{""d"":""e f""}" ^\n -s')).toEqual([
      'curl',
      'https://a.org/?b&c',
      '--data-raw',
      '{"d":"e f"}',
      '-s',
    ]);
    expect(words('curl.exe "a\\\\b" c\\d "e\\\\" "f\\"g"')).toEqual([
      'curl.exe',
      'a\\\\b',
      'c\\d',
      'e\\',
      'f"g',
    ]);
    expect(splitWords('curl "a" ^\n -H "b: %TOKEN%"').fault?.message).toContain('%TOKEN%');
    expect(splitWords('curl ^"a^" | more').fault?.message).toContain('|');
  });

  test('PowerShell', () => {
    const copied = [
      'curl.exe `',
      "  -H 'A: it''s' `",
      '  -H "B: `"c`" {{d}}" `',
      '  -d \'{\\"e\\":1}\' https://a.org',
    ].join('\n');
    expect(words(copied)).toEqual([
      'curl.exe',
      '-H',
      "A: it's",
      '-H',
      'B: "c" {{d}}',
      '-d',
      '{"e":1}',
      'https://a.org',
    ]);
    expect(splitWords('curl.exe `\n "$env:TOKEN"').fault?.message).toContain('$');
  });
});
