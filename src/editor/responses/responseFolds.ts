/** The editor keeps 5,000 folds. */
const mostFolds = 4000;

/** Languages whose own extension folds their bodies. */
export const foldedElsewhere: ReadonlySet<string> = new Set(['jsonc', 'html', 'css', 'javascript']);

export interface Fold {
  readonly start: number;
  readonly end: number;
}

/** The head of a response, from its first line to the last header. */
export function headFold(headLines: number): Fold[] {
  // The blank line between head and body stays.
  return headLines > 2 ? [{ start: 0, end: headLines - 2 }] : [];
}

/** By indentation, for languages that nothing else folds. */
export function indentFolds(firstLine: number, lineCount: number, lineAt: (line: number) => string): Fold[] {
  const folds: Fold[] = [];
  const open: { line: number; indent: number }[] = [];
  let lastText = firstLine;
  for (let line = firstLine; line < lineCount && folds.length < mostFolds; line++) {
    const text = lineAt(line);
    const indent = text.length - text.trimStart().length;
    if (indent === text.length) continue;
    for (let top = open.at(-1); top !== undefined && top.indent >= indent; top = open.at(-1)) {
      open.pop();
      if (lastText > top.line) folds.push({ start: top.line, end: lastText });
    }
    open.push({ line, indent });
    lastText = line;
  }
  for (const { line } of open)
    if (lastText > line && folds.length < mostFolds) folds.push({ start: line, end: lastText });
  return folds;
}
