import { indentOf } from '../parse/text.ts';
import type { HttpFile, Problem } from '../parse/tree.ts';
import { fileMarks } from './fileMarks.ts';
import { type SeenVariables, variableMarks } from './variableMarks.ts';

export { fileMarks } from './fileMarks.ts';
export type { SeenVariables } from './variableMarks.ts';

/** Everything that the editor and `keyturn list` show of a file, in its order. */
export function fileProblems(
  tree: HttpFile,
  lineText: (line: number) => string,
  seen: SeenVariables,
): Problem[] {
  const marks = fileMarks(tree).map((mark) => (mark.code === 'not_run' ? onWholeLine(mark, lineText) : mark));
  const all = [...tree.problems, ...marks, ...variableMarks(tree, lineText, seen)];
  return all.sort((a, b) => compare(a, b));
}

/** What is not run is known by its line alone. */
function onWholeLine(mark: Problem, lineText: (line: number) => string): Problem {
  const { line } = mark.span.start;
  const text = lineText(line);
  const start = { line, column: indentOf(text) };
  return { ...mark, span: { start, end: { line, column: text.trimEnd().length } } };
}

function compare({ span: { start: a } }: Problem, { span: { start: b } }: Problem): number {
  return a.line - b.line || a.column - b.column;
}
