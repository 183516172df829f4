import type { Host } from './host.ts';
import { ExitSignal, messageOf, UnsupportedError } from './values.ts';
import { stackOf } from './core.ts';

/** Tests of a script: each is told to the host as soon as it is over. */
export class Tests {
  readonly #host: Host;
  /** Asynchronous ones that are not over. */
  readonly #open = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** `test(name, body)`: a body that throws, or gives a promise that fails, is a test that failed. */
  run(name: unknown, body: unknown): void {
    const title = String(name);
    const place = stackOf(new Error());
    if (typeof body !== 'function') throw new TypeError(`The test "${title}" has no function.`);
    const fail = (error: unknown) => {
      // Neither says anything about the response.
      if (error instanceof ExitSignal || error instanceof UnsupportedError) throw error;
      const stack = stackOf(error);
      this.#host.report('test', title, messageOf(error) || 'The test failed.', stack === '' ? place : stack);
    };
    const pass = () => this.#host.report('test', title, undefined, place);
    let result: unknown;
    try {
      result = (body as () => unknown)();
    } catch (error) {
      fail(error);
      return;
    }
    if (!(result instanceof Promise)) {
      pass();
      return;
    }
    this.#open.add(title);
    const over = (done: () => void) => {
      this.#open.delete(title);
      done();
    };
    void result.then(
      () => over(pass),
      (error: unknown) => over(() => fail(error)),
    );
  }

  /** Those that wait for what never happens. */
  finish(): void {
    for (const title of this.#open) this.#host.report('test', title, 'The test never ended.');
  }
}
