import * as v from 'valibot';
import { parseJsonText, plainValue, propertiesOf, type JsonNode } from '../../base/jsonText.ts';
import type { Span } from '../../base/position.ts';
import { secretVariable } from './secretVariable.ts';

/** Something wrong in an environment file, or worth knowing of it. */
export interface EnvironmentProblem {
  /** Location of the file. */
  readonly file: string;
  readonly code: 'environment_invalid' | 'secret_in_file' | 'setting_ignored';
  readonly severity: 'error' | 'info';
  /** One English sentence, without values from the file. */
  readonly message: string;
  readonly span: Span;
}

/** Environments by name, `$shared` included; the values of numbers and booleans as they are written. */
export type Environments = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Entries of `Security.Auth` by environment and id, as they are written. */
export type AuthEntries = ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>;

export interface EnvironmentFile {
  readonly environments: Environments;
  readonly auth: AuthEntries;
  readonly problems: readonly EnvironmentProblem[];
}

const valueSchema = v.union([v.string(), v.number(), v.boolean()]);

/**
 * Reads `http-client.env.json`: objects of variables by environment. What is no object or no simple value there is
 * left out: other tools keep their own settings in the same file. Never throws.
 */
export function parseEnvironmentFile(original: string, file: string): EnvironmentFile {
  return parseEnvironments(original, file, (root) => root);
}

/** Reads `environments` of `.httpyac.json`, and tells which other settings it holds. Never throws. */
export function parseHttpyacConfig(original: string, file: string): EnvironmentFile {
  return parseEnvironments(original, file, (root, ignored) => {
    const properties = propertiesOf(root);
    const others = properties.filter(({ name }) => name !== 'environments').map(({ name }) => name);
    if (others.length > 0) {
      ignored(
        `Keyturn reads only the environments of this file, and ignores ${others.slice(0, 10).join(', ')}.`,
      );
    }
    return properties.find(({ name }) => name === 'environments')?.value;
  });
}

/** `held` gives the object of environments of a file; undefined where there is none. */
function parseEnvironments(
  original: string,
  file: string,
  held: (root: JsonNode, ignored: (message: string) => void) => JsonNode | undefined,
): EnvironmentFile {
  const environments = new Map<string, ReadonlyMap<string, string>>();
  const auth = new Map<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>();
  const problems: EnvironmentProblem[] = [];
  const json = parseJsonText(original);
  const { root } = json;
  const problem = (offset: number, length: number, message: string) => {
    const span = json.span(offset, length);
    problems.push({ file, code: 'environment_invalid', severity: 'error', message, span });
  };
  const [first] = json.errors;
  if (first !== undefined) problem(first.offset, first.length, first.message);
  if (root === undefined) return { environments, auth, problems };
  if (root.type !== 'object') {
    problem(root.offset, root.length, 'An environment file is an object of environments.');
    return { environments, auth, problems };
  }
  const hint = ({ offset, length }: JsonNode, what: string) => {
    const message = `This ${what} is in the file in plain text. Remove it: Keyturn asks for it once and keeps it in the keychain.`;
    problems.push({
      file,
      code: 'secret_in_file',
      severity: 'info',
      message,
      span: json.span(offset, length),
    });
  };
  const ignored = (message: string) => {
    problems.push({
      file,
      code: 'setting_ignored',
      severity: 'info',
      message,
      span: json.span(root.offset, 1),
    });
  };
  const declared = held(root, ignored);
  if (declared === undefined) return { environments, auth, problems };
  if (declared.type !== 'object') {
    problem(declared.offset, declared.length, 'The environments are an object.');
    return { environments, auth, problems };
  }
  for (const { name, value } of propertiesOf(declared)) {
    if (name.startsWith('$') && name !== '$shared') continue;
    if (value.type !== 'object') {
      problem(value.offset, value.length, 'An environment is an object of variables.');
      continue;
    }
    const variables = new Map<string, string>();
    for (const variable of propertiesOf(value)) {
      if (variable.name === 'Security') auth.set(name, authEntries(variable.value, hint));
      const what = secretVariable(variable.name);
      if (what !== null && isPlain(variable.value)) hint(variable.value, what);
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
  return { environments, auth, problems };
}

const SECRET_PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['Client Secret', 'client secret'],
  ['Password', 'password'],
]);

function authEntries(
  security: JsonNode,
  hint: (node: JsonNode, what: string) => void,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const entries = new Map<string, Readonly<Record<string, unknown>>>();
  const auth = propertiesOf(security).find(({ name }) => name === 'Auth')?.value;
  for (const { name, value } of auth?.type === 'object' ? propertiesOf(auth) : []) {
    if (value.type !== 'object') continue;
    const entry: Record<string, unknown> = {};
    for (const property of propertiesOf(value)) {
      entry[property.name] = plainValue(property.value);
      const what = SECRET_PROPERTIES.get(property.name);
      if (what !== undefined && isPlain(property.value)) hint(property.value, what);
    }
    entries.set(name, entry);
  }
  return entries;
}

/** True for a text that is not just a variable, which may come from somewhere safer. */
function isPlain({ value }: JsonNode): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('{{');
}
