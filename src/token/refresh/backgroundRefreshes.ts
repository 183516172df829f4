import type { TokenState } from '../tokenState.ts';

const MOST_AT_ONCE = 4;

/** Refreshes without a waiting caller: a few at a time, in the order in which they became due. */
export class BackgroundRefreshes {
  /** Does nothing for a token that was refreshed while it waited for its turn; never rejects. */
  readonly #refresh: (state: TokenState) => Promise<void>;
  readonly #waiting = new Set<TokenState>();
  #running = 0;

  constructor(refresh: (state: TokenState) => Promise<void>) {
    this.#refresh = refresh;
  }

  add(state: TokenState): void {
    state.refreshing = true;
    this.#waiting.add(state);
    if (this.#running < MOST_AT_ONCE) void this.#run();
  }

  clear(): void {
    this.#waiting.clear();
  }

  async #run(): Promise<void> {
    this.#running++;
    for (const state of this.#waiting) {
      this.#waiting.delete(state);
      await this.#refresh(state);
    }
    this.#running--;
  }
}
