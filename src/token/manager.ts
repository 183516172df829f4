import { asKeyturnError, KeyturnError } from '../errors.ts';
import { SingleFlight } from '../singleFlight.ts';
import { formatDuration } from '../text.ts';
import { HeldTokens, isSame } from './heldTokens.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { checkPasted, issuedToken, pastedToken } from './newToken.ts';
import { obtainToken } from './obtainToken.ts';
import type { TokenProfile } from './profile.ts';
import type { Token } from './token.ts';
import type { AcquiredToken, AcquireOptions, TokenEntry, TokenManager } from './tokenManager.ts';
import { canRefresh, isExpired, isFresh, statusOf, type TokenState } from './tokenState.ts';

/** A use is recorded for other sessions at most this often. */
const RECORD_USE_MS = 60 * 1000;
const FIRST_RETRY_MS = 30 * 1000;
const LONGEST_RETRY_MS = 10 * 60 * 1000;
const MAX_BACKGROUND_REFRESHES = 4;

export function createTokenManager(options: TokenManagerOptions): TokenManager {
  return new Manager(options);
}

/** What the store said when it was asked; `readable` is false when it could not say. */
interface Stored {
  readonly readable: boolean;
  readonly token: Token | null;
}

class Manager implements TokenManager {
  readonly #options: TokenManagerOptions;
  readonly #held: HeldTokens;
  readonly #refreshes = new SingleFlight<Token>();
  readonly #background = new Set<TokenState>();
  #inBackground = 0;

  constructor(options: TokenManagerOptions) {
    this.#options = options;
    this.#held = new HeldTokens(options, (state) => this.#refreshLater(state));
  }

  async acquire(profile: TokenProfile, options: AcquireOptions = {}): Promise<AcquiredToken> {
    if (options.signal?.aborted === true) throw new KeyturnError('cancelled', 'Cancelled.');
    const state = this.#held.state(profile);
    if (!state.loaded) await this.#held.load(state, options.signal);
    const now = this.#options.clock.now();
    const leadMs = this.#options.leadMs();
    const held = state.token;
    const { rejected } = options;
    if (held !== null) {
      const force = options.force === true && (rejected === undefined || rejected === held.accessToken);
      // A pasted token is what it is, even when a refresh is asked for.
      const fixed = !canRefresh(state) && !isExpired(state, now);
      if (fixed || (!force && isFresh(state, now, leadMs))) {
        this.#markUsed(state, now, options);
        const refreshed = rejected !== undefined && rejected !== held.accessToken;
        return { token: held, profile, status: statusOf(state, now, leadMs), refreshed };
      }
    }
    if (!canRefresh(state)) throw state.loadError ?? unusable(state, now);
    return this.#acquireFresh(state, options);
  }

