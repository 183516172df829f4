import { randomUUID } from 'node:crypto';

/**
 * JSON whose numbers keep their digits: JavaScript reads them as numbers all the same, but 174322306148984899 and 1.10
 * are shown as the text says (RFC 8259), as long as the objects that were read are the ones that are shown.
 */

/** The numbers of an object or a list that would be spelled otherwise, by their keys. */
const spellings = new WeakMap<object, Map<string, string>>();

/** Stands for a number while text and values are turned into one another; it occurs in no text. */
const MARK = `number ${randomUUID()} `;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;
/** What numbers have in them that are spelled in another way than JavaScript's; quick, and found in strings too. */
const MAY_BE_ODD = /\d{16}|\d\.\d|\d[eE]|-0/;
const MARKED = new RegExp(`"${MARK}([-+.eE\\d]+)"`, 'g');

type Replacer = (this: unknown, key: string, value: unknown) => unknown;

/** False for most texts: what `JSON.parse` makes of them is exact already. */
export function mayHoldOddNumbers(text: string): boolean {
  return MAY_BE_ODD.test(text);
}

/** `JSON.parse`, which remembers the spelling of numbers. Fails as that does. */
export function parseExactJson(text: string, reviver?: Replacer): unknown {
  const plain: unknown = JSON.parse(text, reviver);
  if (!mayHoldOddNumbers(text)) return plain;
  const odd = (token: string): boolean => !token.startsWith('"') && String(Number(token)) !== token;
  // The text is valid JSON by now: the expression finds its strings and numbers whole.
  const marked = text.replace(STRING_OR_NUMBER, (token) => (odd(token) ? `"${MARK}${token}"` : token));
  if (marked === text) return plain;
  return JSON.parse(marked, function (this: object, key, value: unknown) {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return reviver?.call(this, key, value) ?? value;
    const spelling = value.slice(MARK.length);
    const known = spellings.get(this) ?? new Map<string, string>();
    spellings.set(this, known.set(key, spelling));
    return Number(spelling);
  });
}

/** How the number at a key of an object or a list was written; null where it is spelled as usual. */
export function numberSpelling(holder: unknown, key: string): string | null {
  return typeof holder === 'object' && holder !== null ? (spellings.get(holder)?.get(key) ?? null) : null;
}

/** `JSON.stringify`, with numbers as they were written. */
export function exactJson(value: unknown, replacer?: Replacer, space?: number): string {
  const text = JSON.stringify(
    value,
    function (this: unknown, key, one: unknown) {
      const spelling = typeof one === 'number' ? numberSpelling(this, key) : null;
      if (spelling !== null) return MARK + spelling;
      return replacer === undefined ? one : replacer.call(this, key, one);
    },
    space,
  );
  return text.includes(MARK) ? text.replace(MARKED, '$1') : text;
}
