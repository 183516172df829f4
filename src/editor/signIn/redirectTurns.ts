import { KeyturnError } from '../../errors.ts';
import type { Redirect } from '../../token/signIn.ts';
import { untilAborted } from './untilAborted.ts';

/**
 * One address to which the browser comes back, for many sign-ins: whoever opens it waits for the end of the one before.
 */
export class RedirectTurns {
  #receive: ((address: URL) => void) | null = null;
  #turn: Promise<void> = Promise.resolve();

  /** False when nobody waits. */
  arrived(address: URL): boolean {
    this.#receive?.(address);
    return this.#receive !== null;
  }

  /** `findUri` says under which address the browser reaches us. Rejects with `cancelled` when the signal aborts. */
  async open(findUri: () => Thenable<string>, signal: AbortSignal): Promise<Redirect> {
    let release: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (release = resolve));
    const before = this.#turn;
    this.#turn = before.then(() => ended);
    try {
      await untilAborted(before, signal);
      const uri = await untilAborted(findUri(), signal);
      if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.');
      return this.#waiting(uri, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  #waiting(uri: string, release: () => void): Redirect {
    let receive: (address: URL) => void = () => undefined;
    const arrived = new Promise<URL>((resolve) => (receive = resolve));
    this.#receive = receive;
    return {
      uri,
      response: (signal) => untilAborted(arrived, signal),
      dispose: () => {
        if (this.#receive === receive) this.#receive = null;
        release();
      },
    };
  }
}
