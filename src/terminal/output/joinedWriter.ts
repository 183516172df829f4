import type { Writable } from 'node:stream';

/** Characters held back at the most. */
const mostHeld = 16_384;
/** A reader at the other end of a pipe waits this long at the most. */
const longestHoldMs = 50;

/** Joins small writes to a pipe or file, since each is a system call; a terminal gets every line at once. */
export class JoinedWriter implements Disposable {
  readonly #stream: Writable & { isTTY?: boolean };
  #held = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Writable & { isTTY?: boolean }) {
    this.#stream = stream;
  }

  write(text: string): void {
    this.#held += text;
    if (this.#stream.isTTY === true || this.#held.length >= mostHeld) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), longestHoldMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held === '') return;
    this.#stream.write(this.#held);
    this.#held = '';
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}
