import { asKeyturnError } from '../../base/errors.ts';
import { parseReference } from '../earlier/reference.ts';
import { isRequestName } from '../earlier/references.ts';
import { definitionsIn } from '../resolve/definitions.ts';
import { dynamicValue, splitCall } from '../systemVariables/dynamicVariables.ts';
import { foreignExpression } from '../resolve/foreignToken.ts';
import { missingVariable } from '../resolve/missingVariable.ts';
import { parseLoop } from '../directives/loop.ts';
import { nearest } from '../parse/near.ts';
import { inlineQuestion, promptsIn } from '../resolve/questions.ts';
import { normalKey } from '../parse/directives.ts';
import { quotedCode, quotedPart } from '../resolve/quotedPart.ts';
import { scriptVariables } from '../resolve/scriptVariables.ts';
import { rulesOf } from '../parse/rules.ts';
import { splitTemplate, tokenNameOf } from '../resolve/template.ts';
import { isComment } from '../parse/text.ts';
import type { HttpFile, LooseNode, Problem, RequestNode, Span } from '../parse/tree.ts';

/** What the requests of a file see beside its own variables. */
export interface SeenVariables {
  /** Variables that have a value: those of the environment, and those given for the run. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Names of other environments, and which of them define it. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
  /** Of the nearest `.env`. */
  readonly dotenv: ReadonlyMap<string, unknown>;
  /** Null where the process may not be looked at. */
  readonly processEnv: Readonly<Record<string, string | undefined>> | null;
}

/** More marks than a person reads. */
const mostMarks = 1000;
/** Names for which a near one is looked for. */
const mostSuggested = 100;

/**
 * Marks each `{{ }}` of the requests and variables that has no value; `lineText` gives the lines of the file. In time
 * proportional to the file.
 */
export function variableMarks(
  tree: HttpFile,
  lineText: (line: number) => string,
  seen: SeenVariables,
): Problem[] {
  // Other files may define what this one uses.
  if (imports(tree)) return [];
  const checker = new Checker(tree, seen);
  const done = new Set<number>();
  const marks: Problem[] = [];
  const check = (given: ReadonlySet<string>, line: number) => {
    if (done.has(line) || marks.length >= mostMarks) return;
    done.add(line);
    const text = lineText(line);
    if (!text.includes('{{')) return;
    for (const part of splitTemplate(text)) {
      if (part.kind !== 'expression') continue;
      const span = {
        start: { line, column: part.offset },
        end: { line, column: part.offset + part.length },
      };
      const mark = checker.mark(part.text, given, span);
      if (mark !== null) marks.push(mark);
    }
  };
  // Which request uses a variable of the file is not known here.
  const anyGives = givenBy(tree.requests.flatMap(({ metadata }) => metadata));
  for (const { span } of tree.variables) for (const line of linesOf(span)) check(anyGives, line);
  for (const node of tree.requests) {
    const given = givenBy(node.metadata);
    for (const line of writtenLines(tree, node, lineText)) check(given, line);
  }
  return marks;
}

/** The lines of a request whose variables are replaced when it is sent. */
function* writtenLines(
  tree: HttpFile,
  node: RequestNode,
  lineText: (line: number) => string,
): Generator<number> {
  const scripts = node.extras.map(({ span }) => span);
  const isScript = (line: number) => scripts.some(({ start, end }) => line >= start.line && line <= end.line);
  for (const line of linesOf(node.urlSpan)) if (!isComment(lineText(line)) && !isScript(line)) yield line;
  for (const { span } of node.headers) yield* linesOf(span);
  if (node.body.kind === 'none') return;
  const dropsComments = rulesOf[tree.dialect].bodyComments === 'dropped';
  for (const line of linesOf(node.body.span)) {
    if (!isScript(line) && !(dropsComments && isComment(lineText(line)))) yield line;
  }
}

function* linesOf({ start, end }: Span): Generator<number> {
  for (let line = start.line; line <= end.line; line++) yield line;
}

function imports(tree: HttpFile): boolean {
  const parts: readonly Pick<LooseNode, 'metadata'>[] = [...tree.loose, ...tree.requests];
  return parts.some(({ metadata }) => metadata.some(({ key }) => key.toLowerCase() === 'import'));
}

class Checker {
  readonly #tree: HttpFile;
  readonly #seen: SeenVariables;
  #names: readonly string[] | null = null;
  readonly #suggested = new Map<string, string | null>();

  constructor(tree: HttpFile, seen: SeenVariables) {
    this.#tree = tree;
    this.#seen = seen;
  }

