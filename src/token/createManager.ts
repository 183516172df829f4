import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { tokenEvent } from '../base/auditEvent.ts';
import { grantOf, signsIn } from '../profile/grants/all.ts';
import { BackgroundRefreshes } from './refresh/backgroundRefreshes.ts';
import { isOfParent } from './refresh/downScope.ts';
import type { Reauthentication, AcquiredToken, AcquireOptions } from './acquire.ts';
import { TokenCache } from './tokenCache.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { checkPasted, pastedToken } from './newToken.ts';
import { learn } from './learning.ts';
import { refreshingParent } from './downScoped.ts';
import { findOther } from './otherTokens.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { Refresher } from './refresh/refresher.ts';
import { canRefresh, signInNeeded, unusable } from './refresh/refreshable.ts';
import { isStillDeclared } from './stillDeclared.ts';
import type { Token } from './token.ts';
import { TokenPersistence } from './tokenPersistence.ts';
import type { LearnedFacts, TokenEntry, TokenManager } from './manager.ts';
import type { TokenState } from './tokenState.ts';
import { Waits } from './waits.ts';
import { isExpired, isFresh, statusOf } from './refresh/freshness.ts';
import { Turns } from './refresh/turns.ts';

/** A use is recorded for other sessions at most this often. */
const RECORD_USE_MS = 60 * 1000;

export function createTokenManager(options: TokenManagerOptions): TokenManager {
  return new Manager(options);
}

class Manager implements TokenManager {
  readonly #options: TokenManagerOptions;
  readonly #cache: TokenCache;
  readonly #persistence: TokenPersistence;
  readonly #turns: Turns;
  readonly #refresher: Refresher;
  readonly #waits = new Waits();
  readonly #background = new BackgroundRefreshes((state) => this.#refreshInBackground(state));
  readonly #disposed = new AbortController();

