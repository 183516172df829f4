import type { TokenProfile } from '../profile/profile.ts';
import type { Token, TokenStatus } from './token.ts';
import type { TokenEntry } from './manager.ts';

/** What the manager knows of one key. */
export interface TokenState {
  readonly key: string;
  /** As last asked for. */
  profile: TokenProfile;
  token: Token | null;
  notBeforeMs: number | null;
  /** A value from outside the store, such as an environment variable; nothing of it is written anywhere. */
  preset: boolean;
  /** A refresh token from outside the store. */
  presetRefreshToken: string | null;
  loaded: boolean;
  loadError: Error | null;
  /** Status as it was last told. */
  status: TokenStatus;
  lastUsedAtMs: number | null;
  /** The use that was last recorded for other sessions. */
  recordedUseAtMs: number;
  lastError: TokenEntry['lastError'];
  failures: number;
  /** Until then a failed refresh is not tried again while the old token is valid. */
  retryAtMs: number;
  /** The server refused the refresh token that is held: a person has to sign in. */
  signInEnded: boolean;
  /** Until then Keyturn opens no browser unasked: the last sign-in was given up, or failed. */
  signInAgainAtMs: number;
  /** How far this computer's clock is ahead of the server's, milliseconds; null when unknown. */
  clockSkewMs: number | null;
  /** Set while the store has refused the held token. */
  unsaved: Unsaved | null;
  /** Its profile was taken out or changed: nothing is refreshed in the background until a request uses it again. */
  retired: boolean;
  /** Under way, or waiting for its turn in the background. */
  refreshing: boolean;
  /** Callers who wait for this token now; only then may a person be asked. */
  waiters: number;
  /** What made the last of them ask, for the audit. */
  cause: string | null;
}

/** A token that the store refused. */
export interface Unsaved {
  /** What the store holds instead. */
  readonly over: Token | null;
  failures: number;
  /** When to try again, milliseconds since the epoch. */
  againAtMs: number;
}

export function newTokenState(key: string, profile: TokenProfile): TokenState {
  return {
    key,
    profile,
    token: null,
    notBeforeMs: null,
    preset: false,
    presetRefreshToken: null,
    loaded: false,
    loadError: null,
    status: 'missing',
    lastUsedAtMs: null,
    recordedUseAtMs: -Infinity,
    lastError: null,
    failures: 0,
    retryAtMs: -Infinity,
    signInEnded: false,
    signInAgainAtMs: -Infinity,
    clockSkewMs: null,
    unsaved: null,
    retired: false,
    refreshing: false,
    waiters: 0,
    cause: null,
  };
}
