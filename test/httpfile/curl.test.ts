import { describe, expect, test } from 'vitest';
import { parseCurl, splitShellWords } from '../../src/httpfile/curl.ts';
import { parseHttpFile } from '../../src/httpfile/parse.ts';

describe('cURL lines', () => {
  test('become requests', () => {
    const tree = parseHttpFile(
      [
        '### Create',
        'curl --request POST \\',
        "  --url 'https://a.org/$x' \\",
        '  -H "A: b" -d \'{"c": 1}\'',
        '###',
      ].join('\n'),
    );
    expect(tree.problems).toEqual([]);
    expect(tree.requests).toMatchObject([
      {
        title: 'Create',
        line: 1,
        method: 'POST',
        url: 'https://a.org/$x',
        headers: [
          { name: 'A', value: 'b' },
          { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
        ],
        body: { kind: 'text', text: '{"c": 1}' },
      },
    ]);
  });

  test('options with their argument glued on', () => {
    expect(parseCurl("curl -XPUT -H'A: b' --url=https://a.org -sS -o /dev/null")).toMatchObject({
      method: 'PUT',
      url: 'https://a.org',
      headers: [{ name: 'A', value: 'b' }],
      body: null,
    });
  });

  test('an argument that looks like an option', () => {
    const curl = parseCurl("curl https://a.org --data $'--b=1\\r\\nC'");
    expect(curl).toMatchObject({ method: 'POST', body: '--b=1\r\nC' });
  });

  test('data as query, from a file, as JSON, and encoded', () => {
    expect(parseCurl('curl -G https://a.org?x=1 -d y=2 -d z=3').url).toBe('https://a.org?x=1&y=2&z=3');
    expect(parseCurl('curl https://a.org -d @body.json').bodyFile).toBe('body.json');
    expect(parseCurl('curl https://a.org --json {}').headers).toEqual([
      { name: 'Content-Type', value: 'application/json' },
    ]);
    expect(parseCurl('curl https://a.org --data-urlencode "q=a b"').body).toBe('q=a%20b');
  });

  test('user, agent, cookie and head', () => {
    const curl = parseCurl('curl -I -u me:secret -A agent -b c=d -e https://r.org https://a.org');
    expect(curl.method).toBe('HEAD');
    expect(curl.headers.map(({ name }) => name)).toEqual([
      'Authorization',
      'User-Agent',
      'Cookie',
      'Referer',
    ]);
  });

  test('what is missing is a problem', () => {
    expect(parseHttpFile('curl -X POST').problems).toMatchObject([{ code: 'url_missing' }]);
    expect(parseHttpFile('curl "https://a.org').problems).toMatchObject([{ code: 'request_line_missing' }]);
  });

  test('a word that merely begins with curl is none', () => {
    expect(parseHttpFile('GET https://a.org\n\ncurly text').requests).toHaveLength(1);
    expect(parseHttpFile('curl.example.org/path').requests[0]).toMatchObject({
      url: 'curl.example.org/path',
    });
  });

  test('words of a shell', () => {
    expect(splitShellWords(`a "b \\" c" 'd \\ e' f\\ g "" $'h\\n'`)).toEqual({
      words: ['a', 'b " c', 'd \\ e', 'f g', '', 'h\n'],
      unclosedQuote: false,
    });
    expect(splitShellWords("a 'b").unclosedQuote).toBe(true);
  });
});