  constructor(options: TokenManagerOptions) {
    this.#options = options;
    this.#cache = new TokenCache(options, {
      refreshDue: (state) => this.#background.add(state),
      saveDue: (state) => void this.#saveAgain(state),
    });
    this.#persistence = new TokenPersistence(options, this.#cache);
    this.#turns = new Turns(options.lease ?? null);
    this.#refresher = new Refresher({
      options,
      cache: this.#cache,
      persistence: this.#persistence,
      turns: this.#turns,
      otherToken: (state, name, signal) => this.#otherToken(state, name, signal),
    });
  }

  async acquire(profile: TokenProfile, options: AcquireOptions = {}): Promise<AcquiredToken> {
    if (options.signal?.aborted === true) throw new KeyturnError('cancelled', 'Cancelled.');
    const { neededFor } = options;
    if (neededFor === undefined) return this.#acquireHere(profile, options);
    return this.#waits.during(neededFor, profile, () => this.#acquireHere(profile, options));
  }

  async #acquireHere(profile: TokenProfile, options: AcquireOptions): Promise<AcquiredToken> {
    const { places } = this.#options;
    await places?.require(profile, options);
    const acquired = await this.#acquire(profile, options);
    await places?.obtained(profile, options);
    return acquired;
  }

  async #acquire(profile: TokenProfile, options: AcquireOptions): Promise<AcquiredToken> {
    const state = this.#cache.state(profile);
    if (!state.loaded) await this.#cache.load(state, options.signal);
    const parent = refreshingParent(profile);
    if (parent !== null) return this.#downScope(state, parent, options);
    if (options.reauthenticate !== undefined) return this.#obtainAnew(state, options.reauthenticate, options);
    const now = this.#options.clock.now();
    const leadMs = this.#options.leadMs();
    const held = state.token;
    const { rejected } = options;
    if (held !== null) {
      const force = options.force === true && (rejected === undefined || rejected === held.accessToken);
      // A pasted token is what it is, even when a refresh is asked for.
      const fixed = !canRefresh(state) && !signsIn(profile.grant) && !isExpired(state, now);
      const anew = grantOf(profile.grant).askedAtEachUse && !state.preset;
      if (fixed || (!force && !anew && isFresh(state, now, leadMs))) {
        this.#markUsed(state, now, options);
        const refreshed = rejected !== undefined && rejected !== held.accessToken;
        return { token: held, profile, status: statusOf(state, now, leadMs), refreshed };
      }
    }
    if (!canRefresh(state)) {
      if (!signsIn(profile.grant)) throw state.loadError ?? unusable(state, now);
      // What is stored may be good; what cannot be read as a token is replaced.
      if (state.loadError !== null && !KeyturnError.is(state.loadError, 'store_corrupt'))
        throw state.loadError;
    }
    return this.#refresh(state, options);
  }

  async add(
    profile: TokenProfile,
    value: string,
    options: Pick<AcquireOptions, 'signal' | 'cause'> = {},
  ): Promise<TokenEntry> {
    const pasted = checkPasted(profile, value);
    this.#options.redactor.register(pasted, profile.name);
    const state = this.#cache.state(profile);
    switch (grantOf(profile.grant).pasted) {
      case 'token': {
        const token = await pastedToken(profile, pasted, this.#options.clock.now());
        await this.#persistence.paste(state, token);
        break;
      }
      case 'refresh_token':
        await this.#cache.load(state, options.signal);
        await this.#waiting(state, {}, () => this.#refresher.redeem(state, pasted, options.signal)).catch(
          async (error: unknown) => {
            // A refresh token without the rest is this place's all the same.
            if (state.token?.accessToken === '') await this.#options.places?.added(profile);
            throw error;
          },
        );
        break;
      case null:
        throw new KeyturnError('usage', `There is nothing to add to the token "${profile.name}".`, {
          hint: signsIn(profile.grant) ? 'Sign in instead.' : 'Keyturn obtains it on use.',
        });
    }
    await this.#options.places?.added(profile);
    const added = { name: profile.name, accessToken: state.token?.accessToken ?? null };
    this.#options.audit?.record(tokenEvent('added', added, options.cause ?? 'background'));
    return this.#cache.view(state);
  }

  learn(profile: TokenProfile, accessToken: string, facts: LearnedFacts): Promise<void> {
    const parts = {
      options: this.#options,
      cache: this.#cache,
      persistence: this.#persistence,
      turns: this.#turns,
    };
    return learn(parts, profile, accessToken, facts, this.#disposed.signal);
  }

  release(concerned: (profile: TokenProfile) => boolean): Promise<void> {
    return this.#cache.release(concerned);
  }

  async peek(profile: TokenProfile): Promise<TokenEntry> {
    const state = this.#cache.state(profile);
    if (!state.loaded) await this.#cache.load(state);
    return this.#cache.view(state);
  }

  async personal(name?: string): Promise<TokenEntry[]> {
    return (await this.#cache.personal(name)).map((state) => this.#cache.view(state));
  }

  personalNames(): Promise<ReadonlyMap<string, string>> {
    return this.#cache.personalNames();
  }

  onDidChange(listener: (keys: ReadonlySet<string>) => void): { dispose(): void } {
    return this.#cache.changes.listen(listener);
  }

  finished(): Promise<void> {
    return this.#refresher.finished();
  }

  dispose(): void {
    this.#disposed.abort();
    this.#background.clear();
    this.#refresher.cancelAll();
    this.#cache.dispose();
  }

  /** The token of `# @scope`, as long as it is good; else a new one by the refresh token of the parent token. */
  async #downScope(
    state: TokenState,
    parentProfile: TokenProfile,
    options: AcquireOptions,
  ): Promise<AcquiredToken> {
    const { signal, rejected, force } = options;
    const parent = this.#cache.state(parentProfile);
    if (!parent.loaded) await this.#cache.load(parent, signal);
    // There is no sign-in yet, or no longer: the person is asked for the parent token.
    if (!canRefresh(parent)) await this.acquire(parentProfile, { ...options, force: false });
    const { token } = state;
    const forced = force === true && (rejected === undefined || rejected === token?.accessToken);
    const leadMs = this.#options.leadMs();
    const end = token?.expiresAtMs ?? Infinity;
    if (token !== null && !forced && isOfParent(state, parent)) {
      const lead = Math.min(leadMs, Math.max(0, end - token.obtainedAtMs) / 2);
      if (this.#options.clock.now() < end - lead) {
        return this.#acquired(state, token, options, rejected !== undefined);
      }
    }
    return this.#waiting(state, options, async () =>
      this.#acquired(state, await this.#refresher.downScope(state, parent, signal), options),
    );
  }

  async #refresh(state: TokenState, options: AcquireOptions): Promise<AcquiredToken> {
    const { signal } = options;
    return this.#waiting(state, options, async () => {
      let failure: unknown;
      try {
        return this.#acquired(state, await this.#refresher.refresh(state, signal), options);
      } catch (error) {
        failure = error;
      }
      if (KeyturnError.is(failure, 'cancelled')) throw failure;
      const usable = state.token !== null && !isExpired(state, this.#options.clock.now());
      const anew = grantOf(state.profile.grant).askedAtEachUse && !state.preset;
      if (options.force !== true && !anew && usable && state.token !== null) {
        return this.#acquired(state, state.token, options, false);
      }
      const person = KeyturnError.is(failure, 'sign_in_needed') && this.#options.signIn !== undefined;
      if (!person) throw failure;
      return this.#acquired(state, await this.#refresher.signIn(state, signal), options);
    });
  }

  async #obtainAnew(
    state: TokenState,
    reauthenticate: Reauthentication,
    options: AcquireOptions,
  ): Promise<AcquiredToken> {
    const { profile } = state;
    if (signsIn(profile.grant) && this.#options.signIn === undefined) {
      throw signInNeeded(state, this.#options.clock.now());
    }
    if (grantOf(profile.grant).refresh === 'never') {
      throw new KeyturnError(
        'unsupported',
        `The token "${profile.name}" was pasted: no server issues it to Keyturn.`,
        {
          hint: `Paste another token, or declare in keyturn.json how Keyturn obtains it.`,
          data: { token: profile.name },
        },
      );
    }
    return this.#waiting(state, options, async () =>
      this.#acquired(state, await this.#refresher.obtainAnew(state, reauthenticate, options.signal), options),
    );
  }

  #acquired(state: TokenState, token: Token, options: AcquireOptions, refreshed = true): AcquiredToken {
    const now = this.#options.clock.now();
    this.#markUsed(state, now, options);
    const status = statusOf({ ...state, token }, now, this.#options.leadMs());
    return { token, profile: state.profile, status, refreshed };
  }

  /** A person may be asked only while a caller waits. */
  async #waiting<T>(state: TokenState, { cause }: AcquireOptions, work: () => Promise<T>): Promise<T> {
    state.waiters++;
    if (cause !== undefined) state.cause = cause;
    try {
      return await work();
    } finally {
      state.waiters--;
    }
  }

  async #otherToken(state: TokenState, name: string, signal: AbortSignal): Promise<AcquiredToken> {
    const profile = await findOther(this.#options, state.profile, name);
    const cause = state.cause === null ? {} : { cause: state.cause };
    return this.acquire(profile, { signal, ...cause, neededFor: state.profile });
  }

  #markUsed(state: TokenState, now: number, options: AcquireOptions): void {
    if (options.markUsed === false) return;
    state.lastUsedAtMs = now;
    if (Math.abs(now - state.recordedUseAtMs) < RECORD_USE_MS) return;
    state.recordedUseAtMs = now;
    this.#cache.changes.add(state.key);
    // From now on it is refreshed in the background.
    this.#cache.settle(state);
    this.#options.usage
      .used(state.key, now)
      .catch((error: unknown) => this.#options.report?.(asKeyturnError(error)));
  }

  async #refreshInBackground(state: TokenState): Promise<void> {
    // Refreshed ahead of the lead, so freshness says nothing: what was due when it began to wait still is, unless
    // another token is held by now.
    state.retired = !(await isStillDeclared(this.#options, state.profile));
    state.refreshing = false;
    if (this.#cache.isRefreshDue(state)) {
      // Its failure is in the state already, and no caller waits for it.
      await this.#refresher.refresh(state).catch(() => undefined);
    } else {
      this.#cache.settle(state);
    }
  }

  async #saveAgain(state: TokenState): Promise<void> {
    const save = this.#turns.hold(
      state.key,
      (turn) => this.#persistence.saveAgain(state, turn),
      this.#disposed.signal,
    );
    await save.catch(() => undefined);
  }
}
