import type { Clock } from '../base/clock.ts';
import { markOfChain } from './chain.ts';

/** Between two looks at least. */
const LOOK_MS = 1_000;
/** How many times as long as it took to take in what is new nothing is done: a tenth of the time at most. */
const REST = 9;
/** A computer that slept meanwhile seems to have taken long. */
const LONGEST_REST_MS = 30_000;

export interface FollowOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Takes in what is new; never rejects. */
  changed(): Promise<void>;
}

/**
 * Notices when any process wrote to the log in a folder, by a look each second at the file that every writer replaces:
 * that works on every file system, and however much is written, it is told once a second. Between `stop` and `start` it
 * does nothing; `start` tells at once what happened meanwhile.
 */
export class LogFollower {
  readonly #options: FollowOptions;
  #seen: string | null = null;
  #following = false;
  #looking = false;
  #timer: { dispose(): void } | null = null;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  start(): void {
    this.#following = true;
    if (!this.#looking && this.#timer === null) void this.#look();
  }

  stop(): void {
    this.#following = false;
    this.#timer?.dispose();
    this.#timer = null;
  }

  async #look(): Promise<void> {
    const { folder, clock } = this.#options;
    this.#looking = true;
    const startedAtMs = clock.now();
    // A folder that cannot be read is reported when it is read.
    const mark = await markOfChain(folder).catch(() => null);
    if (mark !== this.#seen && this.#following) {
      this.#seen = mark;
      await this.#options.changed();
    }
    this.#looking = false;
    if (!this.#following) return;
    const restMs = Math.min(REST * (clock.now() - startedAtMs), LONGEST_REST_MS);
    this.#timer = clock.at(clock.now() + Math.max(LOOK_MS, restMs), () => {
      this.#timer = null;
      void this.#look();
    });
  }
}
