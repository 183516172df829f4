import { KeyturnError } from '../base/errors.ts';

/** Ends one `send` early, for whichever reason comes first: the caller's signal, the total timeout, a closed client. */
export class Cancellation {
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | null;
  readonly #listeners = new Set<(error: KeyturnError) => void>();
  #error: KeyturnError | null = null;

  /** `totalTimeoutMs` 0 means no limit; `place` is host and port, for the message. */
  constructor(signal: AbortSignal | undefined, totalTimeoutMs: number, place: string) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
    this.#timer =
      totalTimeoutMs > 0
        ? setTimeout(
            () => this.cancel(timedOut(totalTimeoutMs, place)),
            Math.min(totalTimeoutMs, LONGEST_TIMEOUT_MS),
          )
        : null;
    if (signal?.aborted) this.#onAbort();
  }

  /** Why it ended; null while it goes on. */
  get error(): KeyturnError | null {
    return this.#error;
  }

  cancel(error: KeyturnError): void {
    if (this.#error !== null) return;
    this.#error = error;
    for (const listener of [...this.#listeners]) listener(error);
  }

  /** Calls at most once; returns what takes the listener away again. Call `throwIfCancelled` before. */
  onCancel(listener: (error: KeyturnError) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  throwIfCancelled(): void {
    if (this.#error !== null) throw this.#error;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#listeners.clear();
  }

  readonly #onAbort = (): void => this.cancel(new KeyturnError('cancelled', 'The request was cancelled.'));
}

/** A longer delay makes Node's timers fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

function timedOut(totalTimeoutMs: number, place: string): KeyturnError {
  return new KeyturnError(
    'timeout',
    `${place} did not finish its response within ${seconds(totalTimeoutMs)}.`,
    {
      hint: 'If the server needs longer, write `# @timeout 600` above the request.',
      data: { timeoutMs: totalTimeoutMs },
    },
  );
}

/** `10 s`, `0.5 s` */
export function seconds(ms: number): string {
  return `${String(Math.round(ms) / 1000)} s`;
}
