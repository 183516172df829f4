/** An argument as the program gets it, and where it stands in the source. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a shell would do and is not done here, or what cannot be read. */
export interface Fault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The arguments of one command. A fault ends it: what follows is not known. */
export interface Words {
  readonly words: readonly Word[];
  readonly fault: Fault | null;
  /** Offset behind the last character that belongs to the command. */
  readonly end: number;
}

/** `{{ … }}` in a line, without braces or the quote that it stands in: one piece, whatever is in it. */
export function templateAt(source: string, at: number, quote: '"' | '' = ''): string | null {
  const pattern = quote === '"' ? /\{\{[^{}"\n]*\}\}/y : /\{\{[^{}\n]*\}\}/y;
  pattern.lastIndex = at;
  return source.charAt(at) === '{' ? (pattern.exec(source)?.[0] ?? null) : null;
}

/**
 * Where the command goes on behind the end of a line: at an option, as people write it who leave the backslash out.
 * Null where the line ends it.
 */
export function continuation(source: string, lineEnd: number): number | null {
  let at = lineEnd;
  while (at < source.length) {
    const text = /\n[ \t]*(?:#[^\n]*)?/y;
    text.lastIndex = at;
    const found = text.exec(source)?.[0];
    if (found === undefined) return null;
    const next = at + found.length;
    if (found.includes('#')) at = next;
    else
      return source.charAt(next) === '-' && /^-[^\s-]|^--[a-z]/i.test(source.slice(next, next + 3))
        ? next
        : null;
  }
  return null;
}

/** Collects the pieces of words. */
export class WordBuilder {
  readonly words: Word[] = [];
  #pieces: string[] = [];
  #start = -1;

  get isOpen(): boolean {
    return this.#start >= 0;
  }

  /** Begins a word where none is open, if only with an empty piece. */
  add(piece: string, at: number): void {
    if (this.#start < 0) this.#start = at;
    if (piece !== '') this.#pieces.push(piece);
  }

  close(end: number): void {
    if (this.#start < 0) return;
    this.words.push({ text: this.#pieces.join(''), start: this.#start, end });
    this.#pieces = [];
    this.#start = -1;
  }
}
