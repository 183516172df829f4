import { expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { requestAtLine } from '../../../src/httpfile/parse/requestAt.ts';

test('the request at a line', () => {
  const text = [
    '@a = b',
    '### One',
    '# note',
    'GET https://a.org',
    '',
    '###',
    '# nothing here',
    '### Two',
    'GET https://b.org',
  ];
  const tree = parseHttpFile(text.join('\n'), { dialect: 'rest-client' });
  const names = text.map((_, line) => requestAtLine(tree, line)?.title ?? null);
  expect(names).toEqual([null, 'One', 'One', 'One', 'One', null, null, 'Two', 'Two']);
  expect(requestAtLine(tree, 99)).toBeNull();
  expect(requestAtLine(tree, -1)).toBeNull();
});

test('httpyac requests without separators', () => {
  const tree = parseHttpFile('GET https://a.org\n\nGET https://b.org\n', { dialect: 'httpyac' });
  expect([0, 1, 2, 3].map((line) => requestAtLine(tree, line)?.index)).toEqual([0, 0, 1, 1]);
});

test('httpyac requests on neighbouring lines', () => {
  const tree = parseHttpFile('GET https://a.org\nGET https://b.org\nGET https://c.org', {
    dialect: 'httpyac',
  });
  expect([0, 1, 2].map((line) => requestAtLine(tree, line)?.index)).toEqual([0, 1, 2]);
});

test('an empty file', () => {
  expect(requestAtLine(parseHttpFile(''), 0)).toBeNull();
});
