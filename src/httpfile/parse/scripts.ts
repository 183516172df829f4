import type { Lines } from './lines.ts';
import { indentOf, skipSpaces } from './text.ts';
import type { ExtraNode } from './tree.ts';

/** A script or reference that begins at some line, and the last line that belongs to it. */
export interface ScriptPart {
  readonly extra: ExtraNode;
  readonly last: number;
  readonly closed: boolean;
}

/** True for a line that a script cannot reach: the end of the block or of the text. */
export type IsEnd = (index: number) => boolean;

/** `< {% … %}` and `< file` before the request line. */
export function preRequestScriptAt(lines: Lines, index: number, isEnd: IsEnd): ScriptPart | null {
  const text = lines.text(index);
  const start = indentOf(text);
  if (text[start] !== '<' || text[start + 1] === '>') return null;
  const at = skipSpaces(text, start + 1);
  if (at === start + 1 || at === text.length) return null;
  if (text.startsWith('{%', at)) return inlineScript(lines, index, isEnd, 'pre-request-script', at);
  return { extra: extraOf(lines, index, index, 'pre-request-script'), last: index, closed: true };
}

/** `> {% … %}`, `> file`, `>> file`, `>>! file` and `<> file` after the request. */
export function responsePartAt(lines: Lines, index: number, isEnd: IsEnd): ScriptPart | null {
  const text = lines.text(index);
  const start = indentOf(text);
  const one = (kind: ExtraNode['kind']): ScriptPart => ({
    extra: extraOf(lines, index, index, kind),
    last: index,
    closed: true,
  });
  if (text.startsWith('<>', start)) return hasOneWord(text, start + 2) ? one('response-reference') : null;
  if (text.startsWith('>>', start)) {
    const at = start + (text[start + 2] === '!' ? 3 : 2);
    return skipSpaces(text, at) > at && at < text.trimEnd().length ? one('response-redirect') : null;
  }
  if (text[start] !== '>') return null;
  const at = skipSpaces(text, start + 1);
  if (at === start + 1) return null;
  if (text.startsWith('{%', at)) return inlineScript(lines, index, isEnd, 'response-handler', at);
  return hasOneWord(text, at) ? one('response-handler') : null;
}

function inlineScript(
  lines: Lines,
  index: number,
  isEnd: IsEnd,
  kind: ExtraNode['kind'],
  open: number,
): ScriptPart {
  let last = index;
  for (; last === index || !isEnd(last); last++) {
    if (lines.text(last).includes('%}', last === index ? open : 0)) {
      return { extra: extraOf(lines, index, last, kind), last, closed: true };
    }
  }
  return { extra: extraOf(lines, index, last - 1, kind), last: last - 1, closed: false };
}

export function extraOf(lines: Lines, first: number, last: number, kind: ExtraNode['kind']): ExtraNode {
  const parts: string[] = [];
  for (let index = first; index <= last; index++) parts.push(lines.text(index));
  return { kind, text: parts.join('\n'), span: lines.range(first, last) };
}

/** A path: something without spaces, braces or percent signs, so that a quotation is not taken for a script. */
function hasOneWord(text: string, from: number): boolean {
  const word = text.slice(from).trim();
  return word !== '' && !/[\s{}%]/.test(withoutTemplate(word));
}

function withoutTemplate(word: string): string {
  return word.replaceAll('{{', '').replaceAll('}}', '');
}
