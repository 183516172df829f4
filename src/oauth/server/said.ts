import { isObject, type JsonObject } from '../../inspect/claims.ts';
import type { AnswerBody } from './answerBody.ts';

/** Why a server refuses, in its own words; null for what it does not say. Not masked yet. */
export interface ServerSaid {
  /** RFC 6749 section 5.2, or a server's own code. */
  readonly error: string | null;
  readonly description: string | null;
}

/** Where servers write the code of an error. */
const CODES = ['error', 'error_code', 'errorCode', 'ErrorCode', 'errcode', 'code', '__type'];
/** Where they write what it means, the likeliest first. */
const DESCRIPTIONS = [
  'error_description',
  'errorDescription',
  'error_message',
  'errorMessage',
  'errorSummary',
  'message',
  'Message',
  'msg',
  'errmsg',
  'error_msg',
  'detail',
  'details',
  'description',
  'title',
  'Error',
  'reason',
];
const DEEPEST = 3;
const MOST_TEXTS = 5;

/** Reads a refusal in every shape that servers give it: OAuth's, RFC 9457's, that of APIs, a line of text. */
export function serverSaid({ members, text }: AnswerBody, headers: Headers): ServerSaid {
  const said = members === null ? { error: null, description: text } : saidIn(members, DEEPEST);
  const challenge = headers.get('www-authenticate') ?? '';
  return {
    error: said.error ?? quoted(challenge, 'error'),
    description: said.description ?? quoted(challenge, 'error_description'),
  };
}

function saidIn(members: JsonObject, depth: number): ServerSaid {
  const places = ['error', 'errors', 'fault', 'response'].flatMap((name) => listed(members[name]));
  const nested = depth === 0 ? [] : places.filter(isObject).map((value) => saidIn(value, depth - 1));
  const error = firstText(members, CODES) ?? nested.find((said) => said.error !== null)?.error ?? null;
  const description =
    firstText(members, DESCRIPTIONS) ??
    nested.find((said) => said.description !== null)?.description ??
    textOf(members['errors']) ??
    byField(members['errors']);
  return { error, description: description === error ? null : description };
}

function firstText(members: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const value = Object.hasOwn(members, name) ? textOf(members[name]) : null;
    if (value !== null) return value;
  }
  return null;
}

/** A text, or the texts of a list. */
function textOf(value: unknown): string | null {
  const texts = (Array.isArray(value) ? value.slice(0, MOST_TEXTS) : [value]).filter(
    (text: unknown): text is string => typeof text === 'string' && text.trim() !== '',
  );
  return texts.length === 0 ? null : texts.join('; ');
}

/** Laravel and ASP.NET name the fields of the request, each with a list of what is wrong. */
function byField(value: unknown): string | null {
  if (!isObject(value)) return null;
  return textOf(
    Object.entries(value).map(([field, wrong]) => {
      const text = textOf(wrong);
      return text === null ? null : `${field}: ${text}`;
    }),
  );
}

/** True for what says, whatever its status, that it is an error: many servers answer those with 200. */
export function isRefusal(members: JsonObject | null): boolean {
  if (members === null) return false;
  if (members['ok'] === false || members['success'] === false) return true;
  const { code } = members;
  const failed = typeof code === 'number' ? code !== 0 && code !== 200 : textOf(code) !== null;
  if (failed && firstText(members, DESCRIPTIONS) !== null) return true;
  return ['error', 'errors', 'error_code', 'errorCode', 'errcode'].some((name) => {
    const value = members[name];
    return (
      isObject(value) ||
      (Array.isArray(value) && value.length > 0) ||
      (Boolean(value) && !Array.isArray(value))
    );
  });
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 10) : isObject(value) ? [value] : [];
}

/** A quoted parameter of a challenge (RFC 9110 section 11.6.1). */
function quoted(challenge: string, name: string): string | null {
  const [, value = null] =
    new RegExp(String.raw`(?:^|[\s,])${name}="([^"\\]{1,300})"`).exec(challenge.slice(0, 4000)) ?? [];
  return value;
}
