import { KeyturnError } from './errors.ts';

/**
 * The promise, or a failure as soon as the signal is aborted: with its reason where that is a KeyturnError, else with
 * `cancelled`. The work itself goes on and is left alone.
 */
export async function abortable<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return work;
  if (signal.aborted) {
    // No caller waits for its failure any more.
    work.catch(() => undefined);
    throw reasonOf(signal);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(reasonOf(signal));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

function reasonOf({ reason }: AbortSignal): KeyturnError {
  if (reason instanceof KeyturnError) return reason;
  return new KeyturnError('cancelled', 'Cancelled.', { cause: reason });
}

/** A longer delay makes Node's timers fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** What the work gives, or `late` after `timeoutMs`; 0 or less means no limit. The work gets a signal for both ends. */
export async function withinTime<Value>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  late: () => KeyturnError,
  work: (signal: AbortSignal | undefined) => Promise<Value>,
): Promise<Value> {
  if (timeoutMs <= 0) return abortable(work(signal), signal);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(late()), Math.min(timeoutMs, LONGEST_TIMEOUT_MS));
  const either = signal === undefined ? timer.signal : AbortSignal.any([signal, timer.signal]);
  try {
    return await abortable(work(either), either);
  } finally {
    clearTimeout(timeout);
  }
}
