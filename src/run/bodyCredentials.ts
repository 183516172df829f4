import { isCredentialMember, isCredentialName } from '../redaction/credentialNames.ts';
import { decodeText, describeContent } from '../http/content.ts';
import { parameterOf } from '../httpfile/resolve/charset.ts';
import { textCredentials } from '../redaction/maskedText.ts';

/** A person writes no password into a longer body by hand. */
const LONGEST_BODY = 500_000;
/** A person writes no more of them into one body. */
const MOST_CREDENTIALS = 1000;
/** JSON in a text in JSON in a form …: each level is read once. */
const DEEPEST_TEXT = 4;

/** Names of a member that holds the credential itself, in an object whose name says that it is one. */
const VALUE_NAMES =
  /^(?:value|values|text|plain|plaintext|raw|current|old|new|old_?value|new_?value|confirm(?:ation)?)$/i;
/** Members that name what stands in the `value` beside them. */
const NAMING = ['name', 'key', 'id', 'field', 'type', 'path'];

/**
 * The credentials that stand in the body of a request by the names of its members, fields, parts, arguments or elements:
 * JSON and JSON in texts, forms, multipart, GraphQL and other text.
 */
export function bodyCredentials(contentType: string, body: Uint8Array): string[] {
  if (body.byteLength > LONGEST_BODY) return [];
  const found = new Set<string>();
  addBody(found, contentType, body, 0);
  return [...found].slice(0, MOST_CREDENTIALS);
}

function addBody(found: Set<string>, contentType: string, body: Uint8Array, depth: number): void {
  const type = contentType.toLowerCase();
  if (type.trimStart().startsWith('multipart/')) {
    addParts(found, contentType, body, depth);
    return;
  }
  if (!isText(contentType, body) && !isText(null, body)) return;
  const text = decodeText(body, parameterOf(contentType, 'charset'));
  if (type.includes('x-www-form-urlencoded')) addForm(found, text, depth);
  else addText(found, text, depth);
}

function isText(contentType: string | null, body: Uint8Array): boolean {
  const { kind } = describeContent(contentType, body);
  return kind !== 'image' && kind !== 'binary';
}

function addForm(found: Set<string>, text: string, depth: number): void {
  for (const pair of text.split('&')) {
    const [name = ''] = pair.split('=', 1);
    const value = pair.slice(name.length + 1).trim();
    if (isCredentialName(decoded(name).trim())) found.add(value).add(decoded(value));
    else addText(found, decoded(value), depth + 1);
  }
}

/** Bytes stand for characters here, so that parts keep their own charsets. */
function addParts(found: Set<string>, contentType: string, body: Uint8Array, depth: number): void {
  const boundary = parameterOf(contentType, 'boundary');
  if (boundary === null || depth > DEEPEST_TEXT) return;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  for (const part of bytes.split(`--${Buffer.from(boundary).toString('latin1')}`).slice(1)) {
    const end = part.search(/\r?\n\r?\n/);
    if (end < 0) continue;
    const head = part.slice(0, end);
    const content = Buffer.from(part.slice(end).replace(/^\r?\n\r?\n|\r?\n$/g, ''), 'latin1');
    const type = /^content-type[ \t]*:[ \t]*(.*)$/im.exec(head)?.[1]?.trim() ?? '';
    const name =
      /^content-disposition[ \t]*:.*?[;\s]name\*?[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/im.exec(head);
    const value = decodeText(content, parameterOf(type, 'charset'));
    if (isCredentialMember(decoded(name?.[1] ?? name?.[2] ?? ''), value)) found.add(value.trim());
    else addBody(found, type, content, depth + 1);
  }
}

function addText(found: Set<string>, text: string, depth: number): void {
  if (depth > DEEPEST_TEXT || !/[:=<]/.test(text)) return;
  const json = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (json !== undefined) addJson(found, json, depth);
  else for (const value of textCredentials(text)) found.add(value).add(decoded(value));
}

interface Member {
  readonly value: unknown;
  /** A member of that name, or below one, is a credential. */
  readonly isCredential: boolean;
}

function addJson(found: Set<string>, json: unknown, depth: number): void {
  const left: Member[] = [{ value: json, isCredential: false }];
  for (let next = left.pop(); next !== undefined && found.size < MOST_CREDENTIALS; next = left.pop()) {
    const { value, isCredential } = next;
    if (typeof value === 'string' || typeof value === 'number') {
      if (isCredential) found.add(String(value));
      else if (typeof value === 'string') addText(found, value, depth + 1);
    } else if (Array.isArray(value)) {
      for (const item of value as unknown[]) left.push({ value: item, isCredential });
    } else if (typeof value === 'object' && value !== null) {
      const named = NAMING.some((name) => isNamed(value, name));
      for (const [name, member] of Object.entries(value)) {
        const text = typeof member === 'string' ? member : '';
        const holds = (isCredential || named) && VALUE_NAMES.test(name);
        if (typeof member === 'number' && isCount(name, member)) continue;
        left.push({ value: member, isCredential: holds || isCredentialMember(name, text) });
      }
    }
  }
}

/** Short numbers and those of tokens are no credentials. */
function isCount(name: string, value: number): boolean {
  return Math.abs(value) < 100_000 || /tokens$/i.test(name);
}

/** `{ "name": "password", "value": "…" }`. */
function isNamed(value: object, by: string): boolean {
  const name: unknown = Object.hasOwn(value, by) ? Reflect.get(value, by) : undefined;
  return typeof name === 'string' && name.length <= 100 && isCredentialMember(name, '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of a form or a URL. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
