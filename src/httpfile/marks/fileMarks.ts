import { isSharedBlock } from './stops.ts';
import { type NotRun, notRunIn } from './notRun.ts';
import { quotedPart } from '../resolve/quotedPart.ts';
import { obstaclesIn, ownObstacles } from './runnable.ts';
import { splitTemplate } from '../resolve/template.ts';
import type { HttpFile, LooseNode, Problem, RequestNode } from '../parse/tree.ts';
import { unknownMethod } from '../parse/unknownMethod.ts';
import { losesBackslash, lostBackslash } from '../parse/variableLine.ts';
import { directiveMark, ignoredMark } from './directiveMarks.ts';
import { normalKey } from '../parse/directives.ts';

/**
 * What a person should know before a file is sent, beyond what cannot be read: unknown methods and directives, what stops a
 * request, and what is left out. In time proportional to the file.
 */
export function fileMarks(tree: HttpFile): Problem[] {
  const marks: Problem[] = [];
  const ignored = new Set<string>();
  for (const node of tree.requests) {
    const method = methodMark(tree, node);
    if (method !== null) marks.push(method);
    for (const { span, message } of ownObstacles(tree.dialect, node)) marks.push(unsupported(span, message));
    marks.push(...openVariables(node), ...partMarks(tree, node, ignored));
  }
  for (const part of tree.loose) {
    for (const { span, message } of obstaclesIn(tree.dialect, part)) marks.push(unsupported(span, message));
    if (!isSharedBlock(part)) marks.push(...runsAlone(part));
    marks.push(...partMarks(tree, part, ignored));
  }
  for (const variable of tree.variables) {
    if (!losesBackslash(variable.value, tree.dialect)) continue;
    const { span } = variable;
    marks.push({ code: 'variable_invalid', message: lostBackslash(variable), severity: 'warning', span });
  }
  return marks;
}

/** `run` where no request follows that it could go before. */
function runsAlone({ metadata }: LooseNode): Problem[] {
  return metadata
    .filter(({ key }) => normalKey(key) === 'run')
    .map(({ span }) =>
      unsupported(
        span,
        'Keyturn runs what run names before a request: write a request below it in this block.',
      ),
    );
}

/** `ignored`: keys that were marked before; one mark in a file is enough. */
function partMarks({ dialect }: HttpFile, part: RequestNode | LooseNode, ignored: Set<string>): Problem[] {
  const directives = part.metadata.flatMap((metadata) => {
    const key = normalKey(metadata.key);
    const mark = ignored.has(key) ? null : ignoredMark(metadata);
    if (mark !== null) ignored.add(key);
    return mark ?? directiveMark(metadata) ?? [];
  });
  return [...directives, ...notRunIn(dialect, part).map(notRunMark)];
}

function methodMark(tree: HttpFile, node: RequestNode): Problem | null {
  const unknown = unknownMethod(node, tree.dialect);
  if (unknown === null) return null;
  const { start } = node.requestLineSpan;
  // The URL begins after the method and a blank.
  const end = node.urlSpan.start.line === start.line ? node.urlSpan.start : node.requestLineSpan.end;
  return {
    code: 'method_unknown',
    message: `${unknown.message} ${unknown.hint}`,
    severity: unknown.refused ? 'error' : 'hint',
    span: { start, end },
  };
}

/** `{{` without its `}}` in the URL or a header, where it is sent as it stands. */
function openVariables({ url, urlSpan, headers }: RequestNode): Problem[] {
  const texts = [{ text: url, span: urlSpan }, ...headers.map(({ value, span }) => ({ text: value, span }))];
  return texts.flatMap(({ text, span }) => {
    const isOpen =
      text.includes('{{') &&
      splitTemplate(text).some((part) => part.kind === 'literal' && part.text.includes('{{'));
    const message = 'This {{ is not closed: write }} behind the name of the variable.';
    return isOpen ? [{ code: 'variable_invalid', message, severity: 'warning', span }] : [];
  });
}

function unsupported(span: Problem['span'], message: string): Problem {
  return { code: 'unsupported', message, severity: 'warning', span };
}

function notRunMark({ kind, line, text }: NotRun): Problem {
  const what = text === null ? `this ${kind}` : `${kind === 'test' ? 'the test ' : ''}${quotedPart(text)}`;
  const start = { line, column: 0 };
  return {
    code: 'not_run',
    message: `Keyturn does not run ${what} yet.`,
    severity: 'hint',
    span: { start, end: start },
  };
}
