import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { SingleFlight } from '../base/singleFlight.ts';
import { Changes } from '../base/changes.ts';
import { grantOf, mayBeStored } from '../profile/grants/all.ts';
import { readTokenKey, secretKey, secretKindOf, tokenKey } from '../profile/key.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import { checkPasted, pastedToken, personalProfile, startOf } from './newToken.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { registerToken } from './registerToken.ts';
import { Schedule } from './refresh/schedule.ts';
import type { Token, TokenStatus } from './token.ts';
import type { TokenEntry } from './manager.ts';
import { newTokenState, type TokenState } from './tokenState.ts';
import { backgroundRefreshAt, entryOf, nextLookAt, statusOf } from './refresh/freshness.ts';

/** What the passing of time asks for. */
export interface TimeEvents {
  /** A token in use should be refreshed in the background. */
  refreshDue(state: TokenState): void;
  /** What the store refused should be offered to it again. */
  saveDue(state: TokenState): void;
}

/** Of thousands of tokens, this many are read at once: others want something of the store too. */
const READ_AT_ONCE = 100;

/**
 * The tokens that are held in memory: read from the store once, kept in step with what other windows write, and
 * watched over time. Knows nothing of servers.
 */
export class TokenCache {
  readonly changes = new Changes();
  readonly #options: TokenManagerOptions;
  readonly #events: TimeEvents;
  /** This window's own, so that windows do not refresh at the same moment. */
  readonly #seed = Math.random();
  readonly #states = new Map<string, TokenState>();
  readonly #loads = new SingleFlight<void>();
  readonly #schedule: Schedule;
  readonly #subscription: { dispose(): void };
  #personalNames: Promise<Map<string, string>> | null = null;

  constructor(options: TokenManagerOptions, events: TimeEvents) {
    this.#options = options;
    this.#events = events;
    this.#schedule = new Schedule(options.clock, (keys) => this.#due(keys));
    this.#subscription = options.store.onDidChange((key) => void this.#storeChanged(key));
  }

  state(profile: TokenProfile): TokenState {
    const key = tokenKey(profile);
    let state = this.#states.get(key);
    if (state === undefined) this.#states.set(key, (state = newTokenState(key, profile)));
    state.profile = profile;
    state.retired = false;
    return state;
  }

  /** Reads the store into the state. A failure is kept there: a token that is obtained may not need the store. */
  load(state: TokenState, signal?: AbortSignal): Promise<void> {
    return this.#loads.run(state.key, () => this.#read(state), signal);
  }

  view(state: TokenState): TokenEntry {
    return entryOf(state, this.settle(state));
  }

  /** Makes this the held token: from the store, from another window, from a server. */
  async adopt(state: TokenState, token: Token | null): Promise<void> {
    const notBeforeMs = token === null ? null : await startOf(state.profile, token, state.clockSkewMs);
    if (token !== null) registerToken(this.#options.redactor, state.profile, token);
    const before = state.token;
    if (!isEqual(before, token) || state.lastError !== null) this.changes.add(state.key);
    if (before?.refreshToken !== token?.refreshToken) state.signInEnded = false;
    state.token = token;
    state.notBeforeMs = notBeforeMs;
    state.loaded = true;
    state.loadError = null;
    state.unsaved = null;
    state.lastError = null;
    state.failures = 0;
    state.retryAtMs = -Infinity;
    state.signInAgainAtMs = -Infinity;
    this.settle(state);
  }

  /** Brings the told status up to date and sets the next look at it. */
  settle(state: TokenState): TokenStatus {
    const now = this.#options.clock.now();
    const leadMs = this.#options.leadMs();
    const status = statusOf(state, now, leadMs);
    if (status !== state.status) {
      state.status = status;
      this.changes.add(state.key);
    }
    this.#schedule.set(state.key, nextLookAt(state, now, leadMs, this.#seed));
    return status;
  }

  isRefreshDue(state: TokenState): boolean {
    const now = this.#options.clock.now();
    const refreshAt = backgroundRefreshAt(state, now, this.#options.leadMs(), this.#seed);
    return refreshAt !== null && refreshAt <= now;
  }

  /** Lets go of the tokens of these profiles, which the next use then asks their source for. */
  async release(concerned: (profile: TokenProfile) => boolean): Promise<void> {
    const released = [...this.#states.values()].filter(
      ({ loaded, preset, profile }) => loaded && !preset && concerned(profile),
    );
    await Promise.all(released.map((state) => this.adopt(state, null)));
  }

  setError(state: TokenState, error: KeyturnError | null): void {
    state.lastError = error && { code: error.code, message: this.#options.redactor.mask(error.message) };
    this.changes.add(state.key);
  }

  /** States of pasted tokens that no keyturn.json declares; with a name, only of those. */
  async personal(name?: string): Promise<TokenState[]> {
    const names = await this.#listPersonal();
    const keys = [...names.keys()].filter((key) => name === undefined || names.get(key) === name);
    const states: TokenState[] = [];
    for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
      const some = keys.slice(at, at + READ_AT_ONCE);
      await Promise.all(some.map((key) => this.#readPersonal(key, names)));
      for (const key of some) {
        const state = this.#states.get(key);
        if (state !== undefined && names.has(key)) states.push(state);
      }
    }
    return states;
  }

  /** Names by key, as far as keys tell them. */
  personalNames(): Promise<ReadonlyMap<string, string>> {
    return this.#listPersonal();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#schedule.dispose();
    this.#loads.cancelAll();
    this.changes.clear();
  }

  async #read(state: TokenState): Promise<void> {
    const { preset, store, usage } = this.#options;
    state.lastUsedAtMs ??= await usage.lastUsedAtMs(state.key).catch(() => null);
    try {
      // A token that is given from outside has the scope that it has.
      const given = state.profile.parent === undefined ? (preset?.token(state.profile) ?? null) : null;
      if (given === null) {
        await this.adopt(state, mayBeStored(state.profile.grant) ? await store.get(state.key) : null);
      } else await this.#adoptPreset(state, checkPasted(state.profile, given));
    } catch (thrown) {
      const error = asKeyturnError(thrown);
      state.loadError = error;
      this.setError(state, error);
      this.settle(state);
    }
  }

  async #adoptPreset(state: TokenState, value: string): Promise<void> {
    const { redactor, clock } = this.#options;
    const { profile } = state;
    redactor.register(value, profile.name);
    state.preset = true;
    const refreshes = grantOf(profile.grant).pasted === 'refresh_token';
    if (refreshes) state.presetRefreshToken = value;
    await this.adopt(state, refreshes ? null : await pastedToken(profile, value, clock.now()));
  }

  async #storeChanged(key: string): Promise<void> {
    if (secretKindOf(key) !== null) {
      this.#secretChanged(key);
      return;
    }
    const state = this.#states.get(key);
    if (state?.preset === true || (state === undefined && this.#personalNames === null)) return;
    try {
      const stored = await this.#options.store.get(key);
      // What was not asked for yet is read on the first call.
      const known = state !== undefined && (state.loaded || state.loadError !== null);
      if (known && (state.loadError !== null || differs(state, stored))) await this.adopt(state, stored);
      if (this.#personalNames !== null) await this.#relist(await this.#personalNames, key, stored);
    } catch (error) {
      // The token that is held serves on.
      this.#options.report?.(asKeyturnError(error));
    }
  }

  /** With another secret, what failed may succeed. */
  #secretChanged(key: string): void {
    for (const state of this.#states.values()) {
      if (state.lastError === null || !needsSecret(state, key)) continue;
      state.retryAtMs = -Infinity;
      this.setError(state, null);
      this.settle(state);
    }
  }

  #listPersonal(): Promise<Map<string, string>> {
    this.#personalNames ??= this.#readNames().catch((error: unknown) => {
      this.#personalNames = null;
      throw error;
    });
    return this.#personalNames;
  }

