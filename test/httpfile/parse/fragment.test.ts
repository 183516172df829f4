import { describe, expect, it } from 'vitest';
import { fragmentNote } from '../../../src/httpfile/parse/fragment.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';

describe('a # in a URL', () => {
  it.each([
    ['https://a.example/x#part', 'https://a.example/x#part', null],
    ['https://a.example/x?q=1#part', 'https://a.example/x?q=1#part', null],
    [
      'https://a.example/?tag=#42&page=2',
      'https://a.example/?tag=#42&page=2',
      'cuts off a part of the query',
    ],
    ['https://a.example/?tag=#42', 'https://a.example/?tag=#42', 'cuts off a part of the query'],
    ['https://a.example/x#part?q=1', 'https://a.example/x#part?q=1', 'cuts off a part of the query'],
    ['https://a.example/x # later', 'https://a.example/x # later', 'a comment has a line of its own'],
    ['https://a.example/{{tag}}', 'https://a.example/#42', 'came out of a variable'],
    ['https://a.example/?t={{tag}}&p=2', 'https://a.example/?t=#42&p=2', 'came out of a variable'],
    ['https://a.example/{{tag}}#part', 'https://a.example/#42#part', 'came out of a variable'],
    ['https://a.example/{{tag}}#part', 'https://a.example/42#part', null],
    ['https://a.example/{{tag}}', 'https://a.example/%2342', null],
  ])('%s as %s', (written, text, told) => {
    const note = fragmentNote(written, text);
    if (told === null) expect(note).toBeNull();
    else expect(note).toContain(told);
  });

  it('is marked in the file where a query goes on behind it', () => {
    const of = (text: string) =>
      parseHttpFile(text).problems.flatMap(({ code, severity, span }) =>
        code === 'url_fragment' ? [[severity, span.start.line, span.start.column]] : [],
      );
    expect(of('GET https://a.example/?tag=#42&page=2\n')).toEqual([['warning', 0, 4]]);
    expect(of('GET https://a.example/x#a?b=c\n')).toEqual([['warning', 0, 4]]);
    expect(of('GET https://a.example/x # later\n')).toEqual([['warning', 0, 4]]);
    expect(of('GET https://a.example/?q={{a#?b}}\n')).toEqual([]);
    expect(of('GET https://a.example/x#part\n')).toEqual([]);
    expect(of("curl 'https://a.example/?tag=#42&page=2'\n")).toHaveLength(1);
  });
});
