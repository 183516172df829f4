import { fullyDecoded } from './fullyDecoded.ts';
import { secretForms } from './secretForms.ts';
import { isAddress, isTelling, quotedForms, WholeValues } from './wholeValues.ts';

/** Values shorter than this would be found inside ordinary words. */
const SHORTEST_VALUE = 6;
/** Shorter values than this are not masked at all: nothing that short is a secret. */
const SHORTEST_WORD = 4;
/** The end of a value by which it is found; longer values are then followed to their beginning. */
const LONGEST_TAIL = 24;
/** Size of the filter that most positions of a text do not pass. A power of two. */
const FILTER_BITS = 1 << 20;
/** Base of the rolling hash over the last `SHORTEST_VALUE` characters. */
const HASH_BASE = 0x01000193;

/** What stands between spaces and quotes: an encoded value is part of one. */
const RUN = /[^\s"'<>]+/g;

/** What stands between the delimiters of headers, queries, JSON and prose. */
const WORD = /[^\s"',;:=<>()[\]{}&?]+/g;

interface Tail {
  readonly text: string;
  readonly secret: number;
  /** Index in `secretForms(value)`. */
  readonly form: number;
}

interface Secret {
  readonly value: string;
  readonly mask: string;
  /** Where only these are looked for. */
  readonly forms?: readonly string[];
}

interface MaskedRange {
  start: number;
  end: number;
  readonly mask: string;
}

/**
 * Masks registered values wherever they stand in a text: plain, JSON-escaped, percent-encoded, in base64 and
 * base64url at any alignment. One pass whose time grows with the text, not with the number of values: a rolling
 * hash finds the ends of values, and what is found is followed to its beginning over characters not yet masked.
 */
export class Redactor {
  readonly #secrets: Secret[] = [];
  readonly #known = new Set<string>();
  readonly #words = new Map<string, string>();
  readonly #whole = new WholeValues();
  readonly #tails = new Map<number, Tail[]>();
  readonly #filter = new Uint8Array(FILTER_BITS >> 3);
  /** Of the value that was found last: one token stands in every request of a batch. All forms of all would be much. */
  #lastForms: { readonly secret: number; readonly forms: readonly string[] } | null = null;

  /**
   * Masks `value` from now on as `•••label•••`, or `•••` without a label. Values of four or five characters are masked
   * only as whole words, shorter ones not at all.
   */
  register(value: string, label?: string): void {
    if (this.#known.has(value) || value.length < SHORTEST_WORD) return;
    this.#known.add(value);
    const mask = maskOf(label);
    if (value.length < SHORTEST_VALUE) {
      this.#words.set(value, mask);
      return;
    }
    const secret = this.#secrets.push({ value, mask }) - 1;
    secretForms(value).forEach((form, index) => this.#addTail(form, secret, index));
  }

  /**
   * The same for a value that a server or a file chose. It may be chosen so that its mask hides something else: one that
   * is short, reads like a host or a URL, or stands in one of `near` (endpoints, origins) is masked only where it stands
   * alone, as a value; see `WholeValues`.
   */
  registerGiven(value: string, label?: string, near: readonly string[] = []): void {
    if (this.#known.has(value) || this.#whole.has(value)) return;
    if (!isTelling(value, near)) {
      this.register(value, label);
      return;
    }
    const mask = maskOf(label);
    this.#whole.add(value, mask);
    for (const [quote, form] of quotedForms(value)) {
      const secret = this.#secrets.push({ value, mask: `${quote}${mask}${quote}`, forms: [form] }) - 1;
      this.#addTail(form, secret, 0);
    }
  }

  /** The same for a secret that is kept: a person gave it, or a server that registered this client. */
  registerKept(value: string, label?: string): void {
    if (isAddress(value)) this.registerGiven(value, label);
    else this.register(value, label);
  }

  /** The text with every registered value replaced by its mask. */
  mask(text: string): string {
    let masked = text;
    if (this.#secrets.length > 0 && text.length >= SHORTEST_VALUE) {
      masked = this.#maskTails(text);
      if (masked.includes('%')) masked = this.#maskEncoded(masked);
    }
    if (this.#words.size > 0) masked = this.#maskWords(masked);
    return this.#whole.mask(masked);
  }

  /** What was encoded more than once, or more than needed, is found when it is decoded. */
  #maskEncoded(text: string): string {
    return text.replace(RUN, (run) => {
      if (!run.includes('%')) return run;
      const decoded = fullyDecoded(run);
      const masked = this.#maskTails(decoded);
      return masked === decoded ? run : masked;
    });
  }

  #addTail(form: string, secret: number, index: number): void {
    if (form.length < SHORTEST_VALUE) return;
    // Copied, since a slice would keep the whole form in memory.
    const text = Buffer.from(form.slice(-LONGEST_TAIL), 'utf16le').toString('utf16le');
    const hash = hashOfEnd(text);
    const tails = this.#tails.get(hash);
    if (tails === undefined) this.#tails.set(hash, [{ text, secret, form: index }]);
    else tails.push({ text, secret, form: index });
    const bit = filterBit(hash);
    this.#filter[bit >> 3] = (this.#filter[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  #maskTails(text: string): string {
    const ranges: MaskedRange[] = [];
    const forms = new Map<number, readonly string[]>();
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      const leaving = i >= SHORTEST_VALUE ? text.charCodeAt(i - SHORTEST_VALUE) : 0;
      hash = (Math.imul(hash, HASH_BASE) + text.charCodeAt(i) - Math.imul(leaving, LEAVING_FACTOR)) | 0;
      if (i < SHORTEST_VALUE - 1) continue;
      const bit = filterBit(hash);
      if (((this.#filter[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
      for (const tail of this.#tails.get(hash) ?? []) this.#maskAt(text, i + 1, tail, ranges, forms);
    }
    if (ranges.length === 0) return text;
    let result = '';
    let position = 0;
    for (const { start, end, mask } of ranges) {
      result += text.slice(position, start) + mask;
      position = end;
    }
    return result + text.slice(position);
  }

  #maskAt(
    text: string,
    end: number,
    tail: Tail,
    ranges: MaskedRange[],
    forms: Map<number, readonly string[]>,
  ): void {
    const tailStart = end - tail.text.length;
    if (tailStart < 0 || !text.startsWith(tail.text, tailStart)) return;
    const secret = this.#secrets[tail.secret];
    if (secret === undefined || (secret.forms !== undefined && isMemberName(text, end))) return;
    let spellings = forms.get(tail.secret);
    if (spellings === undefined)
      forms.set(tail.secret, (spellings = secret.forms ?? this.#formsOf(tail.secret, secret.value)));
    const form = spellings[tail.form] ?? tail.text;

    // Backwards over equal characters. What is masked already is stepped over unseen, so that no character is
    // looked at twice, however the values overlap.
    let start = end;
    let left = form.length;
    let mask = secret.mask;
    while (left > 0) {
      const last = ranges.at(-1);
      if (last !== undefined && last.end >= start) {
        left -= Math.max(0, start - last.start);
        start = Math.min(start, last.start);
        if (last.end - last.start > form.length) mask = last.mask;
        ranges.pop();
        continue;
      }
      if (start === 0 || text.charCodeAt(start - 1) !== form.charCodeAt(left - 1)) break;
      start--;
      left--;
    }
    ranges.push({ start, end, mask });
  }

  #formsOf(secret: number, value: string): readonly string[] {
    if (this.#lastForms?.secret !== secret) this.#lastForms = { secret, forms: secretForms(value) };
    return this.#lastForms.forms;
  }

  #maskWords(text: string): string {
    return text.replace(WORD, (word) => this.#words.get(word) ?? word);
  }
}

function maskOf(label: string | undefined): string {
  return label === undefined ? '•••' : `•••${label}•••`;
}

/** What ends before `end` is the name of a member, not its value. */
function isMemberName(text: string, end: number): boolean {
  return /^[ \t]{0,8}:/.test(text.slice(end, end + 10));
}

const LEAVING_FACTOR = power(HASH_BASE, SHORTEST_VALUE);

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

function hashOfEnd(text: string): number {
  let hash = 0;
  for (let i = text.length - SHORTEST_VALUE; i < text.length; i++) {
    hash = (Math.imul(hash, HASH_BASE) + text.charCodeAt(i)) | 0;
  }
  return hash;
}

function filterBit(hash: number): number {
  return (hash ^ (hash >>> 14)) & (FILTER_BITS - 1);
}
