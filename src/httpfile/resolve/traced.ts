import type { TokenSource } from '../earlier/exchange.ts';
import { wellFormed } from '../parse/text.ts';

/** Where a value came from that is secret. */
export interface SecretOrigin {
  /** `token`: belongs to one server or API. `secret`: a credential that a variable holds. */
  readonly kind: 'token' | 'secret';
  /** Of the token, or of the variable. */
  readonly name: string;
}

interface Piece {
  readonly text: string;
  /** Null for what was made of no secret. */
  readonly origin: SecretOrigin | null;
  /** Earlier exchanges whose tokens it was made from. */
  readonly sources: readonly TokenSource[];
}

/**
 * A text in which every piece knows whether it was made from a secret. What is done to the text is done to its pieces,
 * so that a secret is still known as one when its spelling no longer tells.
 */
export class Traced {
  readonly #pieces: readonly Piece[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  static plain(text: string): Traced {
    return new Traced([{ text, origin: null, sources: [] }]);
  }

  /** `sources`: the earlier exchanges whose tokens it was made from. */
  static secret(text: string, origin: SecretOrigin, sources: readonly TokenSource[] = []): Traced {
    return new Traced([{ text, origin, sources }]);
  }

  static join(parts: readonly Traced[]): Traced {
    const pieces: Piece[] = [];
    for (const piece of parts.flatMap((part) => part.#pieces)) {
      const last = pieces.at(-1);
      const halved = last !== undefined && isSplit(last.text, piece.text);
      if (last !== undefined && (halved || (last.origin === null && piece.origin === null))) {
        pieces[pieces.length - 1] = {
          text: last.text + piece.text,
          origin: last.origin ?? piece.origin,
          sources: [...new Set([...last.sources, ...piece.sources])],
        };
      } else if (piece.text !== '') pieces.push(piece);
    }
    return new Traced(pieces);
  }

  get length(): number {
    return this.#pieces.reduce((sum, { text }) => sum + text.length, 0);
  }

  get text(): string {
    return this.#pieces.map(({ text }) => text).join('');
  }

  /** Of every secret in it. */
  get origins(): SecretOrigin[] {
    return this.#pieces.flatMap(({ origin }) => (origin === null ? [] : [origin]));
  }

  /** The earlier exchanges whose tokens it was made from, each once. */
  get sources(): TokenSource[] {
    return [...new Set(this.#pieces.flatMap(({ sources }) => sources))];
  }

  /** Every piece that was made from a secret. */
  get secrets(): { readonly text: string; readonly origin: SecretOrigin }[] {
    return this.#pieces.flatMap(({ text, origin }) => (origin === null ? [] : [{ text, origin }]));
  }

  get isSecret(): boolean {
    return this.#pieces.some(({ origin }) => origin !== null);
  }

  /** As if the whole of it were a secret of this origin; what is one already keeps its own. */
  marked(origin: SecretOrigin): Traced {
    return new Traced(this.#pieces.map((piece) => ({ ...piece, origin: piece.origin ?? origin })));
  }

  /** A text that was cut out of this one: it is all secret if any of this was. */
  partWith(text: string): Traced {
    if (text === this.text) return this;
    const [origin] = this.origins;
    return origin === undefined ? Traced.plain(text) : Traced.secret(text, origin, this.sources);
  }

  /** For encodings that treat every character by itself. */
  percentEncoded(): Traced {
    return new Traced(
      this.#pieces.map((piece) => ({ ...piece, text: encodeURIComponent(wellFormed(piece.text)) })),
    );
  }

  trimmed(): Traced {
    const { text } = this;
    const start = text.length - text.trimStart().length;
    return this.slice(start, start + text.trim().length);
  }

  slice(start: number, end: number): Traced {
    const pieces: Piece[] = [];
    let offset = 0;
    for (const piece of this.#pieces) {
      const cut = piece.text.slice(Math.max(0, start - offset), Math.max(0, end - offset));
      if (cut !== '') pieces.push({ ...piece, text: cut });
      offset += piece.text.length;
    }
    return new Traced(pieces);
  }

  /** Without the line feeds. */
  lines(): Traced[] {
    const lines: Piece[][] = [[]];
    for (const piece of this.#pieces) {
      for (const [index, part] of piece.text.split('\n').entries()) {
        if (index > 0) lines.push([]);
        if (part !== '') lines.at(-1)?.push({ ...piece, text: part });
      }
    }
    return lines.map((pieces) => new Traced(pieces));
  }

  /** The text with other words in the place of every secret. */
  disguised(stand: (origin: SecretOrigin) => string): string {
    return this.#pieces.map(({ text, origin }) => (origin === null ? text : stand(origin))).join('');
  }
}

/** Whether the two halves of one character stand at either side. */
function isSplit(before: string, after: string): boolean {
  const high = before.charCodeAt(before.length - 1);
  const low = after.charCodeAt(0);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
