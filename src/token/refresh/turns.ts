import { KeyturnError } from '../../base/errors.ts';
import { type LeaseTurn, noTurn, type RefreshLease } from './lease.ts';

/** One task at a time for each key: in this process, and, with a lease, among all that share it. */
export class Turns {
  readonly #lease: RefreshLease | null;
  readonly #last = new Map<string, Promise<void>>();

  constructor(lease: RefreshLease | null) {
    this.#lease = lease;
  }

  /** Rejects with `cancelled` when the signal aborts before its turn came. */
  async hold<T>(key: string, task: (turn: LeaseTurn) => Promise<T>, signal: AbortSignal): Promise<T> {
    const previous = this.#last.get(key) ?? Promise.resolve();
    const { promise: ended, resolve: end } = settledLater();
    // A caller who leaves early lets no one pass the one before.
    const mine = previous.then(() => ended);
    this.#last.set(key, mine);
    void mine.then(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    });
    try {
      await unlessAborted(previous, signal);
      if (this.#lease === null) return await task(noTurn);
      return await this.#lease.hold(key, task, signal);
    } finally {
      end();
    }
  }
}

function settledLater(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const later: { resolve?: () => void } = {};
  const promise = new Promise<void>((resolve) => (later.resolve = resolve));
  return { promise, resolve: () => later.resolve?.() };
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new KeyturnError('cancelled', 'Cancelled.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
