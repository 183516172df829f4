import { Writable } from 'node:stream';
import { visible } from '../../base/visible.ts';
import type { Streams } from './streams.ts';

/** To the beginning of the line, and all of it cleared (ECMA-48 EL). */
const CLEAR = '\r\u001b[2K';
const DEFAULT_COLUMNS = 80;

type Output = Streams['err'];

/**
 * A line at the bottom of a terminal that is rewritten. All other text that goes through `streams` clears it first. It
 * stays away while that text has no line break at its end, so that it does not write into a question.
 */
export class StatusLine {
  /** To be used in place of the streams that were given. */
  readonly streams: Streams;
  readonly #err: Output;
  #shown = false;
  #lineIsFree = true;

  constructor(streams: Streams) {
    this.#err = streams.err;
    this.streams = { ...streams, out: this.#around(streams.out), err: this.#around(streams.err) };
  }

  show(text: string): void {
    if (!this.#lineIsFree) return;
    // One character less than the line has: some terminals wrap at the last one.
    const width = (this.#err.columns ?? DEFAULT_COLUMNS) - 1;
    const line = Array.from(visible(text));
    const fitting =
      line.length > width ? `${line.slice(0, Math.max(0, width - 1)).join('')}…` : line.join('');
    this.#err.write(CLEAR + fitting);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#err.write(CLEAR);
    this.#shown = false;
  }

  /** What goes to a pipe or a file leaves the terminal alone. */
  #around(stream: Output): Output {
    if (stream.isTTY !== true) return stream;
    const around = new Writable({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, encoding, done) => {
        this.clear();
        this.#lineIsFree = endsLine(chunk);
        stream.write(chunk, encoding);
        // At once: what waited here would come behind what the other stream is given meanwhile.
        done();
      },
    });
    return Object.assign(around, { isTTY: true });
  }
}

function endsLine(chunk: string | Uint8Array): boolean {
  return typeof chunk === 'string' ? chunk.endsWith('\n') : chunk.at(-1) === 0x0a;
}
