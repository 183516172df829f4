import { expect, test } from 'vitest';
import { definitionsIn } from '../../../src/httpfile/resolve/definitions.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';

test('the variables of a file are sorted by their names, once for all its requests', () => {
  const tree = parseHttpFile(
    '@a = 1\n@b = 2\nGET https://a.org/{{a}}\n\n###\n@a = 3\nGET https://a.org/{{b}}',
  );
  const definitions = definitionsIn(tree);
  expect([...definitions].map(([name, list]) => [name, list.map(({ value }) => value)])).toEqual([
    ['a', ['1', '3']],
    ['b', ['2']],
  ]);
  expect(definitionsIn(tree)).toBe(definitions);
  expect(definitionsIn({ ...tree })).not.toBe(definitions);
});
