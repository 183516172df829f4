import { formatElapsed } from '../../base/text.ts';
import { StatusLine } from './statusLine.ts';
import type { Streams } from './streams.ts';

/** A run that is over sooner shows no progress. */
const SHOWN_AFTER_MS = 1000;
const REPAINTED_EVERY_MS = 250;

/** How far a run is, in a line of the terminal, from one second on. */
export class Progress implements Disposable {
  /** To be used in place of the streams that were given. */
  readonly streams: Streams;
  readonly #line: StatusLine | null;
  readonly #total: number;
  /** Those under way, in the order in which they began, with the time of that. */
  readonly #active = new Map<number, { readonly what: string; readonly sinceMs: number }>();
  readonly #timers: NodeJS.Timeout[] = [];
  #begun = 0;

  /** `enabled` false, and where standard error is no terminal, shows nothing. */
  constructor(streams: Streams, total: number, enabled: boolean) {
    this.#total = total;
    const shown = enabled && streams.err.isTTY === true && streams.env['TERM'] !== 'dumb';
    this.#line = shown ? new StatusLine(streams) : null;
    this.streams = this.#line?.streams ?? streams;
    if (!shown) return;
    const begin = () => {
      this.#paint();
      this.#timers.push(setInterval(() => this.#paint(), REPAINTED_EVERY_MS));
    };
    this.#timers.push(setTimeout(begin, SHOWN_AFTER_MS));
  }

  /** Shows `what` until `work` has ended. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const id = this.#begun++;
    this.#active.set(id, { what, sinceMs: performance.now() });
    try {
      return await work();
    } finally {
      this.#active.delete(id);
    }
  }

  #paint(): void {
    const [oldest] = this.#active.values();
    if (oldest === undefined) {
      this.#line?.clear();
      return;
    }
    const others = this.#active.size - 1;
    const done = this.#begun - this.#active.size;
    const count = this.#total > 1 ? `${done} of ${this.#total} done · ` : '';
    const more = others > 0 ? ` and ${others} more` : '';
    const elapsed = formatElapsed(performance.now() - oldest.sinceMs);
    this.#line?.show(`${count}${elapsed} · ${oldest.what}${more}`);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#line?.clear();
  }
}
