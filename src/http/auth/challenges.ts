import { type HeaderList, headerValues } from '../message.ts';

/** One challenge of a WWW-Authenticate field (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** As sent; compare it case-insensitively. */
  readonly scheme: string;
  /** By lower-case name; of a name that came twice the first. */
  readonly params: ReadonlyMap<string, string>;
  /** A bare value such as that of Negotiate. */
  readonly token68: string | null;
}

/** A field longer than this is cut: no server needs it, and it would only cost time. */
const LONGEST_FIELD = 65_536;

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[-._~+/0-9A-Za-z]+=*/y;
const SEPARATORS = /[ \t\r\n,]*/y;
const SPACE = /[ \t]*/y;

/**
 * Reads all challenges of one WWW-Authenticate value, several in one field included. Linear; junk between
 * challenges is skipped, and a quoted string that never ends reaches to the end.
 */
export function parseChallenges(value: string): Challenge[] {
  const text = value.slice(0, LONGEST_FIELD);
  const challenges: Challenge[] = [];
  let params = new Map<string, string>();
  let at = 0;

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  /** True when what comes next ends a token68 or a scheme. */
  const atEnd = () => at >= text.length || text[at] === ',';

  while (at < text.length) {
    take(SEPARATORS);
    const word = take(TOKEN);
    if (word === '') {
      at++;
      continue;
    }
    const afterWord = at;
    take(SPACE);
    if (text[at] === '=' && challenges.length > 0) {
      at++;
      take(SPACE);
      const read = text[at] === '"' ? quotedString(text, at) : { value: take(PLAIN_VALUE), next: at };
      at = read.next;
      const name = word.toLowerCase();
      if (!params.has(name)) params.set(name, read.value);
      continue;
    }
    params = new Map();
    let token68: string | null = null;
    if (at > afterWord && !atEnd()) {
      const start = at;
      const found = take(TOKEN68);
      take(SPACE);
      if (found !== '' && atEnd()) token68 = found;
      else at = start;
    }
    challenges.push({ scheme: word, params, token68 });
  }
  return challenges;
}

/** Servers leave quotes away around values that need them; such a value ends at a space or comma. */
const PLAIN_VALUE = /[^\s,"]*/y;

function quotedString(text: string, start: number): { value: string; next: number } {
  let value = '';
  let from = start + 1;
  let at = from;
  for (; at < text.length && text[at] !== '"'; at++) {
    if (text[at] !== '\\') continue;
    value += text.slice(from, at);
    at++;
    from = at;
  }
  return { value: value + text.slice(from, at), next: at + 1 };
}

/** All challenges of a response, its header lines read one by one. */
export function readChallenges(headers: HeaderList): Challenge[] {
  return headerValues(headers, 'www-authenticate').flatMap(parseChallenges);
}
