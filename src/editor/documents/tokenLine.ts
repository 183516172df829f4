import { tokenDirectives } from '../../httpfile/parse/directives.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';

/** One replacement in a text; lines and columns are zero-based. */
interface TokenEdit {
  readonly line: number;
  readonly startColumn: number;
  readonly endColumn: number;
  readonly text: string;
  /** The request stands one line further down then. */
  readonly addsLine: boolean;
}

/** The line that names a token for a request. */
export function tokenLine(name: string): string {
  return `# @token ${name}`;
}

/** Names the token in its own line above the request, or in the line that names another one. */
export function tokenEdit(node: RequestNode, name: string): TokenEdit {
  const [named] = tokenDirectives(node.metadata);
  const addsLine = named === undefined;
  if (addsLine)
    return { line: node.line, startColumn: 0, endColumn: 0, text: `${tokenLine(name)}\n`, addsLine };
  const { start, end } = named.span;
  return {
    line: start.line,
    startColumn: start.column,
    endColumn: end.column,
    text: tokenLine(name),
    addsLine,
  };
}
