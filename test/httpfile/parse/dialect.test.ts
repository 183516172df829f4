import { describe, expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';

function dialectOf(...lines: string[]) {
  return parseHttpFile(lines.join('\n')).dialect;
}

describe('the dialect of a file', () => {
  test('REST Client where nothing speaks', () => {
    expect(dialectOf('')).toBe('rest-client');
    expect(dialectOf('GET https://a.org', 'A: b', '', '### Next', 'POST https://a.org', '', '{}')).toBe(
      'rest-client',
    );
  });

  test.each([
    [
      'an earlier response',
      '# @name a',
      'GET https://a.org',
      '###',
      'GET https://b.org/{{a.response.body.$.id}}',
    ],
    ['methods in lower case', 'get https://a.org'],
    ['a variable as a whole header', '@me = Authorization: Basic a:', 'GET https://a.org', '{{me}}'],
    ['prompts', '# @prompt user', 'GET https://a.org/{{user}}'],
    ['GraphQL by header', 'POST https://a.org', 'X-Request-Type: GraphQL', '', '{ a }'],
    ['tokens of Azure', 'GET https://a.org', 'Authorization: {{$aadToken}}'],
    ['indented requests', '  GET https://{{host}}', '  Accept: text/plain'],
  ])('REST Client: %s', (_name, ...lines) => {
    expect(dialectOf(...lines)).toBe('rest-client');
  });

  test.each([
    [
      'the template of its projects',
      '@Api_HostAddress = http://localhost:5014',
      '',
      'GET {{Api_HostAddress}}/a',
    ],
    [
      'a body right below the headers in a .NET file',
      '@BaseUrl = https://localhost:7001',
      'POST {{BaseUrl}}/a',
      'Content-Type: application/json',
      '{',
      '}',
    ],
  ])('Visual Studio: %s', (_name, ...lines) => {
    expect(dialectOf(...lines)).toBe('visual-studio');
  });

  test.each([
    ['scripts in braces', 'GET https://a.org', '', '{{', '  test();', '}}'],
    ['scripts for each request', '{{+', 'exports.a = 1;', '}}', '###', 'GET https://a.org'],
    ['assertions', 'GET https://a.org', '?? status == 200'],
    ['its metadata', '# @ref login', 'GET https://a.org'],
    ['requests without separators', 'GET https://a.org', '', 'GET https://b.org'],
    ['OAuth flows', 'GET https://a.org', 'Authorization: oauth2 client_credentials x'],
    ['its protocols', 'MQTT tcp://broker.example.org'],
    ['lazy variables', '@a := b', 'GET https://a.org'],
    ['block comments', '/*', 'words', '*/', 'GET https://a.org'],
    ['a host from a variable', 'GET /path'],
    ['expressions', 'GET https://a.org?t={{new Date().toISOString()}}'],
  ])('httpyac: %s', (_name, ...lines) => {
    expect(dialectOf(...lines)).toBe('httpyac');
  });

  test.each([
    ['response handlers', 'GET https://a.org', '', '> {% client.global.set("a", 1); %}'],
    ['handlers in files', 'GET https://a.org', '', '> ./handler.js'],
    ['scripts in files before a request', '### A', '< ./before.js', 'GET https://a.org', 'B: c'],
    ['its tokens', 'GET https://a.org', 'Authorization: Bearer {{$auth.token("id")}}'],
    ['indented URL parts', 'GET https://a.org/', '    api', '    /get'],
    ['WebSockets', 'WEBSOCKET ws://a.org'],
    ['values from an environment file', '### Get', 'GET {{host}}/a'],
  ])('JetBrains: %s', (_name, ...lines) => {
    expect(dialectOf(...lines)).toBe('jetbrains');
  });

  test.each([
    ['its metadata', '# @curl-connect-timeout 2', 'GET https://a.org'],
    ['shared blocks', '### KULALA_SHARED', '@a = b'],
    ['scripts in Lua', 'GET https://a.org', '', '> {%', '  -- lua', '  client.log(1)', '%}'],
    ['run by name', 'run #login', '### a', 'GET https://a.org'],
  ])('kulala: %s', (_name, ...lines) => {
    expect(dialectOf(...lines)).toBe('kulala');
  });

  test('requests inside a multipart body are no sign', () => {
    const lines = [
      'POST https://a.org',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'GET /x',
      '--b--',
    ];
    expect(dialectOf(...lines)).toBe('rest-client');
  });

  test('an explicit dialect stands above the signs', () => {
    expect(parseHttpFile('GET https://a.org\n?? status == 200', { dialect: 'kulala' }).dialect).toBe(
      'kulala',
    );
  });
});
