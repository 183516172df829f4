import { describe, expect, test } from 'vitest';
import { dialectBeside } from '../../../src/httpfile/dialects/neighbours.ts';
import { settledDialect } from '../../../src/httpfile/parse/dialect.ts';
import { signsOf } from '../../../src/httpfile/parse/parse.ts';

const folder = (...names: string[]) => ({ names, settings: null });

describe('what the files beside speak for', () => {
  test.each([
    ['http-client.env.json', 'jetbrains'],
    ['http-client.private.env.json', 'jetbrains'],
    ['http-client.env.json.user', 'visual-studio'],
    ['.httpyac.json', 'httpyac'],
    ['.httpyac.js', 'httpyac'],
    ['httpyac.config.cjs', 'httpyac'],
    ['.httpyac.config.mjs', 'httpyac'],
    ['my.httpyac.json', null],
    ['http-client.env.json.bak', null],
    ['package.json', null],
  ])('%s: %s', (name, dialect) => {
    expect(dialectBeside([folder('a.http', name)], [])).toBe(dialect);
  });

  test('the nearest folder counts, then settings of REST Client, then the other files of the folder', () => {
    const restClient = { names: [], settings: '{\n // mine\n "rest-client.followredirect": false, }' };
    expect(dialectBeside([restClient, folder('.httpyac.json')], [])).toBe('rest-client');
    expect(dialectBeside([folder(), folder('.httpyac.json')], [])).toBe('httpyac');
    expect(
      dialectBeside([{ names: [], settings: '{"editor.x": 1}' }], ['GET https://a.org\n\n> {%\n%}']),
    ).toBe('jetbrains');
    expect(dialectBeside([folder('.httpyac.json')], ['GET https://a.org\n\n> {%\n%}'])).toBe('httpyac');
  });

  test('files that say nothing, or different things, speak for nothing', () => {
    expect(dialectBeside([], ['GET https://a.org', 'GET https://a.org/{{$uuid}}'])).toBeNull();
    expect(dialectBeside([], ['# @expect status 200\nGET https://a.org', '?? status == 200'])).toBeNull();
  });
});

describe('the dialect that is settled on', () => {
  const settled = (text: string, beside: Parameters<typeof settledDialect>[1]) =>
    settledDialect(signsOf(text), beside);

  test('a strong sign of the file itself counts most', () => {
    expect(settled('GET https://a.org/{{a.response.body.$.id}}', 'jetbrains')).toBe('rest-client');
    expect(settled('GET https://a.org\n?? status == 200', 'jetbrains')).toBe('httpyac');
  });

  test('else the files beside, but for tools that read those files too', () => {
    expect(settled('### One\nGET https://a.org', 'jetbrains')).toBe('jetbrains');
    expect(settled('### One\nGET https://a.org', null)).toBe('rest-client');
    expect(settled('GET https://localhost:7001/a', 'jetbrains')).toBe('visual-studio');
    expect(settled('GET https://localhost:7001/a', 'httpyac')).toBe('httpyac');
    expect(settled('@Host = a\nGET https://a.org', 'rest-client')).toBe('rest-client');
  });
});
