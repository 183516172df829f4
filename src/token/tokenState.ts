import type { TokenProfile } from './profile.ts';
import { nextStatusChangeMs, tokenStatus, type TokenTimes } from './status.ts';
import type { Token, TokenStatus } from './token.ts';
import type { TokenEntry } from './tokenManager.ts';

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
  /** The store refused the held token: what it holds is older. */
  unsaved: boolean;
  /** Under way, or waiting for its turn in the background. */
  refreshing: boolean;
  /** Callers who wait for this token now; only then may a person be asked. */
  waiters: number;
}

/** A token used within this time is refreshed in the background. */
const IN_USE_MS = 60 * 60 * 1000;
/** Tokens that live for seconds are not renewed all the time. */
const BACKGROUND_PAUSE_MS = 30 * 1000;
/** Trying again in the background cannot help: a person has to act first. */
const NEEDS_PERSON = new Set([
  'invalid_grant',
  'invalid_client',
  'invalid_scope',
  'secret_missing',
  'untrusted_workspace',
]);

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
    unsaved: false,
    refreshing: false,
    waiters: 0,
  };
}

/** True when a server can be asked for a token without a person pasting anything. */
export function canRefresh({ profile, token, presetRefreshToken }: TokenState): boolean {
  if (profile.grant === 'refresh_token') return (token?.refreshToken ?? presetRefreshToken) !== null;
  return profile.grant !== 'static';
}

/**
 * How long before its end a token counts as expiring. One that can be refreshed gets at most half of its lifetime:
 * with the full lead a token that lives five minutes would be refreshed at each use.
 */
export function leadOf(state: TokenState, leadMs: number): number {
  const end = state.token?.expiresAtMs ?? null;
  if (state.token === null || end === null || !canRefresh(state)) return leadMs;
  return Math.min(leadMs, Math.max(0, end - state.token.obtainedAtMs) / 2);
}

export function statusOf(state: TokenState, nowMs: number, leadMs: number): TokenStatus {
  return state.token === null ? 'missing' : tokenStatus(timesOf(state), nowMs, leadOf(state, leadMs));
}

export function isExpired({ token }: TokenState, nowMs: number): boolean {
  const end = token?.expiresAtMs ?? null;
  return end !== null && end <= nowMs;
}

/** True when the held token can be handed out without asking anybody. */
export function isFresh(state: TokenState, nowMs: number, leadMs: number): boolean {
  if (state.token === null || isExpired(state, nowMs)) return false;
  const end = state.token.expiresAtMs;
  return end === null || nowMs < state.retryAtMs || !canRefresh(state) || nowMs < end - leadOf(state, leadMs);
}

/** When a refresh in the background is due, milliseconds since the epoch; null when it is not wanted. */
export function backgroundRefreshAt(state: TokenState, nowMs: number, status: TokenStatus): number | null {
  if (status !== 'expiring' && status !== 'expired') return null;
  if (state.lastUsedAtMs === null || Math.abs(nowMs - state.lastUsedAtMs) > IN_USE_MS) return null;
  if (state.refreshing || !canRefresh(state)) return null;
  if (state.lastError !== null && NEEDS_PERSON.has(state.lastError.code)) return null;
  return Math.max(nowMs, state.retryAtMs, (state.token?.obtainedAtMs ?? 0) + BACKGROUND_PAUSE_MS);
}

/** When this state has to be looked at again, milliseconds since the epoch; null for never. */
export function nextLookAt(state: TokenState, nowMs: number, leadMs: number): number | null {
  const change =
    state.token === null ? null : nextStatusChangeMs(timesOf(state), nowMs, leadOf(state, leadMs));
  const refresh = backgroundRefreshAt(state, nowMs, statusOf(state, nowMs, leadMs));
  if (change === null || refresh === null) return change ?? refresh;
  return Math.min(change, refresh);
}

export function entryOf(state: TokenState, status: TokenStatus): TokenEntry {
  const { profile, key, token, lastUsedAtMs, lastError } = state;
  return { profile, key, token, status, lastUsedAtMs, lastError, canRefresh: canRefresh(state) };
}

function timesOf({ token, notBeforeMs }: TokenState): TokenTimes {
  return { expiresAtMs: token?.expiresAtMs ?? null, notBeforeMs };
}
