import { formEncodedSecret } from './secretForms.ts';

/** Shorter values that a server chose are masked only where they stand alone. */
const SHORTEST_GIVEN = 16;
/** Shorter ones are not masked at all. */
const SHORTEST_WHOLE = 4;
const LONGEST_HOST = 253;

/** Words that every message is full of. */
const WORDS = new Set(['true', 'false', 'null', 'none', 'undefined']);

/** Whether masking this value everywhere would hide what is no secret. */
export function isTelling(value: string, near: readonly string[]): boolean {
  if (value.length < SHORTEST_GIVEN) return true;
  const lower = value.toLowerCase();
  return isAddress(value) || near.some((text) => text.toLowerCase().includes(lower));
}

/** A host, a host with a port, or a URL. A signed token has dots too, but does not end like a name. */
export function isAddress(value: string): boolean {
  const text = value.toLowerCase();
  const scheme = /^[a-z][a-z\d+.-]{0,30}:\/\//.exec(text)?.[0] ?? '';
  const [authority = ''] = text.slice(scheme.length).split(/[/?#\\]/, 1);
  if (authority.length > LONGEST_HOST + 6) return false;
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d{1,5}$/, '');
  if (scheme !== '' || host === 'localhost' || /^\[[\da-f:.]{2,45}\]$/.test(host)) return true;
  const labels = host.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => /^[\p{L}\p{M}\d-]{1,63}$/u.test(label)) &&
    /^(?:\p{L}{2,24}|xn--[a-z\d-]{1,59}|\d{1,3})$/u.test(labels.at(-1) ?? '')
  );
}

/** What ends a `TOKEN`. */
const BREAK = /[\s"'&;,<>#?()[\]{}`\\]/;
/** A value that may hold a `=` behind its name. */
const TOKEN = /[^\s"'&;,<>#?()[\]{}`\\]+/g;
const SCHEME = /(?:^|[^a-z])(?:bearer|dpop|basic|token|apikey) $/i;
const LONGEST_SCHEME = 10;

/**
 * How a value is spelled with the quotes of JSON, and of JSON in JSON, if it holds a sign that ends what `WholeValues`
 * looks at; else none.
 */
export function quotedForms(value: string): readonly (readonly [quote: string, form: string])[] {
  const plain = value.trim();
  if (plain.length < SHORTEST_WHOLE || isAddress(plain) || !BREAK.test(plain)) return [];
  const json = JSON.stringify(plain);
  return [
    ['"', json],
    ['\\"', JSON.stringify(json).slice(1, -1)],
  ];
}

/**
 * Values that are masked only where nothing but a value can stand: as a whole text or header value (behind a scheme
 * too), as the value of a parameter, as a quoted text or member, as the content of an element. Never in a word, in
 * prose, as the name of a member, or in the host of a URL.
 */
export class WholeValues {
  readonly #masks = new Map<string, string>();

  has(value: string): boolean {
    return this.#masks.has(value);
  }

  add(value: string, mask: string): void {
    const plain = value.trim();
    if (plain.length < SHORTEST_WHOLE || WORDS.has(plain.toLowerCase()) || this.#masks.has(plain)) return;
    for (const form of [plain, encodeURI(wellFormed(plain)), formEncodedSecret(plain)])
      this.#masks.set(form, mask);
  }

  mask(text: string): string {
    if (this.#masks.size === 0) return text;
    const whole = this.#masks.get(text.trim());
    if (whole !== undefined) return whole;
    return text.replace(TOKEN, (token: string, start: number) => {
      const mask = this.#masks.get(token);
      if (mask !== undefined) return standsAlone(text, start, start + token.length) ? mask : token;
      const number = token.startsWith(':') ? this.#masks.get(token.slice(1)) : undefined;
      if (number !== undefined) return isMember(text, start + 1, start + token.length) ? `:${number}` : token;
      const equals = token.indexOf('=');
      const value = equals < 0 ? undefined : this.#masks.get(token.slice(equals + 1));
      return value === undefined ? token : token.slice(0, equals + 1) + value;
    });
  }
}

function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  const after = text.charAt(end);
  if (before === '"' || before === "'") {
    // Inside of a text that is JSON itself, quotes are escaped.
    const closed = after === '\\' ? text.charAt(end + 1) : after;
    if (closed !== before) return false;
    return !/^\\?["'][ \t]{0,8}:/.test(text.slice(end, end + 12));
  }
  if (before === '>' && after === '<') return true;
  if (isMember(text, start, end)) return true;
  if (before !== ' ' || !(after === '' || '\r\n"\',;&'.includes(after))) return false;
  return SCHEME.test(text.slice(Math.max(0, start - LONGEST_SCHEME), start));
}

/** A number as the value of a member, long enough to be no count, no port and no status. */
function isMember(text: string, start: number, end: number): boolean {
  if (!/^\d{6,}$/.test(text.slice(start, end)) || !'\r\n,}] '.includes(text.charAt(end))) return false;
  return /"[ \t]{0,4}:[ \t]{0,4}$/.test(text.slice(Math.max(0, start - LONGEST_SCHEME), start));
}

function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
