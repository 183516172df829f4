import * as v from 'valibot';
import { parseJsonText, propertiesOf } from '../jsonText.ts';
import type { Span } from '../position.ts';

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

/**
 * Reads `http-client.env.json`: objects of variables by environment. What is no object or no simple value there is
 * left out: other tools keep their own settings in the same file. Never throws.
 */
export function parseEnvironmentFile(
  original: string,
  file: string,
): { readonly environments: Environments; readonly problems: readonly EnvironmentProblem[] } {
  const environments = new Map<string, ReadonlyMap<string, string>>();
  const problems: EnvironmentProblem[] = [];
  const json = parseJsonText(original);
  const { root } = json;
  const problem = (offset: number, length: number, message: string) => {
    problems.push({ file, code: 'environment_invalid', message, span: json.span(offset, length) });
  };
  const [first] = json.errors;
  if (first !== undefined) problem(first.offset, first.length, first.message);
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
      variables.set(
        variable.name,
        isNumber ? original.slice(offset, offset + length) : String(parsed.output),
      );
    }
    environments.set(name, variables);
  }
  return { environments, problems };
}
