import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { failure, type Options, resolve } from '../support.ts';

const dialects: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

describe('Basic credentials', () => {
  const credentials = async (file: string, options: Options = {}) => {
    const [, value = ''] = (await resolve(file, options)).headers[0] ?? [];
    return Buffer.from(value.replace(/^Basic /, ''), 'base64').toString('utf8');
  };

  test.each([
    ['Basic eve:two words', 'eve:two words'],
    ['Basic eve:a:b c', 'eve:a:b c'],
    ['basic   eve  two words', 'eve:two words'],
    ['Basic {{name}}:{{word}}', 'Eve Adams:two words'],
    ['Basic {{name}} {{word}}', 'Eve Adams:two words'],
    ['Basic {{name}}:x', 'Eve Adams:x'],
    ['Basic eve:{{word}}', 'eve:two words'],
    ['Basic eve {{word}}', 'eve:two words'],
    ['Basic {{pair}}', 'Eve Adams:two words'],
    ['Basic {{joined}} y', 'eve:x y'],
    ['{{whole}}', 'Eve Adams:two words'],
    ['{{scheme}} {{name}}:{{word}}', 'Eve Adams:two words'],
    ['Basic zoë:ключ', 'zoë:ключ'],
  ])('%s', async (written, sent) => {
    const variables = [
      '@name = Eve Adams',
      '@word = two words',
      '@pair = {{name}}:{{word}}',
      '@joined = eve:x',
      '@scheme = Basic',
      '@whole = Basic {{name}} {{word}}',
    ];
    const file = `${variables.join('\n')}\nGET https://a.org\nAuthorization: ${written}`;
    for (const dialect of dialects) expect(await credentials(file, { dialect }), dialect).toBe(sent);
  });

  test('in a variable that is a whole header, and in one of the environment', async () => {
    const environment = { name: 'Eve Adams', auth: 'Basic {{name}}:x' };
    const file = '@me = Authorization: {{auth}}\nGET https://a.org\n{{me}}';
    expect(await credentials(file, { environment })).toBe('Eve Adams:x');
  });

  test('httpyac looks for the colon first', async () => {
    const file = 'GET https://a.org\nAuthorization: Basic Eve Adams:x';
    expect(await credentials(file, { dialect: 'httpyac' })).toBe('Eve Adams:x');
    expect(await credentials(file)).toBe('Eve:Adams:x');
  });
});

