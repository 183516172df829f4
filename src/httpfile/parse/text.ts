/** Small readers of single lines, all linear: no pattern here can backtrack. */

const SPACE = 32;
const TAB = 9;
const HASH = 35;
const SLASH = 47;

function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= 13) || code === 0xa0 || code === 0xfeff;
}

/** Column of the first character that is not white space; the length of the line when there is none. */
export function indentOf(line: string): number {
  let at = 0;
  while (at < line.length && isSpace(line.charCodeAt(at))) at++;
  return at;
}

export function isBlank(line: string): boolean {
  return indentOf(line) === line.length;
}

/** A line whose first visible characters are `#` or `//`. */
export function isComment(line: string, indent = indentOf(line)): boolean {
  const code = line.charCodeAt(indent);
  return code === HASH || (code === SLASH && line.charCodeAt(indent + 1) === SLASH);
}

/** httpyac's `?? status == 200`. */
export function isAssertion(line: string, indent = indentOf(line)): boolean {
  return line.startsWith('??', indent);
}

/** Number of `#` that follow one another from `at`. */
export function countHashes(line: string, at: number): number {
  let end = at;
  while (line.charCodeAt(end) === HASH) end++;
  return end - at;
}

/** Number of `/` that follow one another from `at`. */
export function countSlashes(line: string, at: number): number {
  let end = at;
  while (line.charCodeAt(end) === SLASH) end++;
  return end - at;
}

/** Column of the first white space from `at`, or the length of the line. */
export function wordEnd(line: string, at: number): number {
  let end = at;
  while (end < line.length && !isSpace(line.charCodeAt(end))) end++;
  return end;
}

/** The first word from `at`. */
export function wordAt(line: string, at: number): string {
  return line.slice(at, wordEnd(line, at));
}

/** Column of the first character from `at` that is not white space. */
export function skipSpaces(line: string, at: number): number {
  let end = at;
  while (end < line.length && isSpace(line.charCodeAt(end))) end++;
  return end;
}

/** `token` of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** Lone surrogates replaced, so that the text can be percent-encoded. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** The path of `< path`, `<@ path` or `<@encoding path`, which stands at the very start of a line. */
export interface FileReference {
  readonly path: string;
  readonly expand: boolean;
  readonly encoding: string | null;
}

export function parseFileReference(line: string): FileReference | null {
  if (!line.startsWith('<')) return null;
  const end = wordEnd(line, 1);
  const path = line.slice(end).trim();
  if (path === '' || path.startsWith('{%')) return null;
  if (end === 1) return { path, expand: false, encoding: null };
  const encoding = line.slice(2, end);
  if (line[1] !== '@' || !/^\w*$/.test(encoding)) return null;
  return { path, expand: true, encoding: encoding === '' ? null : encoding };
}
