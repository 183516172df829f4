import { describe, expect, test } from 'vitest';
import { parseHttpFile, type Reading, readHttpFile } from '../../src/httpfile/parse/parse.ts';

const text = [
  '### one',
  'GET https://a.org/1',
  '',
  '### two',
  'GET https://a.org/2',
  '',
  '### three',
  'GET https://a.org/3',
].join('\n');

function urlSpans({ tree }: Reading): unknown[] {
  return tree.requests.map(({ urlSpan }) => urlSpan);
}

describe('a text that is read again after an edit', () => {
  test('keeps the nodes of the blocks that were not edited', () => {
    const first = readHttpFile(text);
    const edited = text.replace('a.org/2', 'a.org/22');
    const second = readHttpFile(edited, { before: first });
    expect(second.tree).toEqual(parseHttpFile(edited));
    const [before, after] = [urlSpans(first), urlSpans(second)];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[2]).toBe(before[2]);
  });

  test('is read anew where its lines moved', () => {
    const first = readHttpFile(text);
    const moved = text.replace('### two', '\n### two');
    expect(readHttpFile(moved, { before: first }).tree).toEqual(parseHttpFile(moved));
  });

  test('is read anew where a line break changed places with a space', () => {
    const first = readHttpFile('###\n GET https://a.org');
    const moved = '### \nGET https://a.org';
    expect(readHttpFile(moved, { before: first }).tree).toEqual(parseHttpFile(moved));
  });

  test('is read anew where a separator within a line moved', () => {
    const options = { dialect: 'visual-studio' } as const;
    const first = readHttpFile('x ### y', options);
    expect(readHttpFile('x### y', { ...options, before: first }).tree).toEqual(
      parseHttpFile('x### y', options),
    );
  });

  test('is read anew by the rules of another dialect', () => {
    const first = readHttpFile(text, { dialect: 'rest-client' });
    const second = readHttpFile(text, { dialect: 'jetbrains', before: first });
    expect(second.tree).toEqual(parseHttpFile(text, { dialect: 'jetbrains' }));
  });

  test('does not hold on to the texts of all its versions', () => {
    const long = `${text}\n\n${'x'.repeat(6_000_000)}`;
    let reading = readHttpFile(long);
    const start = urlSpans(reading)[0];
    reading = readHttpFile(`${long}y`, { before: reading });
    expect(urlSpans(reading)[0]).toBe(start);
    reading = readHttpFile(`${long}yy`, { before: reading });
    expect(urlSpans(reading)[0]).toBe(start);
    reading = readHttpFile(`${long}yyy`, { before: reading });
    expect(urlSpans(reading)[0]).not.toBe(start);
    expect(reading.heldText).toBe(long.length + 3);
  });
});
