import { isObject, type JsonObject } from '../token/claims.ts';
import { serverText } from './serverText.ts';

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
  const type = mediaType(response);
  if (type === 'application/x-www-form-urlencoded')
    return { ...nothing, members: readForm(text), what: 'a form' };
  if (type === 'text/html' || text.startsWith('<')) return { ...nothing, what: pageWords(text, mask) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // GitHub and Facebook of old, and others after them.
    if (/^[\w.-]{1,100}=[^\s<>{}"]*$/.test(text))
      return { ...nothing, members: readForm(text), what: 'a form' };
    const message = text.length <= LONGEST_MESSAGE ? text : null;
    return { members: null, what: 'something that is not JSON', text: message };
  }
  if (isObject(value)) return { ...nothing, members: value, what: 'a JSON object' };
  if (typeof value === 'string') return { ...nothing, what: 'a JSON string', text: value };
  return { ...nothing, what: `${jsonKind(value)} in JSON` };
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
  const shown = serverText(title, mask, 60);
  return shown === '' ? 'a web page' : `a web page ("${shown}")`;
}
