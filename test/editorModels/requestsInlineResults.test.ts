import { describe, expect, it } from 'vitest';
import { InlineResults, type InlineState } from '../../src/editor/results/inlineResults.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { result } from './support.ts';

const document = 'file:///a.http';
const text = [
  '### one',
  'GET https://example.com/1',
  '',
  '### two',
  'POST https://example.com/2',
  '',
  '{"a": 1}',
  '',
];

function sentBoth() {
  const tree = parseHttpFile(text.join('\n'));
  const inline = new InlineResults();
  const results = tree.requests.map((node) => result({ node }));
  for (const one of results) inline.set(document, one.node, { kind: 'done', result: one });
  return { tree, inline, results };
}

describe('InlineResults', () => {
  it('holds one result for each request, and replaces it', () => {
    const { inline, tree } = sentBoth();
    const [first] = tree.requests;
    const again = result({ node: first! });
    inline.set(document, first!, { kind: 'done', result: again });
    expect(inline.of(document).map(({ line }) => line)).toEqual([1, 4]);
    expect(inline.lineOf(document, again)).toBe(1);
  });

  it('keeps what was sent in the chosen environment, and what is under way', () => {
    const { inline, tree } = sentBoth();
    const [first, second] = tree.requests;
    inline.set(document, first!, { kind: 'done', result: result({ node: first! }) }, 'staging');
    inline.keepEnvironment(document, 'staging');
    expect(inline.of(document).map(({ line }) => line)).toEqual([first!.line]);
    inline.set(document, second!, { kind: 'running', startedAtMs: 0, previous: null }, 'staging');
    inline.keepEnvironment(document, null);
    expect(inline.of(document).map(({ line }) => line)).toEqual([second!.line]);
  });

  it('follows lines inserted above, also at the start of its own line', () => {
    const { inline } = sentBoth();
    inline.edit(document, [{ startLine: 0, startColumn: 0, endLine: 0, insertedLines: 2 }]);
    expect(inline.of(document).map(({ line }) => line)).toEqual([3, 6]);
    inline.edit(document, [{ startLine: 6, startColumn: 0, endLine: 6, insertedLines: 1 }]);
    expect(inline.of(document).map(({ line }) => line)).toEqual([3, 7]);
  });

  it('follows lines deleted above, and several changes of one edit', () => {
    const { inline } = sentBoth();
    inline.edit(document, [
      { startLine: 3, startColumn: 0, endLine: 3, insertedLines: 3 },
      { startLine: 0, startColumn: 0, endLine: 1, insertedLines: 0 },
    ]);
    expect(inline.of(document).map(({ line }) => line)).toEqual([0, 6]);
  });

  it('gives a line to the request that an edit moves there', () => {
    const { inline, results } = sentBoth();
    inline.edit(document, [{ startLine: 1, startColumn: 0, endLine: 4, insertedLines: 0 }]);
    expect(inline.resultAt(document, 1)).toBe(results[1]);
  });

  it('takes away what is under way, and leaves the others', () => {
    const { inline, tree } = sentBoth();
    const running: InlineState = { kind: 'running', startedAtMs: 0, previous: null };
    inline.set(document, tree.requests[1]!, running);
    inline.edit(document, [{ startLine: 0, startColumn: 0, endLine: 0, insertedLines: 2 }]);
    inline.remove(document, running);
    expect(inline.of(document).map(({ line }) => line)).toEqual([3]);
    expect(inline.finish(document, running, result())).toBe(false);
  });

  it('stays when text after its line changes', () => {
    const { inline } = sentBoth();
    inline.edit(document, [{ startLine: 4, startColumn: 10, endLine: 4, insertedLines: 1 }]);
    expect(inline.of(document).map(({ line }) => line)).toEqual([1, 4]);
  });

  it('drops the result of the request that changed, and keeps the other', () => {
    for (const [line, changed] of [
      [4, 'PUT https://example.com/2'],
      [4, 'POST https://example.com/3'],
      [6, '{"a": 2}'],
    ] as const) {
      const { inline } = sentBoth();
      inline.verify(document, parseHttpFile(text.with(line, changed).join('\n')));
      expect(inline.of(document).map((entry) => entry.line)).toEqual([1]);
    }
  });

  it('keeps results when comments and blank lines change', () => {
    const { inline } = sentBoth();
    inline.edit(document, [{ startLine: 0, startColumn: 0, endLine: 0, insertedLines: 1 }]);
    inline.verify(document, parseHttpFile(['# a note', ...text].join('\n')));
    expect(inline.of(document).map(({ line }) => line)).toEqual([2, 5]);
  });

  it('puts a result where its request went while it ran', () => {
    const { tree } = sentBoth();
    const inline = new InlineResults();
    const [, second] = tree.requests;
    const running: InlineState = { kind: 'running', startedAtMs: 0, previous: null };
    inline.set(document, second!, running);
    inline.edit(document, [{ startLine: 0, startColumn: 0, endLine: 0, insertedLines: 5 }]);
    const done = result({ node: second! });
    expect(inline.finish(document, running, done)).toBe(true);
    expect(inline.at(document, 9)).toEqual({ kind: 'done', result: done });
  });

  it('shows no result for a request that changed while it ran', () => {
    const { tree } = sentBoth();
    const inline = new InlineResults();
    const [first] = tree.requests;
    const running: InlineState = { kind: 'running', startedAtMs: 0, previous: null };
    inline.set(document, first!, running);
    inline.verify(document, parseHttpFile('GET https://example.com/other\n'));
    expect(inline.finish(document, running, result({ node: first! }))).toBe(false);
    expect(inline.of(document)).toEqual([]);
  });

  it('follows requests that are not sent yet through edits', () => {
    const tree = parseHttpFile(text.join('\n'));
    const inline = new InlineResults();
    using pending = inline.follow(document, tree.requests);
    expect(inline.has(document)).toBe(true);
    inline.edit(document, [{ startLine: 0, startColumn: 0, endLine: 0, insertedLines: 1 }]);
    inline.edit(document, [{ startLine: 3, startColumn: 0, endLine: 3, insertedLines: 1 }]);
    const now = parseHttpFile(['# a note', ...text.with(2, '\n')].join('\n'));
    const [first, second] = tree.requests;
    expect(pending.take(first!, now)).toBe(now.requests[0]);
    expect(pending.take(second!, now)).toBe(now.requests[1]);
    expect(pending.take(second!, now)).toBeNull();
  });

  it('loses a request that is not sent yet where it changes, goes, or its document is closed', () => {
    const tree = parseHttpFile(text.join('\n'));
    const [first, second] = tree.requests;
    const inline = new InlineResults();
    const pending = inline.follow(document, tree.requests);
    const changed = parseHttpFile(text.with(1, 'GET https://example.com/other').join('\n'));
    expect(pending.take(first!, changed)).toBeNull();
    expect(pending.take(second!, parseHttpFile(text.slice(0, 2).join('\n')))).toBeNull();

    using another = inline.follow(document, tree.requests);
    pending[Symbol.dispose]();
    expect(inline.has(document)).toBe(true);
    inline.clear(document);
    expect(another.take(first!, tree)).toBeNull();
    another[Symbol.dispose]();
    expect(inline.has(document)).toBe(false);
  });
});
