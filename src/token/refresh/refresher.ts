import { asKeyturnError, KeyturnError } from '../../base/errors.ts';
import { SingleFlight } from '../../base/singleFlight.ts';
import { grantOf, signsIn } from '../../profile/grants/all.ts';
import { type AttemptParts, attemptToken } from './attempt.ts';
import type { Attempt } from '../obtainToken.ts';
import { downScope } from './downScope.ts';
import type { Reauthentication } from '../acquire.ts';
import { type TokenCache, isSame } from '../tokenCache.ts';
import { type LeaseTurn, noTurn } from './lease.ts';
import { nothingBefore, refreshTokenAlone } from '../newToken.ts';
import { canRefresh, refreshTokenOf, signInNeeded, unusable } from './refreshable.ts';
import type { Token } from '../token.ts';
import { pauseAfter, type Stored } from '../tokenPersistence.ts';
import type { TokenState } from '../tokenState.ts';
import { isFresh } from './freshness.ts';
import type { Turns } from './turns.ts';

/** After a sign-in that was given up, the requests that come next do not open the browser again for so long. */
const SIGN_IN_PAUSE_MS = 5_000;

export interface RefresherParts extends AttemptParts {
  readonly cache: TokenCache;
  readonly turns: Turns;
}

/**
 * Gets new tokens, one at a time for each key. The order of a refresh, so that a crash at any point loses nothing that
 * the server has not already taken:
 *
 * 1. wait for the turn (the lease): from here on no other window or process refreshes this token;
 * 2. read the store again, and be content with what another stored meanwhile;
 * 3. send the refresh token. A server that rotates takes it now; from here to step 5 nothing is cancelled;
 * 4. read the store again: what a person pasted or removed meanwhile wins;
 * 5. store the new token: from here on a crash loses nothing again;
 * 6. hold it in memory, where requests find it, and give the turn back.
 */
export class Refresher {
  readonly #parts: RefresherParts;
  readonly #refreshes = new SingleFlight<Token>();
  readonly #signIns = new SingleFlight<Token>();
  /** Refreshes whose refresh token the server may have taken already. */
  readonly #spending = new Set<Promise<unknown>>();

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  /** A new token without a person in a browser; one flight for all who ask together. */
  refresh(state: TokenState, signal?: AbortSignal): Promise<Token> {
    return this.#refreshes.run(state.key, (shared) => this.#inTurn(state, null, shared), signal);
  }

  /** A new token though the held one may be fresh. */
  obtainAnew(state: TokenState, reauthenticate: Reauthentication, signal?: AbortSignal): Promise<Token> {
    const { scope, acrValues, maxAge } = reauthenticate;
    const key = JSON.stringify([state.key, scope, acrValues, maxAge]);
    const work = (shared: AbortSignal) =>
      signsIn(state.profile.grant)
        ? this.#signIn(state, reauthenticate, shared)
        : this.#inTurn(state, reauthenticate, shared);
    return this.#signIns.run(key, work, signal);
  }

  /** Sends the person to the browser. Fails with `sign_in_needed` right after one who gave up. */
  signIn(state: TokenState, signal?: AbortSignal): Promise<Token> {
    const now = this.#parts.options.clock.now();
    if (now < state.signInAgainAtMs) return Promise.reject(signInNeeded(state, now));
    return this.#signIns.run(state.key, (shared) => this.#signIn(state, null, shared), signal);
  }

