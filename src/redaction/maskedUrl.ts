import { isCredentialName } from './credentialNames.ts';
import { fullyDecoded } from './fullyDecoded.ts';

const MASK = '•••';
const LONGEST_VARIABLE = 200;
const NONE: ReadonlySet<string> = new Set();

/** Where a credential stands in a URL. */
interface UrlCredential {
  readonly start: number;
  readonly end: number;
}

/**
 * A URL as it may be shown, whether it is whole or as a person wrote it: without passwords, and without the values of
 * query parameters that hold credentials by their name or are listed in `secret`. `{{variables}}` stay: they are names.
 */
export function maskedUrl(text: string, secret: ReadonlySet<string> = NONE): string {
  let shown = '';
  let done = 0;
  for (const { start, end } of credentialsIn(text, secret)) {
    if (isOneVariable(text.slice(start, end))) continue;
    shown += text.slice(done, start) + MASK;
    done = end;
  }
  return shown + text.slice(done);
}

/** The credentials that were written into a URL, as they are spelled there. */
export function urlCredentials(text: string): string[] {
  return credentialsIn(text, NONE).map(({ start, end }) => text.slice(start, end));
}

function credentialsIn(text: string, secret: ReadonlySet<string>): UrlCredential[] {
  const header = headerCredential(text);
  const url = header === null ? text : text.slice(0, header.start);
  const end = firstOf(url, '?#', 0);
  const found = [...userCredentials(url, end), ...parameterCredentials(url, end, secret)];
  return header === null ? found : [...found, header];
}

/** A header that stands where the URL is read from: in its place, or on its line. */
function headerCredential(text: string): UrlCredential | null {
  if (!/:(?:\s|%20)/.test(text)) return null;
  // What stands in a variable is no header, whatever it looks like.
  const outside = text.replace(/\{\{.{0,200}?\}\}/gs, (variable) => '_'.repeat(variable.length));
  for (const { 0: all, 1: name = '', index } of outside.matchAll(
    /(?:^|\s|%20)([A-Za-z][\w-]{0,99}):(?:\s|%20)+(?=\S)/g,
  )) {
    if (isCredentialName(name)) return { start: index + all.length, end: text.length };
  }
  return null;
}

/** The password; a user name that stands alone is a token more often than a name. */
function userCredentials(text: string, end: number): UrlCredential[] {
  const scheme = /^[a-z][a-z\d+.-]{0,30}:(?=[/\\])/i.exec(text)?.[0] ?? '';
  let start = scheme.length;
  while (text[start] === '/' || text[start] === '\\') start++;
  const slash = Math.min(firstOf(text, '/\\', start), end);
  let at = text.lastIndexOf('@', slash - 1);
  // What cannot be a port may be a password with a slash in it, in a URL that no server was ever asked for.
  if (at < start && text[start] !== '[' && /:[^\d{]/.test(text.slice(start, slash)))
    at = text.lastIndexOf('@', end - 1);
  if (at <= start) return [];
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon > at) return [{ start, end: at }];
  return colon + 1 < at ? [{ start: colon + 1, end: at }] : [{ start, end: colon }];
}

function parameterCredentials(text: string, from: number, secret: ReadonlySet<string>): UrlCredential[] {
  const found: UrlCredential[] = [];
  for (let start = from + 1; start < text.length;) {
    const end = firstOf(text, '&;?#', start);
    const pair = text.slice(start, end);
    const length = firstOf(pair, '=', 0);
    const valueStart = start + length + 1;
    const plain = fullyDecoded(pair.slice(0, length)).trim();
    if (valueStart < end && (secret.has(plain) || isCredentialName(plain)))
      found.push({ start: valueStart, end });
    start = end + 1;
  }
  return found;
}

/** Where the first of some signs stands that is no part of a variable; the length where there is none. */
function firstOf(text: string, signs: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (signs.includes(text.charAt(at))) return at;
    if (text.startsWith('{{', at)) at = endOfVariable(text, at);
  }
  return text.length;
}

/** Variables are short: what is no variable is not searched to its end. */
function endOfVariable(text: string, start: number): number {
  const length = text.slice(start, start + LONGEST_VARIABLE).indexOf('}}');
  return length < 0 ? start : start + length + 1;
}

function isOneVariable(text: string): boolean {
  return text.startsWith('{{') && text.indexOf('}}') === text.length - 2;
}
