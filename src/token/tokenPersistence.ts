import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { environmentName, TOKEN_PREFIX } from '../base/secretVariables.ts';
import { differs, type TokenCache, isSame } from './tokenCache.ts';
import type { LeaseTurn, StoredMark } from './refresh/lease.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { grantOf } from '../profile/grants/all.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { refreshTokenOf } from './refresh/refreshable.ts';
import type { Token } from './token.ts';
import type { TokenState } from './tokenState.ts';

/** What the store said when it was asked; with an error it could not say. */
export interface Stored {
  readonly token: Token | null;
  readonly error: KeyturnError | null;
}

const FIRST_RETRY_MS = 30 * 1000;
const LONGEST_RETRY_MS = 10 * 60 * 1000;
/** A store that tells other processes late of a write tells them within this time. */
const LATE_MS = 5_000;
/** Where nothing is stored the token was probably deleted, and no refresh token can be spent twice. */
const LATE_NOTHING_MS = 1_000;
const LOOK_AGAIN_MS = 50;

/** How long to wait after so many failures in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
}

/** Brings what is held and what is stored together: nothing new is handed out before the store has been asked to keep it. */
export class TokenPersistence {
  readonly #options: TokenManagerOptions;
  readonly #cache: TokenCache;
  /** Whose preset refresh token is known to be spent. */
  readonly #told = new WeakSet<TokenState>();

  constructor(options: TokenManagerOptions, cache: TokenCache) {
    this.#options = options;
    this.#cache = cache;
  }

