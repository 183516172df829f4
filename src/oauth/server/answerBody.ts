import { isObject, type JsonObject } from '../../inspect/claims.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { serverText } from './text.ts';

/** What an answer holds, whatever it calls itself: many servers send JSON as text, and GitHub forms instead of JSON. */
export interface AnswerBody {
  /** Members of a JSON object or a form; null for anything else. */
  readonly members: JsonObject | null;
  /** What it is, for a sentence: "a web page", "no content", "a JSON list". */
  readonly what: string;
  /** Words for people in an answer that is nothing but text; null in every other one. */
  readonly text: string | null;
}

/** Longer text is a page, not a message. */
const LONGEST_MESSAGE = 1000;

/** Reads a body that `boundedFetch` brought; `mask` is for the words that stand in `what`. */
export async function readAnswer(response: Response, mask: (text: string) => string): Promise<AnswerBody> {
  const text = (await response.text()).trim();
  const nothing = { members: null, text: null };
  if (text === '') return { ...nothing, what: 'no content' };
  const message = response.ok ? sentenceIn : shortIn;
  const json = parsed(text);
  if (json !== null) {
    const { value } = json;
    if (isObject(value)) return { ...nothing, members: value, what: 'a JSON object' };
    if (typeof value === 'string') return { ...nothing, what: 'a JSON string', text: message(value) };
    return { ...nothing, what: `${jsonKind(value)} in JSON` };
  }
  const type = mediaType(response);
  // GitHub and Facebook of old answer so, and others after them.
  if (isForm(text, type)) return { ...nothing, members: readForm(text), what: 'a form' };
  if (type === 'text/html' || text.startsWith('<')) return { ...nothing, what: pageWords(text, mask) };
  if (/^[[{]/.test(text)) return { ...nothing, what: 'JSON that cannot be read' };
  return { members: null, what: 'something that is not JSON', text: message(text) };
}

function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function isForm(text: string, type: string): boolean {
  return type === 'application/x-www-form-urlencoded'
    ? /^[^=&\s]{1,100}=/.test(text)
    : /^[\w.-]{1,100}=[^\s<>{}"]*$/.test(text);
}

function shortIn(text: string): string | null {
  return text.length <= LONGEST_MESSAGE ? text : null;
}

/** A capital, then words of letters. */
const SENTENCE =
  /^\p{Lu}(?:\p{Ll}{0,14}|\p{Lu}{0,3})[.,;!?]*(?:\s+\p{L}{1,15}(?:['’]\p{L}{1,2})?[.,;!?]*)*$/u;

/**
 * An answer that succeeds and cannot be read may hold a token all the same: JSON that is broken, or nothing but the
 * token. So only what reads like a sentence is one.
 */
function sentenceIn(text: string): string | null {
  const message = shortIn(text);
  return message !== null && SENTENCE.test(message) ? message : null;
}

/** What a value is, for a sentence. */
export function jsonKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value === '') return 'an empty string';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** In lower case, without parameters; empty where the server does not say. */
export function mediaType({ headers }: Response): string {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function readForm(text: string): JsonObject {
  return Object.fromEntries(new URLSearchParams(text));
}

function pageWords(text: string, mask: (text: string) => string): string {
  const [, title = ''] = /<title>([^<]{1,200})<\/title>/i.exec(text.slice(0, 20_000)) ?? [];
  const shown = serverText(withoutCredentials(title), mask, 60);
  return shown === '' ? 'a web page' : `a web page ("${shown}")`;
}