  async add(
    profile: TokenProfile,
    value: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<TokenEntry> {
    const pasted = checkPasted(profile, value);
    this.#options.redactor.register(pasted, profile.name);
    const state = this.#held.state(profile);
    if (profile.grant === 'client_credentials') {
      throw new KeyturnError(
        'usage',
        `The token "${profile.name}" comes from its server: there is nothing to add.`,
        {
          hint: 'Use it in a request, or refresh it.',
        },
      );
    }
    if (profile.grant === 'static') {
      const token = await pastedToken(profile, pasted, this.#options.clock.now());
      await this.#options.store.set(token);
      await this.#held.adopt(state, token);
    } else {
      await this.#held.load(state, options.signal);
      state.waiters++;
      const redeem = (signal: AbortSignal) => this.#redeem(state, pasted, signal);
      await this.#refreshes.run(`add ${state.key}`, redeem, options.signal).finally(() => state.waiters--);
    }
    return this.#held.view(state);
  }

  async peek(profile: TokenProfile): Promise<TokenEntry> {
    const state = this.#held.state(profile);
    if (!state.loaded) await this.#held.load(state);
    return this.#held.view(state);
  }

  async personal(): Promise<TokenEntry[]> {
    return (await this.#held.personal()).map((state) => this.#held.view(state));
  }

  onDidChange(listener: (keys: ReadonlySet<string>) => void): { dispose(): void } {
    return this.#held.changes.listen(listener);
  }

  dispose(): void {
    this.#background.clear();
    this.#refreshes.cancelAll();
    this.#held.dispose();
  }

  async #acquireFresh(state: TokenState, options: AcquireOptions): Promise<AcquiredToken> {
    let refreshed = true;
    let token: Token;
    state.waiters++;
    try {
      token = await this.#refreshes.run(state.key, (signal) => this.#refresh(state, signal), options.signal);
    } catch (error) {
      const usable = state.token !== null && !isExpired(state, this.#options.clock.now());
      if (state.token === null || !usable || options.force === true || KeyturnError.is(error, 'cancelled'))
        throw error;
      token = state.token;
      refreshed = false;
    } finally {
      state.waiters--;
    }
    const now = this.#options.clock.now();
    this.#markUsed(state, now, options);
    const status = statusOf({ ...state, token }, now, this.#options.leadMs());
    return { token, profile: state.profile, status, refreshed };
  }

  async #refresh(state: TokenState, signal: AbortSignal): Promise<Token> {
    state.refreshing = true;
    try {
      const before = await this.#stored(state);
      // Another window may have refreshed it, or a person replaced it.
      const replaced = await this.#adoptNewer(state, before.token);
      if (replaced !== null) return replaced;
      const refreshToken = state.token?.refreshToken ?? state.presetRefreshToken;
      const scope = state.profile.grant === 'refresh_token' ? (state.token?.scope ?? null) : null;
      const token = await this.#obtain(state, { refreshToken, scope }, signal);
      if (!state.preset) return await this.#keep(state, token, before);
      await this.#held.adopt(state, token);
      return token;
    } catch (thrown) {
      const error = asKeyturnError(thrown);
      if (error.code === 'cancelled') throw error;
      // With rotating refresh tokens the second of two windows fails, and finds what the first one got.
      const replaced = await this.#adoptNewer(state, (await this.#stored(state)).token);
      if (replaced !== null) return replaced;
      state.retryAtMs =
        this.#options.clock.now() + Math.min(FIRST_RETRY_MS * 2 ** state.failures, LONGEST_RETRY_MS);
      state.failures++;
      this.#held.setError(state, error);
      throw error;
    } finally {
      state.refreshing = false;
      this.#held.settle(state);
    }
  }

  /** A refresh token that was just pasted: tried, and kept with what it brings. */
  async #redeem(state: TokenState, refreshToken: string, signal: AbortSignal): Promise<Token> {
    const before = await this.#stored(state);
    return this.#keep(state, await this.#obtain(state, { refreshToken, scope: null }, signal), before);
  }

  async #obtain(
    state: TokenState,
    before: { readonly refreshToken: string | null; readonly scope: string | null },
    signal: AbortSignal,
  ): Promise<Token> {
    const notSaved = (error: unknown) => this.#notSaved(state, error);
    const result = await obtainToken(this.#options, state, {
      refreshToken: before.refreshToken,
      reauthenticate: null,
      signal,
      notSaved,
      otherToken: (name) => this.#other(state, name, signal),
    });
    this.#options.redactor.register(result.accessToken, state.profile.name);
    return issuedToken(state.profile, result, before, this.#options.clock.now());
  }

  /** The token of a profile that this one names. */
  async #other(state: TokenState, name: string, signal: AbortSignal): Promise<Token> {
    if (this.#options.findProfile === undefined || name === state.profile.name) {
      throw new KeyturnError(
        'profile_unknown',
        `The token "${state.profile.name}" needs another one: "${name}".`,
      );
    }
    return (await this.acquire(await this.#options.findProfile(name, state.profile), { signal })).token;
  }

  /** Holds and stores a new token, unless the store changed since `before` was read: what was done there wins. */
  async #keep(state: TokenState, token: Token, before: Stored): Promise<Token> {
    const current = await this.#stored(state);
    if (before.token !== null && current.readable && current.token === null) {
      // Removed by a person meanwhile: what waits is served, but nothing comes back to life.
      await this.#held.adopt(state, null);
      return token;
    }
    if (current.token !== null && before.readable && !isSame(current.token, before.token)) {
      await this.#held.adopt(state, current.token);
      return current.token;
    }
    await this.#held.adopt(state, token);
    try {
      await this.#options.store.set(token);
    } catch (error) {
      state.unsaved = true;
      this.#notSaved(state, error);
    }
    return token;
  }

  async #stored(state: TokenState): Promise<Stored> {
    if (state.preset) return { readable: false, token: null };
    try {
      return { readable: true, token: await this.#options.store.get(state.key) };
    } catch {
      return { readable: false, token: null };
    }
  }

  /** The stored token, when it is another than the held one, not older, and fresh. */
  async #adoptNewer(state: TokenState, stored: Token | null): Promise<Token | null> {
    if (stored === null || isSame(stored, state.token)) return null;
    if (state.token !== null && stored.obtainedAtMs < state.token.obtainedAtMs) return null;
    await this.#held.adopt(state, stored);
    return isFresh(state, this.#options.clock.now(), this.#options.leadMs()) ? stored : null;
  }

  #notSaved(state: TokenState, thrown: unknown): void {
    const error = asKeyturnError(thrown);
    this.#held.setError(state, error);
    this.#options.report?.(error);
  }

  #markUsed(state: TokenState, now: number, options: AcquireOptions): void {
    if (options.markUsed === false) return;
    state.lastUsedAtMs = now;
    if (Math.abs(now - state.recordedUseAtMs) < RECORD_USE_MS) return;
    state.recordedUseAtMs = now;
    this.#held.changes.add(state.key);
    this.#options.usage
      .used(state.key, now)
      .catch((error: unknown) => this.#options.report?.(asKeyturnError(error)));
  }

  #refreshLater(state: TokenState): void {
    state.refreshing = true;
    this.#background.add(state);
    if (this.#inBackground < MAX_BACKGROUND_REFRESHES) void this.#refreshInBackground();
  }

  async #refreshInBackground(): Promise<void> {
    this.#inBackground++;
    for (const state of this.#background) {
      this.#background.delete(state);
      if (isFresh(state, this.#options.clock.now(), this.#options.leadMs())) {
        // Somebody refreshed it while it waited for its turn.
        state.refreshing = false;
        this.#held.settle(state);
        continue;
      }
      // Its failure is in the state already, and nobody waits for it.
      await this.#refreshes.run(state.key, (signal) => this.#refresh(state, signal)).catch(() => undefined);
    }
    this.#inBackground--;
  }
}

function unusable({ profile, token }: TokenState, nowMs: number): KeyturnError {
  const data = { token: profile.name };
  const command = `\`keyturn token add ${profile.name}\``;
  const end = token?.expiresAtMs ?? null;
  if (end === null) {
    const what = profile.grant === 'refresh_token' ? 'refresh token' : 'token';
    const hint = `Add it with "Keyturn: Add Token" or ${command}.`;
    return new KeyturnError('token_missing', `No ${what} is stored for "${profile.name}".`, { hint, data });
  }
  const ago = formatDuration(nowMs - end);
  const when = ago === 'now' ? 'just now' : `${ago} ago`;
  const hint = `Add a new one with "Keyturn: Add Token" or ${command}.`;
  return new KeyturnError('token_expired', `The token "${profile.name}" expired ${when}.`, { hint, data });
}
