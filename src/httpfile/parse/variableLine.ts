import { quotedPart } from '../resolve/quotedPart.ts';
import { indentOf, skipSpaces } from './text.ts';
import type { Dialect, VariableNode } from './tree.ts';

export type VariableLine = Omit<VariableNode, 'span'>;

/** `@name = value`; null for a line of another kind. The name is whatever stands before the `=`, without spaces. */
export function parseVariableLine(line: string): VariableLine | null {
  const start = indentOf(line);
  if (line[start] !== '@') return null;
  const equals = line.indexOf('=', start);
  if (equals < 0) return null;
  const name = line.slice(start + 1, equals).trimEnd();
  if (name === '' || hasSpace(name)) return null;
  return { name, value: line.slice(equals + 1).trim() };
}

/**
 * As httpyac reads it: the `=` may be missing, `:=` makes the value lazy, quotes around the value are dropped, and
 * without a value it is no variable at all.
 */
export function parseHttpyacVariableLine(line: string): VariableLine | null {
  const start = indentOf(line);
  if (line[start] !== '@') return null;
  let end = start + 1;
  while (end < line.length && !' \t=:'.includes(line.charAt(end))) end++;
  const name = line.slice(start + 1, end).replace(/^global\./, '');
  if (name === '') return null;
  let at = skipSpaces(line, end);
  const lazy = line[at] === ':';
  if (lazy) at++;
  while (line[at] === '=') at++;
  const value = unquoted(line.slice(at).trim());
  if (value === '') return null;
  return lazy ? { name, value, lazy } : { name, value };
}

const escaped: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * What a variable's value stands for. REST Client reads `\n`, `\r` and `\t` as line breaks and tab, and any other
 * character behind a backslash as itself.
 */
export function variableText(value: string, dialect: Dialect): string {
  if (dialect !== 'rest-client' || !value.includes('\\')) return value;
  return value.replace(/\\([^]?)/g, (_, char: string) => escaped[char] ?? char);
}

/** Whether a letter or digit loses a backslash in front of it, which is hardly meant: `CORP\zoe`, `\d+`. */
export function losesBackslash(value: string, dialect: Dialect): boolean {
  if (dialect !== 'rest-client') return false;
  return [...value.matchAll(/\\([^]?)/g)].some(([, char = '']) => /[^\W_nrt]/.test(char));
}

/** Of such a variable, without what it holds. */
export function lostBackslash({ name, span }: Pick<VariableNode, 'name' | 'span'>): string {
  const line = span.start.line + 1;
  return `REST Client drops a backslash from the variable ${quotedPart(name)} (line ${line}), and so does Keyturn: write \\\\ where one is meant.`;
}

function hasSpace(text: string): boolean {
  return /\s/.test(text);
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
