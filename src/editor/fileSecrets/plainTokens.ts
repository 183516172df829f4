import { secretVariable } from '../../httpfile/environments/secretVariable.ts';
import type { HeaderNode, HttpFile, RequestNode, VariableNode } from '../../httpfile/parse/tree.ts';
import { classifyToken } from '../../inspect/kind.ts';
import type { SendAs } from '../../profile/profile.ts';

/** A token that stands in a `.http` file as it is. */
export interface PlainToken {
  readonly value: string;
  /** Where the value stands; it never goes over the end of a line. */
  readonly line: number;
  readonly column: number;
  /** How it is sent from where it stands; `Bearer` for a variable. */
  readonly sendAs: SendAs;
  /** The request whose header holds it; null for a variable. */
  readonly request: RequestNode | null;
  /** The variable that holds it; null for a header. */
  readonly variable: string | null;
}

type LineText = (line: number) => string;

/** What is this short is no token, unless its shape says so. */
const SHORTEST = 16;
/** More than a person writes by hand. */
const MOST = 1000;

/** Schemes whose value is a token and nothing else. */
const TOKEN_SCHEMES: ReadonlySet<string> = new Set(['bearer', 'token', 'dpop', 'apikey', 'api-key']);
/** Headers that hold a key and nothing else; without their hyphens. */
const KEY_HEADERS: ReadonlySet<string> = new Set([
  'xapikey',
  'apikey',
  'xauthtoken',
  'xaccesstoken',
  'privatetoken',
  'jobtoken',
  'deploytoken',
  'ocpapimsubscriptionkey',
]);
const TOKEN_NAME = /(?:token|apikey|bearer|jwt)$/;

/**
 * Tokens in plain text in the headers and variables of a file: what looks like a token of a known kind wherever it
 * stands, and any long value where only a token can stand. A value with `{{ }}` in it is none.
 */
export function plainTokens({ requests, variables }: HttpFile, lineText: LineText): PlainToken[] {
  const found: PlainToken[] = [];
  for (const variable of variables) {
    const token = inVariable(variable, lineText);
    if (token !== null && found.length < MOST) found.push(token);
  }
  for (const request of requests) {
    for (const header of request.headers) {
      const token = inHeader(header, request, lineText);
      if (token !== null && found.length < MOST) found.push(token);
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

function inHeader(header: HeaderNode, request: RequestNode, lineText: LineText): PlainToken | null {
  const [first = '', second, ...more] = header.value.trim().split(/\s+/);
  if (more.length > 0) return null;
  const name = header.name.toLowerCase();
  const value = second ?? first;
  const scheme = second === undefined ? null : first;
  // A user name and a password, or a signature of this very request.
  if (name !== 'authorization' && scheme !== null) return null;
  const expected =
    scheme === null ? KEY_HEADERS.has(name.replaceAll('-', '')) : TOKEN_SCHEMES.has(scheme.toLowerCase());
  if (!isToken(value, expected)) return null;
  const { line } = header.span.start;
  const column = lineText(line).lastIndexOf(value);
  if (column < 0) return null;
  const sendAs: SendAs =
    scheme !== null ? { scheme } : name === 'authorization' ? { scheme: 'Bearer' } : { header: header.name };
  return { value, line, column, sendAs, request, variable: null };
}

function inVariable({ name, value, span }: VariableNode, lineText: LineText): PlainToken | null {
  // Secrets of a client or a person are no tokens.
  if (secretVariable(name) !== null) return null;
  const [first = '', second, ...more] = value.split(/\s+/);
  if (more.length > 0 || (second !== undefined && !TOKEN_SCHEMES.has(first.toLowerCase()))) return null;
  const text = second ?? first;
  if (!isToken(text, TOKEN_NAME.test(name.toLowerCase().replace(/[-_.]/g, '')))) return null;
  const { line } = span.start;
  const column = lineText(line).lastIndexOf(text);
  if (column < 0) return null;
  const scheme = second === undefined ? 'Bearer' : first;
  return { value: text, line, column, sendAs: { scheme }, request: null, variable: name };
}

/** `expected`: only a token can stand there, whatever it looks like. */
function isToken(value: string, expected: boolean): boolean {
  if (/[{}<>"'\s]/.test(value) || value.includes('://')) return false;
  if (classifyToken(value).id !== 'opaque') return true;
  // `YOUR_TOKEN_HERE` is a place for one.
  return expected && value.length >= SHORTEST && /\d/.test(value) && /[A-Za-z]/.test(value);
}

/** The token at a place in the file; null where there is none. */
export function tokenAt(tokens: readonly PlainToken[], line: number, character: number): PlainToken | null {
  const fits = (token: PlainToken) =>
    token.line === line && token.column <= character && character <= token.column + token.value.length;
  return tokens.find(fits) ?? tokens.find((token) => token.line === line) ?? null;
}

/** Requests in which a token is used: its own, or those that name its variable anywhere in their block. */
export function requestsWith(
  { requests }: HttpFile,
  tokens: readonly PlainToken[],
  lineText: LineText,
): RequestNode[] {
  const own = new Set(tokens.map(({ request }) => request));
  const names = tokens.map(({ variable }) => variable).filter((name) => name !== null);
  return requests.filter((request) => {
    if (own.has(request)) return true;
    for (let line = request.blockStartLine; line <= request.blockEndLine; line++) {
      const text = lineText(line);
      if (text.includes('{{') && names.some((name) => namesVariable(text, name))) return true;
    }
    return false;
  });
}

function namesVariable(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(0, at).trimEnd();
    const after = text.slice(at + name.length).trimStart();
    if (/\{\{%?$/.test(before) && after.startsWith('}}')) return true;
  }
  return false;
}
