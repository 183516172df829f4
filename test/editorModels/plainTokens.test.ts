import { describe, expect, it } from 'vitest';
import { plainTokens, requestsWith, tokenAt } from '../../src/editor/fileSecrets/plainTokens.ts';
import { variableSecrets } from '../../src/editor/fileSecrets/variableSecrets.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { cpuMs } from '../support/cpuTime.ts';

const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const opaque = '0123456789abcdefOPAQUE';

function look(text: string) {
  const lines = text.split('\n');
  const tree = parseHttpFile(text);
  const lineText = (line: number) => lines[line] ?? '';
  return { tree, lineText, tokens: plainTokens(tree, lineText) };
}

const found = (text: string) => look(text).tokens.map(({ value }) => value);
const header = (line: string) => found(`GET https://api.example.com/\n${line}\n`);

describe('a token in plain text', () => {
  it.each([
    [`Authorization: Bearer ${jwt}`, jwt],
    [`authorization:bearer   ${jwt}`, jwt],
    [`Authorization: ${jwt}`, jwt],
    [`Authorization: Bearer ${opaque}`, opaque],
    [`Authorization: Token ${opaque}`, opaque],
    [`Authorization: DPoP ${opaque}`, opaque],
    [`X-API-Key: ${opaque}`, opaque],
    [`Private-Token: ${opaque}`, opaque],
    [`X-Anything: ${jwt}`, jwt],
    ['X-Anything: ghp_0123456789abcdefghijklmnopqrstuvwxyz', 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'],
  ])('is found: %s', (line, value) => {
    expect(header(line)).toEqual([value]);
  });

  it.each([
    'Authorization: Bearer {{token}}',
    'Authorization: Bearer {{$token viewer}}',
    `Authorization: Bearer ${opaque}{{rest}}`,
    'Authorization: Bearer YOUR_ACCESS_TOKEN_HERE',
    'Authorization: Bearer <your-token-1234567890>',
    'Authorization: Bearer short1',
    `Authorization: Basic ${opaque}`,
    'Authorization: Basic ada secret-password-123',
    'Authorization: Digest username="ada", response="0123456789abcdef0123"',
    `Authorization: AWS ${opaque}:${opaque} extra`,
    'X-Request-Id: 0123456789abcdef0123456789abcdef',
    'Content-Type: application/json',
    'If-None-Match: "0123456789abcdef0123"',
  ])('is not seen in %s', (line) => {
    expect(header(line)).toEqual([]);
  });

  it.each([
    [`@token = ${jwt}`, jwt],
    [`@anything = ${jwt}`, jwt],
    [`@anything = Bearer ${jwt}`, jwt],
    [`@access_token = ${opaque}`, opaque],
    [`@apiKey=${opaque}`, opaque],
  ])('is found in a variable: %s', (line, value) => {
    expect(found(`${line}\n\nGET https://api.example.com/\n`)).toEqual([value]);
  });

  it.each([
    '@token = {{$token viewer}}',
    '@tokenEndpoint = https://id.example.com/token1234567890',
    '@token_url = https://id.example.com/token1234567890',
    '@id = 0123456789abcdef0123',
    '@token = two words1 of0 three',
  ])('is not seen in the variable %s', (line) => {
    expect(found(`${line}\n\nGET https://api.example.com/\n`)).toEqual([]);
  });

  it('stands where it is said to stand, and is sent as it was', () => {
    const { tokens, lineText } = look(
      `@token = ${jwt}\n\nGET https://api.example.com/\n  X-Key-Of-Ours: ${jwt}\nAuthorization: Token ${opaque}\n`,
    );
    for (const { line, column, value } of tokens)
      expect(lineText(line).slice(column, column + value.length)).toBe(value);
    expect(tokens.map(({ sendAs }) => sendAs)).toEqual([
      { scheme: 'Bearer' },
      { header: 'X-Key-Of-Ours' },
      { scheme: 'Token' },
    ]);
    expect(tokenAt(tokens, 4, 25)).toBe(tokens[2]);
    expect(tokenAt(tokens, 4, 0)).toBe(tokens[2]);
    expect(tokenAt(tokens, 2, 0)).toBeNull();
  });

  it('is used by its own request, and by those that name its variable', () => {
    const { tree, tokens, lineText } = look(
      `@key = ${jwt}\n\n### header\nGET https://a.example.com/\nAuthorization: Bearer {{ key }}\n\n### body\nPOST https://b.example.com/\n\n{"k": "{{key}}"}\n\n### none\nGET https://c.example.com/{{keys}}\nX-Note: key\n`,
    );
    const urls = requestsWith(tree, tokens, lineText).map(({ url }) => url);
    expect(urls).toEqual(['https://a.example.com/', 'https://b.example.com/']);
  });

  it('is looked for in time that grows with the file alone', () => {
    const line = `X-Long: ${'ey.'.repeat(20_000)}\nAuthorization: Bearer ${'a '.repeat(20_000)}\n`;
    const before = cpuMs();
    expect(found(`GET https://api.example.com/\n${line.repeat(5)}`)).toEqual([]);
    expect(cpuMs() - before).toBeLessThan(1000);
  });
});

describe('a secret of a client or a person in a variable', () => {
  it('is found by its name, unless it comes from elsewhere', () => {
    const { tree } = look(
      '@oauth2_clientSecret = hush\n@oauth2_password = {{$processEnv P}}\n@admin_password = hush2\n@other = hush3\n\nGET https://api.example.com/\n',
    );
    expect(variableSecrets(tree).map(({ kind, value }) => [kind, value])).toEqual([
      ['client_secret', 'hush'],
      ['password', 'hush2'],
    ]);
  });
});
