import type { HttpFile, RequestNode } from '../../../httpfile/parse/tree.ts';

/** Zero-based first and last line of what folds into its first line. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/** Bodies are folded inside only in files of at most this many requests: the editor keeps 5,000 folds. */
const mostRequestsWithInnerFolds = 1000;

/** Whole requests (from their separator where there is one), and objects and lists inside bodies. */
export function requestFolds(tree: HttpFile, lineAt: (line: number) => string): Fold[] {
  const folds: Fold[] = [];
  const inner = tree.requests.length <= mostRequestsWithInnerFolds;
  for (const node of tree.requests) {
    const start = blockHead(node, lineAt);
    let end = node.blockEndLine;
    while (end > start && lineAt(end).trim() === '') end--;
    if (end > start) folds.push({ start, end });
    if (inner && (node.body.kind === 'text' || node.body.kind === 'graphql')) {
      bracketFolds(node.body.span.start.line, node.body.span.end.line, lineAt, folds);
    }
  }
  return folds;
}

function blockHead(node: RequestNode, lineAt: (line: number) => string): number {
  const above = node.blockStartLine - 1;
  return above >= 0 && lineAt(above).startsWith('###') ? above : node.blockStartLine;
}

/** Folds from each line that ends with an opening bracket to the line before its closing one. */
function bracketFolds(first: number, last: number, lineAt: (line: number) => string, folds: Fold[]): void {
  const open: number[] = [];
  for (let line = first; line <= last; line++) {
    const text = lineAt(line).trim();
    const head = text[0];
    if (head === '}' || head === ']') {
      const start = open.pop();
      if (start !== undefined && line - 1 > start) folds.push({ start, end: line - 1 });
    }
    const tail = text.at(-1);
    if (tail === '{' || tail === '[') open.push(line);
  }
}
