import type { Position, Span } from '../../base/position.ts';

/** From one entry to another, both included. */
export interface EntryRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The lines of a text without their endings (LF, CRLF or a lone CR; a byte-order mark is skipped). Columns count
 * from the start of the line in UTF-16 code units, as editors do.
 *
 * With `cutAtSeparators` a `###` inside a line starts an entry of its own, with the same line number.
 */
export class Lines {
  readonly #source: string;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Line number and column of each entry's start; null while entries and lines are the same. */
  readonly #origins: { readonly line: number; readonly column: number }[] | null;

  constructor(source: string, options: { readonly cutAtSeparators?: boolean } = {}) {
    this.#source = source;
    this.#origins = options.cutAtSeparators === true ? [] : null;
    let start = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    // Each kind of ending is searched for anew only when it was passed: a text without one costs one search.
    const next = (ending: string) => {
      const found = source.indexOf(ending, start);
      return found < 0 ? source.length : found;
    };
    let feed = next('\n');
    let carriage = next('\r');
    for (;;) {
      const end = Math.min(feed, carriage);
      this.#push(start, end);
      if (end === source.length) break;
      start = source.startsWith('\r\n', end) ? end + 2 : end + 1;
      if (feed < start) feed = next('\n');
      if (carriage < start) carriage = next('\r');
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  text(index: number): string {
    return this.#source.slice(this.#starts[index], this.#ends[index]);
  }

  /** Whether the line ends in CRLF. */
  hasCrlf(index: number): boolean {
    return this.#source.startsWith('\r\n', this.#ends[index]);
  }

  /** Zero-based number of the line in the text. */
  number(index: number): number {
    return this.#origins === null ? index : (this.#origins[index]?.line ?? 0);
  }

  position(index: number, column: number): Position {
    const origin = this.#origins?.[index];
    return origin === undefined
      ? { line: index, column }
      : { line: origin.line, column: origin.column + column };
  }

  /** Part of one line; without columns all of it. */
  span(index: number, from = 0, to = (this.#ends[index] ?? 0) - (this.#starts[index] ?? 0)): Span {
    return { start: this.position(index, from), end: this.position(index, to) };
  }

  /** From the start of one line to the end of another. */
  range(first: number, last: number): Span {
    return { start: this.position(first, 0), end: this.span(last).end };
  }

  /**
   * The entries outside of which this text and an earlier one are alike, entry by entry; null when so much changed
   * that what follows the change stands on other lines.
   */
  changedSince(earlier: Lines): EntryRange | null {
    if (earlier.count !== this.count) return null;
    const last = this.count - 1;
    if (earlier.number(last) !== this.number(last)) return null;
    const [now, then] = [this.#source, earlier.#source];
    const shorter = Math.min(now.length, then.length);
    let start = 0;
    while (start < shorter && now.charCodeAt(start) === then.charCodeAt(start)) start++;
    let same = 0;
    const most = shorter - start;
    while (same < most && now.charCodeAt(now.length - 1 - same) === then.charCodeAt(then.length - 1 - same)) {
      same++;
    }
    // A cut entry ends where the next one starts, so the entry before the change may have become shorter.
    return { first: this.#entryAt(Math.max(0, start - 1)), last: this.#entryAt(now.length - same) };
  }

  /** The last entry that starts at or before an offset. */
  #entryAt(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #push(start: number, end: number): void {
    if (this.#origins !== null) {
      const line = (this.#origins.at(-1)?.line ?? -1) + 1;
      this.#origins.push({ line, column: 0 });
      const inside = this.#source.slice(start, end).indexOf('###', 1);
      if (inside > 0 && !this.#source.startsWith('#', start)) {
        this.#starts.push(start);
        this.#ends.push(start + inside);
        this.#origins.push({ line, column: inside });
        start += inside;
      }
    }
    this.#starts.push(start);
    this.#ends.push(end);
  }
}