describe('credentials that a client has to compute', () => {
  const secrets = [
    'Digest username="eve", password="open-1234"',
    'Digest open-1234',
    'AWS open-1234',
    'AWS AKID region:open-1234',
    'aws4-hmac-sha256 AKID open/1234',
    'NTLM eve open-1234',
    'Negotiate eve:open-1234',
    'Negotiate',
    'COGNITO eve open-1234 eu-west-1 pool client',
    'Hawk id="a", key="open-1234"',
    'SCRAM-SHA-256 eve open-1234',
  ];

  test.each(secrets)('%s is refused, and marked', async (value) => {
    const scheme = value.split(' ', 1)[0] ?? '';
    for (const dialect of dialects) {
      for (const name of ['Authorization', 'PROXY-authorization']) {
        const file = `GET https://a.org\nA: b\n${name}: ${value}`;
        const error = await failure(file, { dialect });
        expect(error).toMatchObject({ code: 'unsupported', data: { line: 3 } });
        expect(error.message).toContain(scheme);
        expect(JSON.stringify(error) + error.message).not.toContain('1234');
        const { problems } = parseHttpFile(file, { dialect });
        expect(problems).toMatchObject([{ code: 'unsupported', span: { start: { line: 2 } } }]);
        expect(problems[0]?.message).toContain(scheme);
      }
    }
  });

  test.each([
    '@v = Hawk eve open-1234\nGET https://a.org\nAuthorization: {{v}}',
    '@v = open-1234\nGET https://a.org\nAuthorization: Digest {{v}}',
    '@u = eve\nGET https://a.org\nAuthorization: AWS {{u}}',
    '@v = Digest eve open-1234\nGET https://a.org\nProxy-Authorization: {{v}}',
    '@v = Authorization: NTLM eve open-1234\nGET https://a.org\n{{v}}',
    '@s = NTLM\n@v = {{s}} eve open-1234\n@w = {{v}}\nGET https://a.org\nAuthorization: {{w}}',
    '@n = Authorization\nGET https://a.org\n{{n}}: NTLM eve open-1234',
    'curl https://a.org -H "Authorization: NTLM eve open-1234"',
  ])('through variables: %s', async (file) => {
    expect(await failure(file)).toMatchObject({ code: 'unsupported' });
  });

  test('from the environment, before any token is obtained', async () => {
    let asked = 0;
    const options: Options = {
      environment: { v: 'NTLM eve open-1234' },
      token: () => Promise.resolve(`token-${++asked}`),
    };
    const file = 'GET https://a.org/{{$token a}}\nA: {{$token a}}\nAuthorization: {{v}}';
    expect(await failure(file, options)).toMatchObject({ code: 'unsupported' });
    expect(asked).toBe(0);
  });

  test('a variable with a literal scheme is marked where it is used', () => {
    const { problems } = parseHttpFile('GET https://a.org\nAuthorization: {{v}}\n\n###\n@v = NTLM eve x');
    expect(problems).toMatchObject([{ code: 'unsupported', span: { start: { line: 1 } } }]);
  });

  test('files and passphrase of a client certificate are refused', async () => {
    const file = 'GET https://a.org\nX-ClientCert: pfx: ./a.pfx passphrase: open-1234';
    expect(await failure(file, { dialect: 'httpyac' })).toMatchObject({ code: 'unsupported' });
    expect(parseHttpFile(file, { dialect: 'httpyac' }).problems).toMatchObject([{ code: 'unsupported' }]);
  });

  test.each([
    'Digest username="eve", realm="r", nonce="n", uri="/", response="0123456789abcdef0123456789abcdef"',
    'AWS4-HMAC-SHA256 Credential=AKID/20250101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00ff',
    'AWS AKID:frJIUN8DYpKDtOLCwo//yllqDzg=',
    'Negotiate YIIBhgYGKwYBBQUCoIIBejCCAXag',
    'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAA',
    'Hawk id="a", ts="1", nonce="n", mac="bWFj"',
    'OAuth not-a-real-token',
    'Bearer digest ntlm',
    'Digestive eve open-1234',
  ])('%s is sent as it is', async (value) => {
    const file = `@v = ${value}\nGET https://a.org\nAuthorization: ${value}\nProxy-Authorization: {{v}}`;
    expect((await resolve(file)).headers).toEqual([
      ['Authorization', value],
      ['Proxy-Authorization', value],
    ]);
    expect(parseHttpFile(file).problems).toEqual([]);
  });
});

test('no value of Digest or AWS that is not computed yet goes into a header, whatever it looks like', async () => {
  const secret = 'open1234secret';
  const words = fc.constantFrom(
    ...[
      'Digest',
      'dIGEST',
      'AWS',
      'aws',
      'eve',
      secret,
      `eve:${secret}`,
      `:${secret}`,
      `${secret}:`,
      '=',
      ',',
      '"',
    ],
    ...[
      '{{s}}',
      '{{d}}',
      '{{a}}',
      '{{u}}:{{s}}',
      '{{$processEnv W}}',
      'region:eu',
      'token:',
      `token:${secret}`,
    ],
    ...['username="eve",', 'user=', '{{', '}}', '\t', 'Basic', '{{u}}'],
  );
  const variables = [`@s = ${secret}`, '@u = eve', `@d = Digest eve {{s}}`, `@a = AWS eve {{s}} region:r`];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Digest', 'AWS', '{{d}}', '{{a}}', '{{$processEnv W}}'),
      fc.array(words, { maxLength: 5 }),
      fc.constantFrom(...dialects),
      async (scheme, rest, dialect) => {
        const file = `${variables.join('\n')}\nGET https://a.org\nAuthorization: ${[scheme, ...rest].join(' ')}`;
        const processEnv = { W: `Digest eve ${secret}` };
        const resolved = await resolve(file, { dialect, processEnv }).catch(() => null);
        expect(JSON.stringify(resolved?.headers ?? [])).not.toContain(secret);
      },
    ),
    { numRuns: 2000 },
  );
});
