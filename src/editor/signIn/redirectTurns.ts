import { abortable } from '../../base/abortable.ts';
import { KeyturnError } from '../../base/errors.ts';
import { bearsState } from '../../oauth/authorization/redirectState.ts';
import type { Redirect } from '../../token/signIn.ts';

/**
 * One address to which the browser comes back, for many sign-ins: each sign-in waits for the end of the one before.
 */
export class RedirectTurns {
  #receive: ((address: URL) => boolean) | null = null;
  #turn: Promise<void> = Promise.resolve();

  /** `stray`: not the answer to the sign-in that waits, which goes on waiting. */
  arrived(address: URL): 'taken' | 'stray' | 'none_waits' {
    if (this.#receive === null) return 'none_waits';
    return this.#receive(address) ? 'taken' : 'stray';
  }

  /** `findUri` says under which address the browser reaches us. Rejects with `cancelled` when the signal aborts. */
  async open(findUri: () => Thenable<string>, signal: AbortSignal): Promise<Redirect> {
    let release: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (release = resolve));
    const before = this.#turn;
    this.#turn = before.then(() => ended);
    try {
      await abortable(before, signal);
      const uri = await abortable(Promise.resolve(findUri()), signal);
      if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.');
      return this.#waiting(uri, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  #waiting(uri: string, release: () => void): Redirect {
    let arrive: (address: URL) => void = () => undefined;
    const arrived = new Promise<URL>((resolve) => (arrive = resolve));
    let expected: string | null = null;
    let strayed = false;
    const receive = (address: URL): boolean => {
      const fits = expected !== null && bearsState(address.searchParams, expected);
      if (fits) arrive(address);
      else strayed = true;
      return fits;
    };
    this.#receive = receive;
    return {
      uri,
      expect: (state) => {
        expected = state;
      },
      get strayed() {
        return strayed;
      },
      response: (signal) => abortable(arrived, signal),
      dispose: () => {
        if (this.#receive === receive) this.#receive = null;
        release();
      },
    };
  }
}
