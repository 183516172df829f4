import { withinTime } from './abortable.ts';
import { KeyturnError } from './errors.ts';
import type { FileRead, Files } from './files.ts';

/** The files of one request: to read them counts against its time limit, and ends when it is cancelled. */
export class TimedFiles implements Files {
  readonly resolve: Files['resolve'];
  readonly parent: Files['parent'];
  readonly join: Files['join'];
  readonly upward: Files['upward'];
  readonly leftAside: Files['leftAside'];
  readonly #files: Files;
  readonly #limitMs: number;
  readonly #signal: AbortSignal | undefined;
  #usedMs = 0;

  /** `limitMs` 0 means no limit. */
  constructor(files: Files, limitMs: number, signal: AbortSignal | undefined) {
    this.#files = files;
    this.#limitMs = limitMs;
    this.#signal = signal;
    this.resolve = (base, reference) => files.resolve(base, reference);
    this.parent = (location) => files.parent(location);
    this.join = (folder, name) => files.join(folder, name);
    this.upward = (from, trusted) => files.upward(from, trusted);
    this.leftAside = (location, reason) => files.leftAside(location, reason);
  }

  /** What is left of the limit; 0 where there is none. Fails with `timeout` where nothing is left. */
  get leftMs(): number {
    if (this.#limitMs === 0) return 0;
    const left = this.#limitMs - this.#usedMs;
    if (left > 0) return left;
    throw this.#late('Its files');
  }

  async read(location: string, how: FileRead): Promise<Uint8Array | null> {
    const left = this.leftMs;
    const startedAtMs = performance.now();
    try {
      return await withinTime(
        left,
        this.#signal,
        () => this.#late(`The file ${how.name ?? location}`),
        (signal) => this.#files.read(location, signal === undefined ? how : { ...how, signal }),
      );
    } finally {
      this.#usedMs += performance.now() - startedAtMs;
    }
  }

  #late(what: string): KeyturnError {
    return new KeyturnError(
      'timeout',
      `${what} could not be read within ${String(this.#limitMs / 1000)} s.`,
      {
        hint: 'If the files are large, write `# @timeout 600` above the request.',
        data: { timeoutMs: this.#limitMs },
      },
    );
  }
}