  /**
   * With a turn, waits until the store shows what the holder before stored, at most until five seconds after that, one
   * where it shows nothing. What
   * it shows then is no use if its refresh token was replaced: that is `store_unavailable`.
   */
  async read(state: TokenState, turn?: LeaseTurn): Promise<Stored> {
    if (isOutside(state)) return { token: null, error: null };
    for (;;) {
      let stored: Stored;
      try {
        stored = { token: await this.#options.store.get(state.key), error: null };
      } catch (error) {
        return { token: null, error: asKeyturnError(error) };
      }
      const mark = turn?.lastStored ?? null;
      if (mark === null || (stored.token?.obtainedAtMs ?? 0) >= mark.obtainedAtMs) return stored;
      const lateMs = stored.token === null ? LATE_NOTHING_MS : LATE_MS;
      if (Math.abs(Date.now() - mark.atMs) > lateMs)
        return isSpent(stored.token, mark) ? behind(state) : stored;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Holds what is stored, if it is something else: another window refreshed it, a person replaced or removed it. */
  async adopt(state: TokenState, stored: Stored): Promise<void> {
    if (isOutside(state) || stored.error !== null || !differs(state, stored.token)) return;
    await this.#cache.adopt(state, stored.token);
  }

  /** Stores and then holds a new token, unless the store changed since `before` was read: what was done there wins. */
  async keep(state: TokenState, token: Token, before: Stored, turn: LeaseTurn): Promise<Token> {
    if (isOutside(state)) {
      if (token.refreshToken !== null) this.#presetReplaced(state, token.refreshToken);
      const held = state.token;
      // A source that is asked at each use mostly says the same again.
      if (held !== null && held.accessToken === token.accessToken && held.expiresAtMs === token.expiresAtMs) {
        return held;
      }
      await this.#cache.adopt(state, token);
      return token;
    }
    const current = await this.read(state);
    if (before.token !== null && current.error === null && current.token === null) {
      // Removed by a person meanwhile: what waits is served, but nothing comes back to life.
      await this.#cache.adopt(state, null);
      return token;
    }
    if (current.token !== null && before.error === null && !isSame(current.token, before.token)) {
      await this.#cache.adopt(state, current.token);
      return current.token;
    }
    await this.write(state, token, current.error === null ? current.token : before.token, turn);
    return token;
  }

  /**
   * Stores the refresh token that replaces `sent` before anything else of the answer is known to be good: the access
   * token stays the one that is held. Null where there is nothing to store it with, or the store refuses, or was given
   * something else meanwhile; then it is held in memory at most.
   */
  async rotate(
    state: TokenState,
    sent: string | null,
    refreshToken: string,
    receivers: readonly string[] | undefined,
    turn: LeaseTurn,
  ): Promise<Token | null> {
    const { token: current, error } = isOutside(state)
      ? { token: null, error: null }
      : await this.read(state);
    if (current !== null && current.refreshToken !== sent) return null;
    const before = current ?? state.token;
    if (isOutside(state)) this.#presetReplaced(state, refreshToken);
    if (before === null) {
      state.presetRefreshToken = refreshToken;
      return null;
    }
    // The next turn knows what was stored last by its time.
    const token: Token = {
      ...before,
      refreshToken,
      obtainedAtMs: before.obtainedAtMs + 1,
      ...(receivers === undefined ? {} : { receivers }),
    };
    if (isOutside(state)) {
      await this.#cache.adopt(state, token);
      return null;
    }
    // Removed by a person meanwhile: nothing comes back to life.
    if (current === null && error === null) return null;
    await this.write(state, token, current, turn);
    return state.unsaved === null ? token : null;
  }

  /** Stores and then holds a token; `over` is what the store holds until then. */
  async write(state: TokenState, token: Token, over: Token | null, turn: LeaseTurn): Promise<void> {
    let refused: KeyturnError | null = null;
    try {
      await this.#options.store.set(token);
      turn.stored(token.obtainedAtMs, isReplaced(over, token));
    } catch (error) {
      refused = asKeyturnError(error);
    }
    await this.#cache.adopt(state, token);
    if (refused === null) return;
    state.unsaved = { over, failures: 0, againAtMs: this.#options.clock.now() + pauseAfter(0) };
    this.notSaved(state, heldInMemory(token, over, refused));
    this.#cache.settle(state);
  }

  /** Stores and then holds what a person pasted. Fails like the store, and nothing changes then. */
  async paste(state: TokenState, token: Token): Promise<void> {
    await this.#options.store.set(token);
    await this.#cache.adopt(state, token);
  }

  /**
   * Adds to the token that is held and stored what was learned of it. That can be learned again: memory is enough where
   * the store refuses.
   */
  async amend(state: TokenState, learned: Token, turn: LeaseTurn): Promise<void> {
    const stored = await this.read(state, turn);
    const isStored = stored.error === null && isSame(stored.token, state.token);
    if (isStored) await this.#options.store.set(learned).catch(() => undefined);
    await this.#cache.adopt(state, learned);
  }

  /** Offers the store again what it refused, unless it was given something else meanwhile. */
  async saveAgain(state: TokenState, turn: LeaseTurn): Promise<void> {
    const { token, unsaved } = state;
    if (token === null || unsaved === null) return;
    const stored = await this.read(state);
    try {
      if (stored.error !== null) throw stored.error;
      if (differs(state, stored.token)) {
        await this.#cache.adopt(state, stored.token);
        return;
      }
      await this.#options.store.set(token);
      turn.stored(token.obtainedAtMs, isReplaced(unsaved.over, token));
      await this.#cache.adopt(state, token);
    } catch {
      unsaved.failures++;
      unsaved.againAtMs = this.#options.clock.now() + pauseAfter(unsaved.failures);
      this.#cache.settle(state);
    }
  }

  /** A refresh token from outside is spent now, and what brought it brings it again: the person is told once. */
  #presetReplaced(state: TokenState, refreshToken: string): void {
    if (state.presetRefreshToken === null || refreshToken === refreshTokenOf(state)) return;
    if (!this.#told.has(state)) this.#options.report?.(presetSpent(state.profile));
    this.#told.add(state);
  }

  notSaved(state: TokenState, thrown: unknown): void {
    const error = asKeyturnError(thrown);
    this.#cache.setError(state, error);
    this.#options.report?.(error);
  }
}

/** True for a token that is kept elsewhere: nothing of it is written, and the store knows nothing of it. */
function isOutside({ preset, profile }: TokenState): boolean {
  return preset || grantOf(profile.grant).keptIn === 'memory';
}

function isReplaced(over: Token | null, { refreshToken }: Pick<Token, 'refreshToken'>): boolean {
  return over !== null && over.refreshToken !== null && over.refreshToken !== refreshToken;
}

function isSpent(stored: Token | null, { spentBeforeMs }: StoredMark): boolean {
  return stored !== null && stored.refreshToken !== null && stored.obtainedAtMs < spentBeforeMs;
}

/** Where another has stored a new refresh token and the store never says so, the old one would end the whole sign-in. */
function behind({ profile: { name } }: TokenState): Stored {
  const message = `The token "${name}" was refreshed elsewhere, and the stored token is the one before.`;
  const hint = 'Reload the window, or run the command again. If it fails again, sign in again.';
  return {
    token: null,
    error: new KeyturnError('store_unavailable', message, { hint, data: { token: name } }),
  };
}

function presetSpent({ name }: TokenProfile): KeyturnError {
  const variable = TOKEN_PREFIX + environmentName(name);
  return new KeyturnError(
    'store_write_failed',
    `The server replaced the refresh token "${name}" of ${variable}. The old one no longer works, and the new one is kept for this run only.`,
    {
      hint: `Unset ${variable} and store a refresh token in the keychain with \`keyturn token add ${name}\`: there the new one replaces it.`,
      data: { token: name },
    },
  );
}

/** What is true when the write of a new token was refused; the store only knows that it wrote nothing. */
function heldInMemory({ name, refreshToken }: Token, over: Token | null, cause: KeyturnError): KeyturnError {
  const stored = isReplaced(over, { refreshToken })
    ? ' The stored token is spent: the server replaced its refresh token.'
    : over === null
      ? ''
      : ' The previous token is still stored.';
  const message = `The new token "${name}" could not be saved: Keyturn keeps it in memory only.${stored}`;
  return new KeyturnError(cause.code, message, {
    cause,
    hint: cause.hint ?? 'Unlock the keychain of your system.',
    data: { token: name },
  });
}