  async #readNames(): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (const key of await this.#options.store.keys()) {
      const told = readTokenKey(key);
      if (told?.pasted === true) names.set(key, told.name);
    }
    return names;
  }

  /** What turns out not to be a personal token, or cannot be read as one, leaves the list. */
  async #readPersonal(key: string, names: Map<string, string>): Promise<void> {
    const held = this.#states.get(key);
    if (held?.loaded === true && !held.preset) {
      if (held.token?.personal == null) names.delete(key);
      return;
    }
    try {
      const stored = await this.#options.store.get(key);
      if (stored === null || !(await this.#adoptPersonal(stored))) names.delete(key);
    } catch (error) {
      if (!KeyturnError.is(error, 'store_corrupt')) throw error;
      names.delete(key);
      this.#options.report?.(error);
    }
  }

  /** A token came, went, or became another. */
  async #relist(names: Map<string, string>, key: string, stored: Token | null): Promise<void> {
    const isPersonal = stored !== null && (await this.#adoptPersonal(stored));
    if (isPersonal === names.has(key)) return;
    if (isPersonal) names.set(key, stored.name);
    else names.delete(key);
    this.changes.add(key);
  }

  /** False for a token of a keyturn.json. */
  async #adoptPersonal(token: Token): Promise<boolean> {
    const profile = personalProfile(token);
    if (profile === null || tokenKey(profile) !== token.key) return false;
    const state = this.#states.get(token.key) ?? this.state(profile);
    if (state.loaded) return true;
    state.lastUsedAtMs ??= await this.#options.usage.lastUsedAtMs(state.key).catch(() => null);
    await this.adopt(state, token);
    return true;
  }

  #due(keys: readonly string[]): void {
    for (const key of keys) {
      const state = this.#states.get(key);
      if (state === undefined) continue;
      const now = this.#options.clock.now();
      if (this.isRefreshDue(state)) this.#events.refreshDue(state);
      if (state.unsaved !== null && state.unsaved.againAtMs <= now) this.#events.saveDue(state);
      this.settle(state);
    }
  }
}

function needsSecret({ profile }: TokenState, key: string): boolean {
  const kind = secretKindOf(key);
  return kind !== null && secretKey(kind, profile) === key;
}

/** The same token, whatever was learned of it since. */
export function isSame(a: Token | null, b: Token | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.accessToken === b.accessToken && a.refreshToken === b.refreshToken && a.obtainedAtMs === b.obtainedAtMs
  );
}

/** True when the store holds something else than the state, and not just what it kept of a refused write. */
export function differs(state: TokenState, stored: Token | null): boolean {
  return state.unsaved === null ? !isEqual(stored, state.token) : !isSame(stored, state.unsaved.over);
}

function isEqual(a: Token | null, b: Token | null): boolean {
  return isSame(a, b) && a?.expiresAtMs === b?.expiresAtMs && a?.scope === b?.scope;
}