  /** Null where the expression has a value, as far as can be told without working it out. */
  mark(written: string, given: ReadonlySet<string>, span: Span): Problem | null {
    const { line } = span.start;
    const isEncoded = written.startsWith('%') && this.#tree.dialect === 'rest-client';
    const expression = isEncoded ? written.slice(1).trim() : written;
    const missing = (name: string) => {
      const { code, message } = missingVariable(name, this.#tree, line);
      if (code === 'unsupported') return { code, message, severity: 'warning', span } as const;
      return this.#unknown(name, span);
    };
    if (isGiven(given, expression)) return null;
    if (!expression.startsWith('$')) {
      if (this.#isNamed(expression)) return null;
      const isRequest = (name: string) => isRequestName(this.#tree, name);
      const reference = parseReference(expression, this.#tree.dialect, isRequest);
      // A script works it out.
      if (reference === null && this.#tree.dialect === 'httpyac' && /[^\w-]/.test(expression)) return null;
      if (reference === null) return missing(expression);
      return isRequest(reference.name)
        ? null
        : unset(`No request is named ${quotedPart(reference.name)}.`, span);
    }
    return this.#dynamic(expression, span, missing);
  }

  #dynamic(expression: string, span: Span, missing: (name: string) => Problem): Problem | null {
    // Has its value while Keyturn refreshes a token.
    if (expression === '$refreshToken') return null;
    if (tokenNameOf(expression) !== null || foreignExpression(expression) !== null) return null;
    if (expression === '$projectRoot') return null;
    try {
      if (inlineQuestion(expression) !== null) return null;
      if (dynamicValue(expression, { nowMs: 0, dialect: this.#tree.dialect }) !== null) return null;
    } catch (error) {
      const { code, message, hint = '' } = asKeyturnError(error);
      return {
        code: code === 'unsupported' ? code : 'variable_invalid',
        message: `${message} ${hint}`.trim(),
        severity: 'warning',
        span,
      };
    }
    const { name, args } = splitCall(expression);
    const [argument = ''] = args;
    const inProcess = (key: string) => {
      const { processEnv } = this.#seen;
      if (processEnv === null || processEnv[key] !== undefined) return null;
      return unset(`The process has no variable ${quotedPart(key)}.`, span);
    };
    if (name === '$processEnv' || name === '$dotenv') {
      if (argument.startsWith('%')) {
        return this.#isNamed(argument.slice(1)) ? null : missing(argument.slice(1));
      }
      if (name === '$processEnv') return inProcess(argument);
      if (this.#seen.dotenv.has(argument)) return null;
      return unset(`No .env file defines the variable ${quotedPart(argument)}.`, span);
    }
    if (name.startsWith('$env.')) return inProcess(name.slice('$env.'.length));
    if (name === '$shared') return this.#isNamed(argument) ? null : missing(argument);
    const message = `{{${quotedCode(expression)}}} is not supported yet.`;
    return { code: 'unsupported', message, severity: 'warning', span };
  }

  #isNamed(name: string): boolean {
    if (definitionsIn(this.#tree).has(name) || this.#seen.values.has(name)) return true;
    // A script gives it a value; whether it has run shows when the request is sent.
    if (scriptVariables(this.#tree).has(name.split('.', 1)[0] ?? name)) return true;
    return this.#tree.dialect === 'httpyac' && this.#seen.dotenv.has(name);
  }

  #unknown(name: string, span: Span): Problem {
    const shown = quotedPart(name);
    const environments = this.#seen.elsewhere.get(name);
    if (environments !== undefined) {
      const message = `The variable ${shown} is defined in another environment: ${environments.join(', ')}.`;
      return { code: 'variable_unknown', message, severity: 'hint', span };
    }
    const meant = this.#meant(name);
    const question = meant === null ? '' : ` Did you mean ${quotedPart(meant)}?`;
    return unset(`The variable ${shown} is not defined.${question}`, span);
  }

  #meant(name: string): string | null {
    const known = this.#suggested.get(name);
    if (known !== undefined) return known;
    if (this.#suggested.size >= mostSuggested) return null;
    this.#names ??= [...definitionsIn(this.#tree).keys(), ...this.#seen.values.keys()];
    const meant = nearest(name, this.#names);
    this.#suggested.set(name, meant);
    return meant;
  }
}

/** Names that get a value when a request is sent: by its prompts and its loop, whose items may have members (`item.`). */
function givenBy(metadata: RequestNode['metadata']): ReadonlySet<string> {
  if (metadata.length === 0) return nothing;
  const names = new Set(promptsIn(metadata).map(({ name }) => name));
  for (const { key, value } of metadata) {
    const loop = normalKey(key) === 'loop' ? parseLoop(value) : null;
    if (loop === null) continue;
    names.add('$index');
    if (loop.variable !== null) names.add(loop.variable).add(`${loop.variable}.`);
  }
  return names;
}

const nothing: ReadonlySet<string> = new Set();

function isGiven(given: ReadonlySet<string>, expression: string): boolean {
  if (given.size === 0) return false;
  const dot = expression.indexOf('.');
  return given.has(expression) || (dot > 0 && given.has(expression.slice(0, dot + 1)));
}

function unset(message: string, span: Span): Problem {
  return { code: 'variable_unknown', message, severity: 'warning', span };
}
