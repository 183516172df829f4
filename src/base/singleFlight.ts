import { KeyturnError } from './errors.ts';

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * One piece of work for all who ask for the same key while it is under way. A waiter that is cancelled leaves the
 * others alone; when the last one leaves, the work itself is cancelled. Nothing is kept once it is done.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Starts the work or joins it. Rejects with `cancelled` when `signal` is aborted first. */
  run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiters++;
    if (signal === undefined) return flight.promise;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        flight.waiters--;
        if (flight.waiters === 0) {
          this.#land(key, flight);
          flight.controller.abort();
        }
        reject(cancelled());
      };
      signal.addEventListener('abort', leave, { once: true });
      flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  /** Cancels everything under way. */
  cancelAll(): void {
    for (const flight of this.#flights.values()) flight.controller.abort();
    this.#flights.clear();
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const promise = work(controller.signal);
    const flight: Flight<T> = { promise, controller, waiters: 0 };
    this.#flights.set(key, flight);
    // All callers may have left before the work ends: its failure then has no receiver.
    promise.then(
      () => this.#land(key, flight),
      () => this.#land(key, flight),
    );
    return flight;
  }

  #land(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

function cancelled(): KeyturnError {
  return new KeyturnError('cancelled', 'Cancelled.');
}
