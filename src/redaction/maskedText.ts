import { isCredentialMember } from './credentialNames.ts';
import { maskedUrl } from './maskedUrl.ts';

const MASK = '•••';
/** How much of a value tells whether it is a credential. */
const LONGEST_LOOK = 300;

/** A credential in a text, without its quotes, and what it means once its escapes are undone. */
interface TextCredential {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** `"name":`, `name =`, `body['name'] ==`, `user[name]=`, `$.name !=`: a name and what stands between it and a value. */
const NAME =
  /(?:\\?(["'])([^"'\\\n]{1,100})\\?\1|([A-Za-z_$@][\w$.@-]{0,99}))[\])]{0,3}\s{0,9}(?:[=!]==?|:=|=>|[:=])\s{0,9}/g;
/** `<name>value</`. */
const ELEMENT = /<([A-Za-z_][\w:.-]{0,99})(?:\s[^<>]{0,500})?>([^<>]{1,4096})<\//g;
const ESCAPED = /\\(["'])([^"'\\\n]*)\\\1/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|`((?:[^`\\]|\\[^])*)`/y;
const UNCLOSED = /["'`]([^\n]+)/y;
const SCHEME = /(?:bearer|basic|dpop|digest|token|apikey)[ \t]{1,9}(?=[^\s"'`,;&(){}[\]<>|])/iy;
const BARE = /[^\s"'`,;&(){}[\]<>|]+/y;
/** What a member holds that has no credential, and what a script asks of one. */
const NO_VALUE = /^(?:true|false|null|undefined|none|nan|string|number|boolean|object)$/i;
const URLS = /[a-z][a-z\d+.-]{0,30}:\/\/[^\s"'`<>]+/gi;

/** What the left side of an assertion is compared by. */
const OPERATOR =
  /\s(?:[=!]==?|[<>]=?|equals|(?:not)?(?:startsWith|endsWith|includes?|contains|matches|sha256|sha512|md5))\s+(?=\S)/i;

/**
 * A text of a file as it may be shown: without what stands behind the names of credentials, in JSON, forms,
 * headers, queries, GraphQL and scripts. `{{variables}}` stay: they are names.
 */
export function maskedText(text: string): string {
  const plain = text.includes('://') ? text.replace(URLS, (url) => maskedUrl(url)) : text;
  let shown = '';
  let done = 0;
  for (const { start, end } of credentialsIn(plain)) {
    if (start < done) continue;
    shown += plain.slice(done, start) + MASK;
    done = end;
  }
  return shown + plain.slice(done);
}

/** The URL of a request as it is written, with what stands in its expressions. */
export function maskedWrittenUrl(url: string): string {
  return maskedText(maskedUrl(url));
}

/** The same for `?? header x-api-key startsWith abc`: what a credential is compared with is one, to the end of the line. */
export function maskedAssertion(text: string): string {
  const operator = OPERATOR.exec(text) ?? sideBySide(text);
  if (operator === null) return maskedText(text);
  const left = text.slice(0, operator.index);
  const start = operator.index + operator[0].length;
  const right = text.slice(start);
  const names = left.split(/[\s"'()[\]]+/);
  const beginning = right.slice(0, LONGEST_LOOK);
  const compared = names.some((name) => isCredentialMember(name, beginning));
  const isShown = !compared || NO_VALUE.test(right.trim()) || isVariable(right);
  return isShown ? maskedText(text) : maskedText(left) + text.slice(left.length, start) + MASK;
}

/** The gap in `@expect header x-api-key abc`. A last word of letters says what is expected of a value: `exists`. */
function sideBySide(text: string): { readonly index: number; readonly 0: string } | null {
  let index = -1;
  let name = '';
  for (const { 0: word, index: at } of text.matchAll(/\S+/g)) {
    if (index >= 0 && isCredentialMember(name, text.slice(at, at + LONGEST_LOOK))) {
      const isExpected = /^[A-Za-z]{1,20}$/.test(word) && text.trimEnd().length === at + word.length;
      return isExpected ? null : { index, 0: text.slice(index, at) };
    }
    index = at + word.length;
    name = word.split(/["'`.()[\]]+/).findLast((part) => part !== '') ?? '';
  }
  return null;
}

/** The credentials that stand in a text by name, each with its escapes undone. */
export function textCredentials(text: string): string[] {
  return credentialsIn(text).map(({ value }) => value);
}

function credentialsIn(text: string): TextCredential[] {
  const found: TextCredential[] = [];
  for (NAME.lastIndex = 0; ;) {
    const pair = NAME.exec(text);
    if (pair === null) break;
    const name = pair[2] ?? pair[3] ?? '';
    const at = pair.index + pair[0].length;
    // What stands behind another name may hold pairs of its own, so only the beginning of its value is looked at.
    const beginning = valueAt(text.slice(at, at + LONGEST_LOOK), 0);
    if (beginning === null || !isCredential(name, beginning.value)) continue;
    const value = valueAt(text, at) ?? beginning;
    found.push(value);
    NAME.lastIndex = value.end;
  }
  if (text.includes('</')) {
    for (const { 0: whole, 1: name = '', 2: value = '', index } of text.matchAll(ELEMENT)) {
      const end = index + whole.length - 2;
      if (isCredential(name, value)) found.push({ start: end - value.length, end, value: value.trim() });
    }
    found.sort((a, b) => a.start - b.start);
  }
  return found;
}

function isCredential(name: string, value: string): boolean {
  return !NO_VALUE.test(value) && !isVariable(value) && isCredentialMember(name, value);
}

function valueAt(text: string, at: number): TextCredential | null {
  const escaped = match(ESCAPED, text, at);
  if (escaped !== null) {
    const value = escaped[2] ?? '';
    return value === '' ? null : { start: at + 2, end: at + 2 + value.length, value };
  }
  const quoted = match(QUOTED, text, at) ?? match(UNCLOSED, text, at);
  if (quoted !== null) {
    const raw = quoted[1] ?? quoted[2] ?? quoted[3] ?? '';
    return raw === '' ? null : { start: at + 1, end: at + 1 + raw.length, value: unescaped(raw) };
  }
  const start = at + (match(SCHEME, text, at)?.[0].length ?? 0);
  const bare = match(BARE, text, start)?.[0];
  return bare === undefined ? null : { start, end: start + bare.length, value: bare };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw.replaceAll("\\'", "'")}"`));
  } catch {
    return raw;
  }
}

function isVariable(text: string): boolean {
  return /^\s*["'`]?\{\{[^{}]*\}\}["'`]?\s*$/.test(text);
}
