import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import * as v from 'valibot';
import type { Position, Span } from './tree.ts';

/** Something wrong in an environment file. */
export interface EnvironmentProblem {
  /** Location of the file. */
  readonly file: string;
  readonly code: 'environment_invalid';
  /** One English sentence, without values from the file. */
  readonly message: string;
  readonly span: Span;
}

/** Environments by name, `$shared` included; the values of numbers and booleans as they are written. */
export type Environments = ReadonlyMap<string, ReadonlyMap<string, string>>;

const valueSchema = v.union([v.string(), v.number(), v.boolean()]);

/** Deeper than any real file; the JSON parser recurses, so the depth is checked before it runs. */
const deepest = 50;

/**
 * Reads `http-client.env.json`: objects of variables by environment. What is no object or no simple value there is
 * left out: other tools keep their own settings in the same file. Never throws.
 */
export function parseEnvironmentFile(
  original: string,
  file: string,
): { readonly environments: Environments; readonly problems: readonly EnvironmentProblem[] } {
  const text = original.startsWith('\uFEFF') ? ` ${original.slice(1)}` : original;
  const environments = new Map<string, ReadonlyMap<string, string>>();
  const problems: EnvironmentProblem[] = [];
  const problem = (offset: number, length: number, message: string) => {
    const span = { start: positionAt(text, offset), end: positionAt(text, offset + length) };
    problems.push({ file, code: 'environment_invalid', message, span });
  };
  if (text.trim() === '') return { environments, problems };
  const tooDeep = offsetOfDepth(text, deepest);
  if (tooDeep !== null) {
    problem(tooDeep, 1, 'Objects and lists are nested too deeply here.');
    return { environments, problems };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    problem(
      first.offset,
      first.length,
      `This is not valid JSON: ${words(printParseErrorCode(first.error))}.`,
    );
  }
  if (root === undefined) return { environments, problems };
  if (root.type !== 'object') {
    problem(root.offset, root.length, 'An environment file is an object of environments.');
    return { environments, problems };
  }
  for (const { name, value } of propertiesOf(root)) {
    if (name.startsWith('$') && name !== '$shared') continue;
    if (value.type !== 'object') {
      problem(value.offset, value.length, 'An environment is an object of variables.');
      continue;
    }
    const variables = new Map<string, string>();
    for (const variable of propertiesOf(value)) {
      const parsed = v.safeParse(valueSchema, variable.value.value);
      if (!parsed.success) continue;
      const { offset, length } = variable.value;
      // Numbers as written: large ones would lose digits.
      const isNumber = typeof parsed.output === 'number';
      variables.set(variable.name, isNumber ? text.slice(offset, offset + length) : String(parsed.output));
    }
    environments.set(name, variables);
  }
  return { environments, problems };
}

function propertiesOf(node: Node): { name: string; value: Node }[] {
  const properties: { name: string; value: Node }[] = [];
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) properties.push({ name: String(key.value), value });
  }
  return properties;
}

/** `CommaExpected` as "comma expected". */
function words(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 0;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - start };
}

function offsetOfDepth(text: string, limit: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"' || char === '\n') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      if (++depth > limit) return at;
    } else if (char === '}' || char === ']') depth--;
  }
  return null;
}
