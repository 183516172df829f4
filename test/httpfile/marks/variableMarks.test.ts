import { describe, expect, test } from 'vitest';
import { type SeenVariables, variableMarks } from '../../../src/httpfile/marks/variableMarks.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { cpuMs } from '../../support/cpuTime.ts';

const nothing: SeenVariables = {
  values: new Map(),
  elsewhere: new Map(),
  dotenv: new Map(),
  processEnv: {},
};

function marksOf(text: string, seen: Partial<SeenVariables> = {}, dialect: Dialect = 'rest-client') {
  const lines = text.split('\n');
  return variableMarks(parseHttpFile(text, { dialect }), (line) => lines[line] ?? '', {
    ...nothing,
    ...seen,
  });
}

/** Marks as `line:column severity code message`, from 1. */
function marks(text: string, seen: Partial<SeenVariables> = {}, dialect: Dialect = 'rest-client'): string[] {
  return marksOf(text, seen, dialect).map(
    ({ span: { start }, severity, code, message }) =>
      `${start.line + 1}:${start.column + 1} ${severity} ${code} ${message}`,
  );
}

describe('unknown variables', () => {
  test('are marked where they stand: URL, header, body, another variable', () => {
    const text =
      '@a = {{one}}\n\nPOST https://{{two}}/x\n  ?a={{three}}\nA: {{four}}\n\n{\n  "a": "{{ five }}"\n}\n';
    expect(marksOf(text).map(({ span: { start } }) => [start.line, start.column])).toEqual([
      [0, 5],
      [2, 13],
      [3, 5],
      [4, 3],
      [7, 8],
    ]);
  });

  test('with the name that was probably meant', () => {
    const text = '@hostname = a.org\nGET https://{{hostnam}}/{{reportIdd}}/{{nothing}}';
    expect(marks(text, { values: new Map([['reportId', '1']]) })).toEqual([
      '2:13 warning variable_unknown The variable hostnam is not defined. Did you mean hostname?',
      '2:25 warning variable_unknown The variable reportIdd is not defined. Did you mean reportId?',
      '2:39 warning variable_unknown The variable nothing is not defined.',
    ]);
  });

  test('known ones are not: of the file, above and below, of the environment', () => {
    const text = '@a = 1\nGET https://a.org/{{a}}/{{b}}/{{c}}\n\n###\n@c = 2\nGET https://a.org/{{c}}';
    expect(marks(text, { values: new Map([['b', '1']]) }, 'jetbrains')).toEqual([]);
  });

  test('one of an environment that is not chosen is a hint', () => {
    const elsewhere = new Map([['host', ['dev', 'prod']]]);
    expect(marks('GET {{host}}/x', { elsewhere })).toEqual([
      '1:5 hint variable_unknown The variable host is defined in another environment: dev, prod.',
    ]);
  });

  test('variables that are made up, and tokens, are known', () => {
    const text = [
      'GET https://a.org/{{$guid}}/{{$timestamp -1 d}}/{{$randomInt 1 5}}/{{$datetime iso8601}}',
      'A: {{$token viewer}}',
      'A: {{$refreshToken}}',
      'B: {{$aadToken}}',
    ];
    expect(marks(text.join('\n'))).toEqual([]);
  });

  test('variables of the process and of .env are looked up', () => {
    const text =
      'GET https://a.org/{{$processEnv NOPE}}/{{$processEnv YES}}/{{$dotenv NOPE}}/{{$dotenv YES}}/{{$processEnv %k}}';
    const seen = { processEnv: { YES: '1' }, dotenv: new Map([['YES', '1']]) };
    expect(marks(text, seen)).toEqual([
      '1:19 warning variable_unknown The process has no variable NOPE.',
      '1:60 warning variable_unknown No .env file defines the variable NOPE.',
      '1:93 warning variable_unknown The variable k is not defined.',
    ]);
    expect(marks('GET https://a.org/{{$processEnv NOPE}}', { processEnv: null })).toEqual([]);
    expect(marks('GET https://a.org/{{YES}}', seen, 'httpyac')).toEqual([]);
  });

  test('references to requests of the file have a value, others do not', () => {
    const text = '# @name login\nGET https://a.org\n###\nGET https://a.org/{{login.response.body.$.id}}';
    expect(marks(text)).toEqual([]);
    expect(marks('GET https://a.org/{{logon.response.body.$.id}}')).toEqual([
      '1:19 warning variable_unknown No request is named logon.',
    ]);
  });

  test('what cannot be run says so', () => {
    expect(marks('GET https://a.org/{{login.response.cookies.id}}')[0]).toContain('does not know');
    expect(marks('GET https://a.org/{{a.b + 1}}', {}, 'jetbrains')[0]).toContain('is an expression');
    expect(marks('GET https://a.org/{{$pick Which? $value: list}}', {}, 'httpyac')[0]).toContain(
      'takes its choices from an expression',
    );
    expect(marks('GET https://a.org/{{$input}}', {}, 'httpyac')[0]).toContain('variable_invalid');
    expect(marks('GET https://a.org/{{$random.beer.name}}', {}, 'jetbrains')[0]).toContain(
      'is not supported yet',
    );
    expect(marks('GET https://{{$exampleServer}}/', {}, 'jetbrains')[0]).toContain(
      'unsupported {{$exampleServer}} has no value',
    );
    expect(marks('GET https://a.org/{{$random.email}}/{{$projectRoot}}', {}, 'jetbrains')).toEqual([]);
    expect(marks('GET https://a.org/{{$randomInt 9 1}}')[0]).toContain('cannot be read');
  });

  test('what the person is asked for is known, in the request that asks and in the variables of the file', () => {
    const text =
      '@user = {{name}}\n# @prompt name\nGET https://a.org/{{user}}/{{name}}\n\n###\nGET https://a.org/{{name}}';
    expect(marks(text)).toEqual(['6:19 warning variable_unknown The variable name is not defined.']);
    expect(marks('GET https://a.org/{{$input Your name}}/{{$password It}}', {}, 'httpyac')).toEqual([]);
  });

  test('the variable of a loop is known in its request', () => {
    const text =
      '@url = https://a.org/{{item.id}}\n###\n# @loop for item of list\nGET {{url}}/{{item}}/{{item.a.b}}/{{$index}}\n\n###\nGET https://a.org/{{item}}';
    expect(marks(text)).toEqual(['7:19 warning variable_unknown The variable item is not defined.']);
  });

  test('neither a variable that a script sets nor an expression of httpyac', () => {
    const text = 'GET https://a.org\n\n> {% client.global.set("id", 1) %}\n\n###\nGET https://a.org/{{id}}\n';
    expect(marks(text, {}, 'jetbrains')).toEqual([]);
    expect(marks('GET https://a.org/{{a.b + 1}}', {}, 'httpyac')).toEqual([]);
  });

  test('comments, scripts and texts without a request are left alone', () => {
    const text = 'GET https://a.org\n# {{a}}\n// {{b}}\n\n> {%\n  client.log("{{c}}");\n%}\n\n###\n# {{d}}\n';
    expect(marks(text, {}, 'jetbrains')).toEqual([]);
  });

  test('httpyac: a file that imports another one is not judged', () => {
    expect(marks('# @import ./a.http\nGET https://a.org/{{a}}', {}, 'httpyac')).toEqual([]);
  });

  test('many names in a large file cost linear time', () => {
    const text = Array.from(
      { length: 5000 },
      (_, at) => `@name${at} = 1\n### a\nGET https://a.org/{{nam${at}}}\n`,
    );
    const started = cpuMs();
    expect(marksOf(text.join('\n')).length).toBe(1000);
    expect(cpuMs() - started).toBeLessThan(10_000);
  });
});