  /**
   * A refresh token that was just pasted: tried, and kept with what it brings. Where a server replaces it and sends no
   * access token, the new one is stored all the same: the one that was pasted is spent.
   */
  redeem(state: TokenState, refreshToken: string, signal?: AbortSignal): Promise<Token> {
    const { turns } = this.#parts;
    const work = (shared: AbortSignal) =>
      turns.hold(state.key, (turn) => this.#redeemNow(state, refreshToken, turn), shared);
    return this.#refreshes.run(`add ${state.key}`, work, signal);
  }

  async #redeemNow(state: TokenState, refreshToken: string, turn: LeaseTurn): Promise<Token> {
    const { options, cache, persistence } = this.#parts;
    const known: { before: Stored; isReplaced: boolean } = {
      before: await persistence.read(state, turn),
      isReplaced: false,
    };
    const attempt: Attempt = {
      before: { ...nothingBefore, refreshToken },
      reauthenticate: null,
      maySignIn: false,
      signal: neverAborted,
      stillCurrent: () => Promise.resolve(),
      rotated: async (replaced, receivers) => {
        const alone = refreshTokenAlone(state.profile, replaced, receivers, options.clock.now());
        known.before = { token: await persistence.keep(state, alone, known.before, turn), error: null };
        known.isReplaced = true;
      },
    };
    try {
      return await this.#untilDone(async () =>
        persistence.keep(state, await attemptToken(this.#parts, state, attempt), known.before, turn),
      );
    } catch (thrown) {
      const error = asKeyturnError(thrown);
      if (!known.isReplaced) throw error;
      cache.setError(state, error);
      throw state.unsaved === null ? replacedAndStored(error) : error;
    }
  }

  /** A token with less scope, by the refresh token of the parent token. */
  downScope(state: TokenState, parent: TokenState, signal?: AbortSignal): Promise<Token> {
    const { cache, persistence, turns } = this.#parts;
    const stillCurrent = () => Promise.resolve();
    const obtain = (of: TokenState, refreshToken: string, turn: LeaseTurn) => {
      const { idToken = null, receivers } = parent.token ?? {};
      const before = {
        ...nothingBefore,
        refreshToken,
        idToken,
        ...(receivers === undefined ? {} : { receivers }),
      };
      const rest = { reauthenticate: null, maySignIn: false, signal: neverAborted };
      // A refresh token that comes back is the parent's.
      const rotated = async (replaced: string, receivers?: readonly string[]) => {
        await persistence.rotate(parent, refreshToken, replaced, receivers, turn);
      };
      return attemptToken(this.#parts, of, { before, ...rest, stillCurrent, rotated });
    };
    const work = (shared: AbortSignal) =>
      turns.hold(
        parent.key,
        (turn) =>
          this.#untilDone(() =>
            downScope(
              { cache, persistence, obtain: (of, refreshToken) => obtain(of, refreshToken, turn) },
              state,
              parent,
              turn,
            ),
          ),
        shared,
      );
    const flight = this.#refreshes.run(state.key, work, signal);
    return flight.catch((thrown: unknown) => {
      const error = asKeyturnError(thrown);
      if (error.code !== 'cancelled') cache.setError(state, error);
      // What the server says of the refresh token is said of the parent token.
      throw KeyturnError.is(error, 'invalid_grant', 'sign_in_needed') ? this.#failed(parent, error) : error;
    });
  }

  async finished(): Promise<void> {
    await Promise.allSettled([...this.#spending]);
  }

  /** Cancels what a server has not taken anything for. */
  cancelAll(): void {
    this.#refreshes.cancelAll();
    this.#signIns.cancelAll();
  }

  async #inTurn(
    state: TokenState,
    reauthenticate: Reauthentication | null,
    signal: AbortSignal,
  ): Promise<Token> {
    const { cache, turns } = this.#parts;
    const asked = state.token;
    state.refreshing = true;
    try {
      const work = (turn: LeaseTurn) => this.#refreshNow(state, asked, reauthenticate, turn, signal);
      // What is kept elsewhere is asked for by each window itself: there is nothing to share.
      if (grantOf(state.profile.grant).keptIn === 'memory') return await work(noTurn);
      return await turns.hold(state.key, work, signal);
    } finally {
      state.refreshing = false;
      cache.settle(state);
    }
  }

  /** `asked`: the token that was held when a new one was asked for. */
  async #refreshNow(
    state: TokenState,
    asked: Token | null,
    reauthenticate: Reauthentication | null,
    turn: LeaseTurn,
    signal: AbortSignal,
  ): Promise<Token> {
    const { persistence } = this.#parts;
    const stored = await persistence.read(state, turn);
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.');
    const replaced = await this.#takeStored(state, stored, asked);
    if (replaced !== null && reauthenticate === null) return replaced;
    if (!canRefresh(state)) throw stored.error ?? unusable(state, this.#parts.options.clock.now());
    const current: { superseded: boolean; rotated: Token | null } = { superseded: false, rotated: null };
    try {
      const refreshToken = refreshTokenOf(state);
      // What cannot be read may have been replaced, and what is spent twice ends the whole sign-in.
      if (refreshToken !== null && stored.error !== null && state.unsaved === null) throw stored.error;
      const ofHeld = refreshToken === null ? nothingBefore : (state.token ?? nothingBefore);
      const attempt: Attempt = {
        before: { ...ofHeld, refreshToken },
        reauthenticate,
        // A sign-in takes minutes, and others wait for the turn.
        maySignIn: false,
        // Once it may be with the server, its answer is wanted even if no caller waits any more.
        signal: refreshToken === null ? signal : neverAborted,
        stillCurrent: async () => {
          const now = await persistence.read(state);
          current.superseded = now.error === null && !isSame(now.token, current.rotated ?? stored.token);
          if (current.superseded) throw new KeyturnError('cancelled', 'The token was replaced meanwhile.');
        },
        rotated: async (replaced, receivers) => {
          current.rotated = await persistence.rotate(state, refreshToken, replaced, receivers, turn);
        },
      };
      const work = async () => {
        const token = await attemptToken(this.#parts, state, attempt);
        const before = current.rotated === null ? stored : { token: current.rotated, error: null };
        return persistence.keep(state, token, before, turn);
      };
      return await (refreshToken === null ? work() : this.#untilDone(work));
    } catch (thrown) {
      if (current.superseded) return this.#refreshNow(state, asked, reauthenticate, turn, signal);
      const error = asKeyturnError(thrown);
      if (error.code === 'cancelled') throw error;
      // One who does not share the lease may have been quicker with a refresh token that is good only once.
      const theirs = await this.#takeStored(state, await persistence.read(state), current.rotated ?? asked);
      if (theirs !== null && reauthenticate === null) return theirs;
      throw this.#failed(state, error);
    }
  }

  /** What is stored or held by now, if it is another token than the one that was held, and fresh. */
  async #takeStored(state: TokenState, stored: Stored, asked: Token | null): Promise<Token | null> {
    const { options, persistence } = this.#parts;
    await persistence.adopt(state, stored);
    const { token } = state;
    if (token === null || isSame(token, asked)) return null;
    return isFresh(state, options.clock.now(), options.leadMs()) ? token : null;
  }

  async #signIn(
    state: TokenState,
    reauthenticate: Reauthentication | null,
    signal: AbortSignal,
  ): Promise<Token> {
    const { options, cache, persistence, turns } = this.#parts;
    if (options.signIn === undefined) throw signInNeeded(state, options.clock.now());
    state.refreshing = true;
    try {
      const stillCurrent = () => Promise.resolve();
      const attempt: Attempt = {
        before: nothingBefore,
        reauthenticate,
        maySignIn: true,
        signal,
        stillCurrent,
        rotated: () => Promise.resolve(),
      };
      const token = await attemptToken(this.#parts, state, attempt);
      // Without a person's time in it: a refresh of the old token meanwhile is done, or finds this one.
      await turns.hold(
        state.key,
        (turn) =>
          this.#untilDone(async () => {
            const { token: over } = await persistence.read(state);
            await persistence.write(state, token, over, turn);
          }),
        neverAborted,
      );
      return token;
    } catch (thrown) {
      const error = asKeyturnError(thrown);
      state.signInAgainAtMs = options.clock.now() + SIGN_IN_PAUSE_MS;
      if (error.code !== 'cancelled') cache.setError(state, error);
      throw error;
    } finally {
      state.refreshing = false;
      cache.settle(state);
    }
  }

  /** Takes note of a failure, and says it in the words that fit. */
  #failed(state: TokenState, error: KeyturnError): KeyturnError {
    const { options, cache } = this.#parts;
    const now = options.clock.now();
    let told = error;
    if (signsIn(state.profile.grant) && KeyturnError.is(error, 'invalid_grant', 'sign_in_needed')) {
      state.signInEnded = refreshTokenOf(state) !== null;
      told = signInNeeded(state, now, error);
    }
    state.retryAtMs = now + pauseAfter(state.failures);
    state.failures++;
    cache.setError(state, told);
    return told;
  }

  async #untilDone<T>(work: () => Promise<T>): Promise<T> {
    const promise = work();
    this.#spending.add(promise);
    try {
      return await promise;
    } finally {
      this.#spending.delete(promise);
    }
  }
}

const neverAborted = new AbortController().signal;

/** What was missing, and that nothing was lost by it. */
function replacedAndStored({ code, message, data, cause }: KeyturnError): KeyturnError {
  return new KeyturnError(
    code,
    `${message} The server replaced the refresh token that you pasted; the new one is stored.`,
    { cause, hint: 'Refresh the token to try again.', data },
  );
}
