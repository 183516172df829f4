import { describe, expect, it } from 'vitest';
import { tokenEdit } from '../../src/editor/documents/tokenLine.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';

/** The text after the edit. */
function named(text: string, name: string): string {
  const [node] = parseHttpFile(text).requests;
  if (node === undefined) throw new Error('no request in the text');
  const { line, startColumn, endColumn, text: inserted } = tokenEdit(node, name);
  const lines = text.split('\n');
  const at = lines[line] ?? '';
  lines[line] = `${at.slice(0, startColumn)}${inserted}${at.slice(endColumn)}`;
  return lines.join('\n');
}

describe('naming a token above a request', () => {
  it('writes a line above the request line, below its title and other directives', () => {
    expect(named('### Reports\n# @name list\nGET https://a.example/\n', 'ann')).toBe(
      '### Reports\n# @name list\n# @token ann\nGET https://a.example/\n',
    );
  });

  it('replaces a token that is named already', () => {
    expect(named('// @token  old \nGET https://a.example/\n', 'ann')).toBe(
      '# @token ann\nGET https://a.example/\n',
    );
  });

  it('says where the request stands then', () => {
    for (const text of ['# @token old\nGET https://a.example/\n', 'GET https://a.example/\n']) {
      const before = parseHttpFile(text).requests[0]!;
      const after = parseHttpFile(named(text, 'ann')).requests[0]!;
      expect(after.line - before.line).toBe(tokenEdit(before, 'ann').addsLine ? 1 : 0);
    }
  });

  it('gives a request that names the token', () => {
    const [node] = parseHttpFile(named('GET https://a.example/\n', 'ann')).requests;
    expect(node?.metadata).toMatchObject([{ key: 'token', value: 'ann' }]);
  });
});
