import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { missingDotenvVariable, missingOutside } from '../../../src/httpfile/resolve/missingVariable.ts';
import { failure, nowMs, resolve, text } from '../support.ts';

describe('variables', () => {
  test('in URL, header names and values, and body', async () => {
    const request = await resolve(
      '@host = https://a.org\n@n = 7\nPOST {{host}}/{{n}}?x={{ n }}\nX-{{n}}: v{{n}}\n\n{"n": {{n}}, "o": {{{n}}}}',
    );
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://a.org/7?x=7',
      headers: [['X-7', 'v7']],
      tokenValues: [],
    });
    expect(text(request.body)).toBe('{"n": 7, "o": {7}}');
  });

  test('overrides, then the file, then the environment', async () => {
    const file = '@a = file\nGET https://a.org/{{a}}/{{b}}/{{c}}';
    const environment = { a: 'env', b: 'env', c: 'env-{{b}}' };
    expect((await resolve(file, { environment })).url).toBe('https://a.org/file/env/env-env');
    expect((await resolve(file, { environment, overrides: { a: 'over', b: 'over' } })).url).toBe(
      'https://a.org/over/over/env-over',
    );
  });

  test('REST Client: the last definition of the file wins, wherever it stands', async () => {
    const file = '@a = 1\n@b = {{a}}\nGET https://a.org/{{b}}\n###\n@a = 2\n';
    expect((await resolve(file)).url).toBe('https://a.org/2');
  });

  test('elsewhere a request sees the last definition above its end, or else the first below', async () => {
    const file =
      '@a = 1\n###\nGET https://a.org/{{a}}{{late}}\n###\n@a = 2\n@late = 3\nGET https://b.org/{{a}}';
    expect((await resolve(file, { dialect: 'jetbrains' })).url).toBe('https://a.org/13');
    expect((await resolve(file, { dialect: 'jetbrains', index: 1 })).url).toBe('https://b.org/2');
  });

  test('httpyac: = is worked out where it stands, := where it is used', async () => {
    const file = '@a=1\n@fixed=x{{a}}\n@lazy:=y{{a}}\n###\n@a=2\nGET https://a.org/{{fixed}}{{lazy}}';
    expect((await resolve(file, { dialect: 'httpyac' })).url).toBe('https://a.org/x1y2');
  });

  test('httpyac: escaped braces, the host of a bare path, and .env as variables', async () => {
    const file = '@host = https://a.org/\nPOST /x/{{FROM_DOTENV}}\n\n{"a": "\\{\\{b\\}\\}"}';
    const request = await resolve(file, {
      dialect: 'httpyac',
      contents: { '/project/.env': 'FROM_DOTENV=y' },
    });
    expect(request.url).toBe('https://a.org/x/y');
    expect(text(request.body)).toBe('{"a": "{{b}}"}');
  });

  test('a variable that is made up has one value in a request', async () => {
    const { url } = await resolve('@id = {{$guid}}\nGET https://a.org/{{id}}/{{id}}');
    const [, first, second] = /org\/([0-9a-f-]{36})\/(.+)$/.exec(url) ?? [];
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  test('REST Client: that a letter loses its backslash is told where the variable is used', async () => {
    const file = '@account = CORP\\ada\n@fine = a\\\\b\\n\\"\n';
    const used = await resolve(`${file}GET https://a.org/{{account}}?b={{account}}`);
    expect(used.notes).toEqual([
      'REST Client drops a backslash from the variable account (line 1), and so does Keyturn: write \\\\ where one is meant.',
    ]);
    expect((await resolve(`${file}POST https://a.org/\n\n{{fine}}`)).notes).toEqual([]);
    expect((await resolve(`${file}GET https://a.org/{{account}}`, { dialect: 'httpyac' })).notes).toEqual([]);
  });

  test('REST Client: a backslash in a variable escapes what follows it', async () => {
    const file = '@v = a\\nb\\tc\\\\d\\q\\{\\{x}}\nPOST https://a.org\nContent-Type: text/plain\n\n[{{v}}]';
    expect(text((await resolve(file, { overrides: { x: 'y' } })).body)).toBe('[a\nb\tc\\dqy]');
    expect(text((await resolve(file, { dialect: 'jetbrains', overrides: { x: 'y' } })).body)).toBe(
      '[a\\nb\\tc\\\\d\\q\\{\\{x}}]',
    );
  });

  test('REST Client: {{%name}} is percent-encoded', async () => {
    expect((await resolve('@name = Strunk & White\nGET https://a.org/{{%name}}')).url).toBe(
      'https://a.org/Strunk%20%26%20White',
    );
  });

  test('an unknown one is named with its line', async () => {
    expect(await failure('# c\nGET https://a.org\nA: {{nope}}')).toMatchObject({
      code: 'variable_unknown',
      message: 'The variable nope on line 3 is not defined.',
      data: { name: 'nope', line: 3 },
    });
    expect(await failure('POST https://a.org\n\n{\n  "a": {{nope}}\n}')).toMatchObject({ data: { line: 4 } });
    expect(await failure('@a = {{nope}}\n\nGET https://a.org/{{a}}')).toMatchObject({ data: { line: 1 } });
  });

  test('circles', async () => {
    const circle = await failure('@a = {{b}}\n@b = {{c}}\n@c = {{a}}\nGET https://a.org/{{a}}');
    expect(circle).toMatchObject({
      code: 'variable_cycle',
      message: 'Variables refer to one another in a circle: {{a}} → {{b}} → {{c}} → {{a}}.',
    });
    expect(await failure('GET https://a.org/{{a}}', { environment: { a: '{{a}}' } })).toMatchObject({
      code: 'variable_cycle',
    });
  });

  test('chains that are too long, and texts that grow without end', async () => {
    const chain = Array.from({ length: 5000 }, (_, at) => `@v${at} = {{v${at + 1}}}`);
    expect(await failure([...chain, 'GET https://a.org/{{v0}}'].join('\n'))).toMatchObject({
      code: 'variable_invalid',
    });
    const doubling = Array.from({ length: 60 }, (_, at) => `@v${at} = {{v${at + 1}}}{{v${at + 1}}}`);
    expect(await failure([...doubling, '@v60 = x', 'GET https://a.org/{{v0}}'].join('\n'))).toMatchObject({
      code: 'variable_invalid',
    });
  });

  test('names of the prototype are no variables', async () => {
    expect(await failure('GET https://a.org/{{constructor}}')).toMatchObject({ code: 'variable_unknown' });
  });
});

