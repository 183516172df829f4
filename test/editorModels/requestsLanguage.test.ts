import { describe, expect, it } from 'vitest';
import { completionPlace } from '../../src/editor/requests/language/completionContext.ts';
import { requestFolds } from '../../src/editor/requests/language/folding.ts';
import { variableAt } from '../../src/editor/requests/language/variableAt.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';

const outside = { inHead: false, inBody: false };
const head = { inHead: true, inBody: false };
const body = { inHead: false, inBody: true };

describe('completionPlace', () => {
  it('offers tokens after `# @token ` and in `{{$token `', () => {
    expect(completionPlace('# @token vi', outside)).toEqual({ kind: 'token', typed: 'vi' });
    expect(completionPlace('// @token ', outside)).toEqual({ kind: 'token', typed: '' });
    expect(completionPlace('Authorization: Bearer {{$token ed', head)).toEqual({
      kind: 'token',
      typed: 'ed',
    });
    expect(completionPlace('{"t": "{{ $token ', body)).toEqual({ kind: 'token', typed: '' });
  });

  it('offers keys after `# @`, and nothing in other comments or after other keys', () => {
    expect(completionPlace('# @to', outside)).toEqual({ kind: 'metadata', typed: 'to' });
    expect(completionPlace('# a note', outside)).toBeNull();
    expect(completionPlace('# @name x', outside)).toBeNull();
    expect(completionPlace('### GE', outside)).toBeNull();
  });

  it('offers variables inside open braces only', () => {
    expect(completionPlace('GET {{ap', outside)).toEqual({ kind: 'variable', typed: 'ap' });
    expect(completionPlace('GET {{api}}/x{{', outside)).toEqual({ kind: 'variable', typed: '' });
    expect(completionPlace('GET {{api}}/x', outside)).toBeNull();
  });

  it('offers methods at the start of a request, headers and their values in its head', () => {
    expect(completionPlace('PO', outside)).toEqual({ kind: 'method', typed: 'PO' });
    expect(completionPlace('Content-T', head)).toEqual({ kind: 'header', typed: 'Content-T' });
    expect(completionPlace('Content-Type: app', head)).toEqual({
      kind: 'headerValue',
      header: 'content-type',
      typed: 'app',
    });
    expect(completionPlace('Conten', body)).toBeNull();
  });
});

describe('variableAt', () => {
  it('finds the braces that cover the column', () => {
    const line = 'GET {{api}}/{{ $token viewer }}';
    expect(variableAt(line, 4)).toEqual({ expression: 'api', start: 4, end: 11 });
    expect(variableAt(line, 15)).toEqual({ expression: '$token viewer', start: 12, end: 31 });
    expect(variableAt(line, 0)).toBeNull();
    expect(variableAt('GET {{api', 6)).toBeNull();
  });
});

describe('requestFolds', () => {
  const foldsOf = (lines: string[]) =>
    requestFolds(parseHttpFile(lines.join('\n')), (line) => lines[line] ?? '');

  it('folds a request from its separator to its last text, and objects in its body', () => {
    expect(
      foldsOf([
        '### one',
        'POST https://a.example/',
        '',
        '{',
        '  "list": [',
        '    1',
        '  ]',
        '}',
        '',
        '',
        '### two',
        'GET https://a.example/',
      ]),
    ).toEqual([
      { start: 0, end: 7 },
      { start: 4, end: 5 },
      { start: 3, end: 6 },
      { start: 10, end: 11 },
    ]);
  });

  it('folds nothing in a request of one line', () => {
    expect(foldsOf(['GET https://a.example/'])).toEqual([]);
  });
});
