import { isObject, type JsonObject } from '../token/claims.ts';
import type { AnswerBody } from './answerBody.ts';

/** Why a server refuses, in its own words; null for what it does not say. Not masked yet. */
export interface ServerSaid {
  /** RFC 6749 section 5.2, or a server's own code. */
  readonly error: string | null;
  readonly description: string | null;
}

/** Where servers write the code of an error. */
const CODES = ['error', 'error_code', 'errorCode', 'ErrorCode', 'code', '__type'];
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
  'detail',
  'details',
  'description',
  'title',
  'Error',
  'reason',
];
const DEEPEST = 3;

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
  const inner =
    depth === 0 ? [] : [members['error'], ...listed(members['errors']), members['fault']].filter(isObject);
  const nested = inner.map((value) => saidIn(value, depth - 1));
  const error = firstText(members, CODES) ?? nested.find((said) => said.error !== null)?.error ?? null;
  const listedText = listed(members['errors']).find((value) => typeof value === 'string');
  const description =
    firstText(members, DESCRIPTIONS) ??
    nested.find((said) => said.description !== null)?.description ??
    (typeof listedText === 'string' ? listedText : null);
  return { error, description: description === error ? null : description };
}

function firstText(members: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
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
