import { isMeantAsMethod } from './methods.ts';
import type { DialectRules } from './rules.ts';
import { indentOf, skipSpaces, wordEnd } from './text.ts';

export interface RequestLine {
  /** In capitals; GET where none is written. May be a slip: see `methods.ts`. */
  readonly method: string;
  /** Whether the method is written. */
  readonly explicit: boolean;
  /** Raw, still with its `HTTP/x`, since that may follow on a continuation line. */
  readonly target: string;
  /** Column where the target begins. */
  readonly targetColumn: number;
}

const capitals = /^[A-Z][A-Z-]*$/;

/** Reads `[METHOD] target`; the target is empty when only a method stands there. */
export function parseRequestLine(line: string, rules: DialectRules): RequestLine {
  const start = indentOf(line);
  const end = wordEnd(line, start);
  const word = line.slice(start, end);
  if (!isMethod(word, rules) && !isMeantAsMethod(word, line, end))
    return { method: 'GET', explicit: false, target: line.slice(start).trimEnd(), targetColumn: start };
  const targetColumn = skipSpaces(line, end);
  const target = line.slice(targetColumn).trimEnd();
  return { method: word.toUpperCase(), explicit: true, target, targetColumn };
}

export function isMethod(word: string, rules: DialectRules): boolean {
  if (rules.methods === null) return capitals.test(word);
  return rules.methods.has(rules.anyCaseMethod ? word.toUpperCase() : word);
}

/** The URL of a target over one or several lines, without the `HTTP/x` that may end any of them. */
export function joinTarget(parts: readonly string[], rules: DialectRules): string {
  const url = parts.map((part) => cutVersion(part, rules.anyCaseMethod)).join('');
  return rules.urlEndsAtSpace ? url.slice(0, wordEnd(url, 0)) : url;
}

function cutVersion(target: string, anyCase: boolean): string {
  const last = target.lastIndexOf('HTTP/');
  const at = last >= 0 || !anyCase ? last : target.toUpperCase().lastIndexOf('HTTP/');
  if (at === 0) return '';
  if (at < 0 || skipSpaces(target, at - 1) === at - 1) return target;
  // Anything may follow a version only where variables make it up: `HTTP/{{version}}`.
  const end = wordEnd(target, at);
  if (skipSpaces(target, end) !== target.length) return target;
  // A query behind it is sent like one on the next line.
  const query = /^HTTP\/[\d.]+([?&].*)$/i.exec(target.slice(at, end))?.[1] ?? '';
  return target.slice(0, at).trimEnd() + query;
}