describe('variables that are made up', () => {
  const value = async (expression: string, dialect: Dialect = 'rest-client') =>
    (await resolve(`GET https://a.org\nA: {{${expression}}}`, { dialect })).headers[0]?.[1];

  test.each([
    ['$timestamp', '1709211845'],
    ['$timestamp -1 d', '1709125445'],
    ['$isoTimestamp', '2024-02-29T13:04:05.067Z'],
    ['$datetime iso8601', '2024-02-29T13:04:05.067Z'],
    ['$datetime rfc1123 1 y', 'Fri, 28 Feb 2025 13:04:05 GMT'],
    ['$datetime "DD-MM-YYYY" -1 M', '29-01-2024'],
    ["$datetime 'YYYY [at] HH'", '2024 at 13'],
  ])('%s', async (expression, expected) => {
    expect(await value(expression)).toBe(expected);
  });

  test('.NET formats in Visual Studio', async () => {
    expect(await value('$datetime "dd-MM-yyyy"', 'visual-studio')).toBe('29-02-2024');
  });

  test('local times', async () => {
    expect(Date.parse((await value('$localDatetime iso8601')) ?? '')).toBe(nowMs);
  });

  test('random numbers lie between their bounds', async () => {
    for (let round = 0; round < 50; round++) {
      const number = Number(await value('$randomInt -3 2'));
      expect(number).toBeGreaterThanOrEqual(-3);
      expect(number).toBeLessThan(2);
    }
    expect(Number(await value('$random.integer(5, 6)'))).toBe(5);
  });

  test('identifiers', async () => {
    for (const name of ['$guid', '$uuid', '$random.uuid']) {
      expect(await value(name)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  test.each([
    '$randomInt a b',
    '$randomInt 5 1',
    '$timestamp 1',
    '$datetime iso8601 x d',
    '$timestamp 999999999 y',
  ])('%s cannot be read', async (expression) => {
    expect(await failure(`GET https://a.org/{{${expression}}}`)).toMatchObject({ code: 'variable_invalid' });
  });

  test('the process and .env, also by the name in a variable', async () => {
    const contents = { '/project/.env': 'KEY=far', '/project/api/.env': 'KEY=near' };
    const file =
      '@which = KEY\nGET https://a.org\nA: {{$processEnv HOME}}\nB: {{$dotenv KEY}}\nC: {{$dotenv %which}}';
    expect((await resolve(file, { contents })).headers).toEqual([
      ['A', '/users/me'],
      ['B', 'near'],
      ['C', 'near'],
    ]);
  });

  test('that a script sets, with the line of the script', async () => {
    const script =
      'GET https://a.org\n\n> {% client.global.set("id", "x"); %}\n\n###\nGET https://a.org/{{id}}';
    expect(await failure(script, { dialect: 'jetbrains', index: 1 })).toMatchObject({
      code: 'variable_unknown',
      message: 'The variable id is set by a script on line 3, which has not run.',
      hint: 'Send the request of that script first, or give the variable a value with @id = value, in an environment, or with --var.',
    });
    expect((await resolve(script, { dialect: 'jetbrains', index: 1, overrides: { id: '7' } })).url).toBe(
      'https://a.org/7',
    );
  });

  test('of the process and .env that is missing, with what helps', async () => {
    const missing = (text: string, dialect: Dialect = 'rest-client') =>
      failure(`@which = NOPE\nGET https://a.org/\nA: ${text}`, { dialect });
    const inProcess = {
      code: 'variable_unknown',
      message: 'The process has no variable NOPE (line 3).',
      hint: 'Set NOPE before the editor or the command starts.',
    };
    expect(await missing('{{$processEnv NOPE}}')).toMatchObject(inProcess);
    expect(await missing('{{$processEnv %which}}')).toMatchObject(inProcess);
    expect(await missing('{{$env.NOPE}}', 'jetbrains')).toMatchObject(inProcess);
    expect(await missing('{{$dotenv NOPE}}')).toMatchObject({
      code: 'variable_unknown',
      message: 'No .env file defines the variable NOPE (line 3).',
      hint: 'Write NOPE=value into a file .env beside the request file or above it.',
    });
  });

  test('what .env lacks names the file that was read, or says that there is none', async () => {
    const contents = { '/project/.env': 'KEY=far', '/project/api/.env': 'OTHER=near' };
    const lacking = await failure('GET https://a.org/{{$dotenv KEY}}', { contents });
    expect(lacking.message).toBe('/project/api/.env does not define the variable KEY (line 1).');
    expect(missingOutside(lacking)).toEqual({ source: 'dotenv', file: '/project/api/.env' });
    const none = await failure('GET https://a.org/{{$dotenv KEY}}');
    expect(none.message).toBe('No .env file defines the variable KEY (line 1).');
    expect(missingOutside(none)).toEqual({ source: 'dotenv', file: null });
    expect(missingOutside(await failure('GET https://a.org/{{nope}}'))).toBeNull();
    const named = await failure('@apiKey = s3cr3tValue\nGET https://a.org/{{$processEnv %apiKey}}');
    expect(missingOutside(named)).toEqual({ source: 'process' });
    expect(named.message).toBe('The process has no variable that %apiKey names (line 2).');
    expect(JSON.stringify([named.hint, named.data])).not.toContain('s3cr3t');
    expect(missingDotenvVariable({ name: 'A' }, 'file:///c%3A/my%20api/.env', 0).message).toMatch(
      /^c:\/my api\/\.env does not/,
    );
  });
});

describe('tokens', () => {
  test('anywhere a value stands', async () => {
    const request = await resolve(
      'POST https://a.org/?t={{$token a}}\nAuthorization: Bearer {{$token viewer}}\n\n{"t": "{{$token viewer}}"}',
    );
    expect(request.url).toBe('https://a.org/?t=<a>');
    expect(request.headers).toEqual([['Authorization', 'Bearer <viewer>']]);
    expect(text(request.body)).toBe('{"t": "<viewer>"}');
    expect(request.tokenValues).toEqual(
      expect.arrayContaining([
        { tokenName: 'viewer', value: '<viewer>' },
        { tokenName: 'a', value: '<a>' },
      ]),
    );
    expect(request.made).toEqual({ headers: new Set(['authorization']), body: true });
  });

  test('through a variable, and asked for once', async () => {
    let asked = 0;
    const token = () => Promise.resolve(`value-${++asked}`);
    const request = await resolve('@t = {{$token a}}\nGET https://a.org/{{t}}/{{$token a}}', { token });
    expect(request.url).toBe('https://a.org/value-1/value-1');
    expect(request.tokenValues).toEqual([{ tokenName: 'a', value: 'value-1' }]);
  });

  test('inside Basic credentials the encoded form is reported too', async () => {
    const request = await resolve('GET https://a.org\nAuthorization: Basic me {{$token a}}', {
      token: () => Promise.resolve('secret'),
    });
    const credentials = Buffer.from('me:secret').toString('base64');
    expect(request.headers).toEqual([['Authorization', `Basic ${credentials}`]]);
    expect(request.tokenValues).toContainEqual({ tokenName: 'a', value: credentials });
  });

  test('without a name', async () => {
    expect(await failure('GET https://a.org/{{$token}}')).toMatchObject({ code: 'variable_invalid' });
  });

  test('# @token is left to the sender', async () => {
    const request = await resolve('# @token viewer\nGET https://a.org');
    expect(request).toMatchObject({ headers: [], tokenValues: [] });
  });

  test('a failure to get one passes through, and shows no value', async () => {
    const token = () => Promise.reject(new Error('from the manager'));
    expect(await failure('GET https://a.org/{{$token a}}', { token })).toMatchObject({
      message: 'from the manager',
    });
    const bad = await failure('GET https://a.org\nA: {{$token a}}', {
      token: () => Promise.resolve('se\ncret'),
    });
    expect(bad).toMatchObject({ code: 'request_invalid' });
    expect(JSON.stringify(bad) + bad.message).not.toContain('cret');
  });
});

describe('headers', () => {
  const authorization = async (value: string) =>
    (await resolve(`GET https://a.org\nAuthorization: ${value}`)).headers[0]?.[1];

  test.each([
    ['Basic user pass', `Basic ${Buffer.from('user:pass').toString('base64')}`],
    ['basic user pass word', `Basic ${Buffer.from('user:pass word').toString('base64')}`],
    ['Basic user:pa:ss', `Basic ${Buffer.from('user:pa:ss').toString('base64')}`],
    ['Basic üser:', `Basic ${Buffer.from('üser:').toString('base64')}`],
    ['Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz'],
    ['Bearer a:b c', 'Bearer a:b c'],
    ['Basic', 'Basic'],
  ])('Authorization: %s', async (written, sent) => {
    expect(await authorization(written)).toBe(sent);
  });

  test('a variable that holds whole headers', async () => {
    const file = '@me = Authorization: Basic alice:\nGET https://a.org\n{{me}}\nA: b';
    expect((await resolve(file)).headers).toEqual([
      ['Authorization', `Basic ${Buffer.from('alice:').toString('base64')}`],
      ['A', 'b'],
    ]);
  });

  test('Content-Length is counted anew, and what is written is told where it differs', async () => {
    const request = await resolve('POST https://a.org\nContent-Length: 99\nA: b\n\nx');
    expect(request.headers).toEqual([['A', 'b']]);
    expect(request.notes).toEqual(['The Content-Length that is written is not sent: the body has 1 byte.']);
    expect((await resolve('POST https://a.org\ncontent-length: 2\n\nö')).notes).toEqual([]);
    expect((await resolve('POST https://a.org\nContent-Length: 0')).notes).toEqual([]);
    expect((await resolve('GET https://a.org\nContent-Length: 3')).notes).toHaveLength(1);
  });

  test('what cannot be a header stops the request', async () => {
    expect(await failure('POST https://a.org\n{"a": 1}')).toMatchObject({ code: 'request_invalid' });
    const injected = await failure('GET https://a.org\nA: {{v}}', { overrides: { v: 'x\r\nB: y' } });
    expect(injected).toMatchObject({ code: 'request_invalid' });
  });

  test.each(['rest-client', 'jetbrains', 'kulala'] as const)(
    '%s: a line among them that is none stops the request, be it a word or a body',
    async (dialect) => {
      for (const stray of ['word', '{"a":1}', 'Not a name: x']) {
        const error = await failure(`POST https://a.org\nA: b\n${stray}`, { dialect });
        expect(error, stray).toMatchObject({
          code: 'request_invalid',
          message: 'Line 3 cannot be a header.',
        });
      }
    },
  );

  test('a request without a URL', async () => {
    expect(await failure('POST')).toMatchObject({ code: 'request_invalid' });
  });
});

describe('bodies', () => {
  test('from a file beside the request, as it is', async () => {
    const bytes = new Uint8Array([0, 255, 123, 123, 97, 125, 125]);
    const request = await resolve('POST https://a.org\n\n< ./{{name}}.bin', {
      contents: { '/project/api/data.bin': bytes },
      overrides: { name: 'data' },
    });
    expect(new Uint8Array(request.body!)).toEqual(bytes);
  });

  test('with its variables replaced, and in an encoding', async () => {
    const contents = {
      '/project/x.txt': 'a {{v}}',
      '/project/api/latin.txt': new Uint8Array([0xe9, 0x20, 0x7b, 0x7b, 0x76, 0x7d, 0x7d]),
    };
    const overrides = { v: 'ü' };
    expect(text((await resolve('POST https://a.org\n\n<@ ../x.txt', { contents, overrides })).body)).toBe(
      'a ü',
    );
    expect(
      text((await resolve('POST https://a.org\n\n<@latin1 latin.txt', { contents, overrides })).body),
    ).toBe('é ü');
    expect(await failure('POST https://a.org\n\n<@klingon latin.txt', { contents, overrides })).toMatchObject(
      {
        code: 'request_invalid',
      },
    );
  });

  test('a missing file is named as it is written', async () => {
    expect(await failure('POST https://a.org\n\n< ./{{$token a}}.txt')).toMatchObject({
      code: 'file_unreadable',
      message: 'There is no body file ./{{$token a}}.txt.',
    });
  });

  test('files between lines of text', async () => {
    const contents = { '/project/api/part.json': '{{kept}}' };
    const request = await resolve('POST https://a.org\n\n[\n< ./part.json\n]', { contents });
    expect(text(request.body)).toBe('[\n{{kept}}\n]');
  });

  test('multipart is put together with CRLF', async () => {
    const file = [
      'POST https://a.org',
      'Content-Type: multipart/form-data; boundary=b{{$timestamp}}',
      '',
      '--b{{$timestamp}}',
      'Content-Disposition: form-data; name="f"; filename="f.bin"',
      '',
      '< ./f.bin',
      '--b{{$timestamp}}--',
    ].join('\n');
    const request = await resolve(file, { contents: { '/project/api/f.bin': new Uint8Array([13, 10, 0]) } });
    const boundary = 'b1709211845';
    expect(request.headers).toEqual([['Content-Type', `multipart/form-data; boundary=${boundary}`]]);
    expect(text(request.body)).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\n\r\n\0\r\n--${boundary}--\r\n`,
    );
  });

  test('GraphQL becomes JSON', async () => {
    const body = 'query Find($id: ID!) {\n  a(id: $id)\n}\n\n{ "id": "{{id}}" }';
    const request = await resolve(`POST https://a.org\nX-Request-Type: GraphQL\n\n${body}`, {
      overrides: { id: '7' },
    });
    expect(request.headers).toEqual([['Content-Type', 'application/json']]);
    expect(JSON.parse(text(request.body) ?? '')).toEqual({
      query: 'query Find($id: ID!) {\n  a(id: $id)\n}',
      operationName: 'Find',
      variables: { id: '7' },
    });
    const short = await resolve('GRAPHQL https://a.org\n\n{ a }', { dialect: 'jetbrains' });
    expect(short.method).toBe('POST');
    expect(JSON.parse(text(short.body) ?? '')).toEqual({ query: '{ a }', variables: {} });
  });

  test.each([
    ['rest-client', 'POST https://a.org\nX-Request-Type: GraphQL'],
    ['jetbrains', 'GRAPHQL https://a.org'],
    ['httpyac', 'GRAPHQL https://a.org'],
    ['kulala', 'GRAPHQL https://a.org'],
  ] as const)('GraphQL whose query and variables stand in files (%s)', async (dialect, head) => {
    const contents = {
      '/project/api/q.gql': 'query Q { a(b: "{{b}}") }',
      '/project/api/v.json': '{ "c": "{{b}}" }',
    };
    const payload = async (body: string) => {
      const request = await resolve(`${head}\n\n${body}`, {
        dialect,
        contents,
        overrides: { b: '7', f: './q.gql' },
      });
      return JSON.parse(text(request.body) ?? '') as unknown;
    };
    const raw = { query: 'query Q { a(b: "{{b}}") }', operationName: 'Q' };
    const filled = { query: 'query Q { a(b: "7") }', operationName: 'Q' };
    expect(await payload('< ./q.gql')).toEqual({ ...(dialect === 'kulala' ? filled : raw), variables: {} });
    expect(await payload('<@ {{f}}\n\n{ "d": 1 }')).toEqual({ ...filled, variables: { d: 1 } });
    expect(await payload('<@utf8 ./q.gql\n\n<@ ./v.json')).toEqual({ ...filled, variables: { c: '7' } });
    expect(await failure(`${head}\n\n< ./gone.gql`, { dialect, contents })).toMatchObject({
      code: 'file_unreadable',
    });
  });

  test('a GraphQL query of httpyac gets the fragments of the file that it spreads, and these theirs', async () => {
    const contents = { '/project/api/deep.gql': 'fragment Deep on D { {{field}} }' };
    const file = [
      'fragment Unused on U { u }',
      '',
      'fragment Parts on P {',
      '  p { ...Deep }',
      '}',
      '',
      '### ',
      'GRAPHQL https://a.org',
      '',
      'query Q { ...Parts ... on X { x } ...Own }',
      '',
      'fragment Own on O { o }',
      '',
      '{ "v": 1 }',
      '### ',
      'gql Deep < ./deep.gql',
      'gql Own < ./gone.gql',
    ].join('\n');
    const request = await resolve(file, { dialect: 'httpyac', contents, overrides: { field: 'd' } });
    expect(JSON.parse(text(request.body) ?? '')).toEqual({
      query: [
        'query Q { ...Parts ... on X { x } ...Own }\n\nfragment Own on O { o }',
        'fragment Parts on P {\n  p { ...Deep }\n}',
        'fragment Deep on D { d }',
      ].join('\n'),
      operationName: 'Q',
      variables: { v: 1 },
    });
  });

  test('GraphQL variables begin where no brace is open, whatever blank lines they and the query have', async () => {
    const query = 'query Q {\n\n  { a } # {\n\n  b(c: "{")\n}';
    const variables = '{\n  "list": [\n\n    { "x": 1 },\n\n    { "y": "}" }\n  ]\n}';
    const request = await resolve(`GRAPHQL https://a.org\n\n${query}\n\n${variables}`, { dialect: 'kulala' });
    expect(JSON.parse(text(request.body) ?? '')).toEqual({
      query,
      operationName: 'Q',
      variables: { list: [{ x: 1 }, { y: '}' }] },
    });
    // An open brace by mistake hides nothing.
    const broken = await resolve('GRAPHQL https://a.org\n\nquery { {\n\n{ "v": 1 }', {
      dialect: 'jetbrains',
    });
    expect(JSON.parse(text(broken.body) ?? '')).toEqual({ query: 'query { {', variables: { v: 1 } });
  });

  test('gql NAME < file names the operation', async () => {
    const contents = { '/project/api/q.gql': 'query A { a }\n\nquery B { b }' };
    const request = await resolve('POST https://a.org\n\ngql B < ./q.gql', { dialect: 'httpyac', contents });
    expect(JSON.parse(text(request.body) ?? '')).toMatchObject({ operationName: 'B' });
  });

  test('GraphQL from a file, and variables that are no JSON', async () => {
    const contents = { '/project/api/q.gql': 'mutation M { a }' };
    const request = await resolve('POST https://a.org\n\ngql M < ./q.gql\n\n{ "b": 1 }', {
      dialect: 'httpyac',
      contents,
    });
    expect(JSON.parse(text(request.body) ?? '')).toEqual({
      query: 'mutation M { a }',
      operationName: 'M',
      variables: { b: 1 },
    });
    expect(
      await failure('GRAPHQL https://a.org\n\nquery { a }\n\n{ b }', { dialect: 'jetbrains' }),
    ).toMatchObject({
      code: 'request_invalid',
    });
  });

  test('a form over several lines', async () => {
    const form = (lines: string, dialect: Dialect = 'rest-client') =>
      resolve(
        `POST https://a.org\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n\n${lines}`,
        { dialect },
      );
    expect(text((await form('a=1\n&b=x y\n&c=%41ü')).body)).toBe('a=1&b=x%20y&c=%41%C3%BC');
    expect(text((await form('a=1&\nb=2')).body)).toBe('a=1&b=2');
    expect(text((await form('a=1\nb', 'kulala')).body)).toBe('a=1b');
  });

  test.each(['httpyac', 'jetbrains'] as const)(
    'blanks around = and & are layout in a form of %s, those in values are not',
    async (dialect) => {
      const request = await resolve(
        'POST https://a.org\nContent-Type: application/x-www-form-urlencoded\n\na = 1 &\nb = x y\n& c = {{c}} z & d = & e',
        { dialect, overrides: { c: ' p = q ' } },
      );
      expect(text(request.body)).toBe('a=1&b=x%20y&c=%20p%20=%20q%20%20z&d=&e');
    },
  );

  test('blanks around = belong to the names and values of a form elsewhere', async () => {
    const request = await resolve(
      'POST https://a.org\nContent-Type: application/x-www-form-urlencoded\n\na = 1',
    );
    expect(text(request.body)).toBe('a%20=%201');
  });

  test.each([
    ['rest-client', '\r\n'],
    ['visual-studio', '\r\n'],
    ['httpyac', '\r\n'],
    ['jetbrains', '\n'],
    ['kulala', '\n'],
  ] as const)('line breaks of a text body in a file with CRLF (%s)', async (dialect, ending) => {
    const lines = ['POST https://a.org', 'Content-Type: application/json', '', '{', '  "a": {{a}}', '}'];
    const body = async (ends: string) =>
      text((await resolve(lines.join(ends), { dialect, overrides: { a: '"x\ny"' } })).body);
    expect(await body('\r\n')).toBe(['{', '  "a": "x\ny"', '}'].join(ending));
    expect(await body('\n')).toBe('{\n  "a": "x\ny"\n}');
  });

  test('CRLF around a file in a body, and after lines of JSON', async () => {
    const mixed = 'POST https://a.org\r\n\r\na\r\n< ./b\r\nc';
    const contents = { '/project/api/b': 'B\n' };
    expect(text((await resolve(mixed, { contents })).body)).toBe('a\r\nB\n\r\nc');
    const json = 'POST https://a.org\r\nContent-Type: application/x-ndjson\r\n\r\n{"a":1}\r\n{"b":2}';
    expect(text((await resolve(json)).body)).toBe('{"a":1}\r\n{"b":2}\r\n');
  });

  test.each([
    ['rate=9%&next=2', 'rate=9%25&next=2'],
    ['a=%4&b=%zz&c=%e9', 'a=%254&b=%25zz&c=%e9'],
    ['a=100%% sure', 'a=100%25%25%20sure'],
    ['share={{share}}', 'share=7%25%20of%203'],
  ])('a percent sign in a form that begins no escape is escaped: %s', async (form, sent) => {
    const head = 'POST https://a.org\nContent-Type: application/x-www-form-urlencoded\n\n';
    const request = await resolve(head + form, { overrides: { share: '7% of 3' } });
    expect(text(request.body)).toBe(sent);
  });

  test('lines of JSON end with a line break', async () => {
    const request = await resolve(
      'POST https://a.org\nContent-Type: application/x-ndjson\n\n{"a":1}\n{"b":2}',
    );
    expect(text(request.body)).toBe('{"a":1}\n{"b":2}\n');
  });

  test('# @injectVariables replaces the variables of every body file', async () => {
    const contents = { '/project/api/a.txt': 'ü {{b}}', '/project/api/q.gql': 'query Q { q(b: "{{b}}") }' };
    const sent = async (body: string, type = 'text/plain') =>
      (
        await resolve(`# @injectVariables\nPOST https://a.org\nContent-Type: ${type}\n\n${body}`, {
          ...{ contents, dialect: 'httpyac', overrides: { b: 'ö' } },
        })
      ).body;
    expect(text(await sent('< ./a.txt'))).toBe('ü ö');
    expect(await sent('< ./a.txt', 'text/plain; charset=latin1')).toEqual(Buffer.from('ü ö', 'latin1'));
    expect(text(await sent('x\n< ./a.txt'))).toBe('x\nü ö');
    expect(text(await sent('--b\n\n< ./a.txt\n--b--', 'multipart/mixed; boundary=b'))).toBe(
      '--b\r\n\r\nü ö\r\n--b--\r\n',
    );
    const shared = '# @inject-variables\n\n###\nPOST https://a.org\n\n< ./a.txt';
    const request = await resolve(shared, { contents, dialect: 'httpyac', overrides: { b: 'ö' } });
    expect(text(request.body)).toBe('ü ö');
  });

  test('a body file may be sent as base64 or hex', async () => {
    const contents = { '/project/api/a.bin': Uint8Array.of(0xfb, 0xff, 0) };
    const sent = async (body: string) =>
      text((await resolve(`POST https://a.org\n\n${body}`, { contents })).body);
    expect(await sent('<@base64 ./a.bin')).toBe('+/8A');
    expect(await sent('<@base64url ./a.bin')).toBe('-_8A');
    expect(await sent('<@hex ./a.bin')).toBe('fbff00');
  });

  test('a Content-Encoding of what is written here is noted: no tool compresses it', async () => {
    const contents = { '/project/api/a.gz': Uint8Array.of(31, 139) };
    const notes = async (encoding: string, body: string) =>
      (await resolve(`POST https://a.org\nContent-Encoding: ${encoding}\n\n${body}`, { contents })).notes;
    expect(await notes('GZIP', '{}')).toEqual([
      'The Content-Encoding says gzip, and the body is sent as it is written: not compressed.',
    ]);
    expect(await notes('identity', '{}')).toEqual([]);
    expect(await notes('gzip', '< ./a.gz')).toEqual([]);
    expect(await notes('{{$guid}}', '{}')).toEqual([]);
  });

  test('a body file of REST Client may be named from the workspace folder', async () => {
    const contents = { '/data/a.json': 'root', '/data/b.json': 'far', '/project/api/data/b.json': 'near' };
    const sent = async (path: string, options: Parameters<typeof resolve>[1] = {}) =>
      text((await resolve(`POST https://a.org\n\n< ${path}`, { contents, ...options })).body);
    expect(await sent('./data/a.json')).toBe('root');
    expect(await sent('data/b.json')).toBe('near');
    const gone = 'POST https://a.org\n\n< ./data/a.json';
    expect((await failure(gone, { contents, dialect: 'jetbrains' })).code).toBe('file_unreadable');
    expect((await failure(gone, { contents, trusted: false })).code).toBe('file_unreadable');
  });

  test('none', async () => {
    expect((await resolve('POST https://a.org')).body).toBeNull();
  });
});

describe('an untrusted workspace', () => {
  const contents = { '/etc/secret': 's', '/project/api/sub/a.txt': 'a', '/project/api-other/b.txt': 'b' };

  test.each([
    'GET https://a.org/{{$processEnv HOME}}',
    'POST https://a.org\n\n< /etc/secret',
    'POST https://a.org\n\n< ../api-other/b.txt',
    'POST https://a.org\nContent-Type: multipart/form-data; boundary=b\n\n--b\n\n< ../../etc/secret\n--b--',
  ])('refuses %j', async (file) => {
    expect(await failure(file, { contents, trusted: false })).toMatchObject({ code: 'untrusted_workspace' });
  });

  test('allows files below the folder of the request', async () => {
    const request = await resolve('POST https://a.org\n\n< ./sub/../sub/a.txt', { contents, trusted: false });
    expect(text(request.body)).toBe('a');
  });
});

describe('what is not run yet is refused by name', () => {
  test.each<[string, Dialect, string]>([
    ['GET https://a.org/{{login.response.cookies.id}}', 'rest-client', '{{login.response.cookies.id}}'],
    ['GET https://a.org/{{login.request.url}}', 'rest-client', 'login.request'],
    ['< {%\n a();\n%}\nGET https://a.org', 'jetbrains', 'pre-request script on line 1'],
    ['GET https://a.org/{{new Date().getTime()}}', 'httpyac', 'new Date().getTime()'],
    ['GET https://a.org\nAuthorization: oauth2 client_credentials x', 'httpyac', 'The token x on line 2'],
    ['WEBSOCKET wss://a.org', 'jetbrains', 'WEBSOCKET'],
  ])('%j', async (file, dialect, words) => {
    const error = await failure(file, { dialect });
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain(words);
  });

  test('response handlers do not stand in the way', async () => {
    const request = await resolve('GET https://a.org\n\n> {% client.log(1) %}', { dialect: 'jetbrains' });
    expect(request.body).toBeNull();
  });
});
