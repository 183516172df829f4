import { canRefresh, needsSignIn, waitsForPerson } from './refreshable.ts';
import { nextStatusChangeMs, tokenStatus, type TokenTimes } from '../status.ts';
import type { TokenStatus } from '../token.ts';
import type { TokenEntry } from '../manager.ts';
import type { TokenState } from '../tokenState.ts';

/** A token used within this time is refreshed in the background. */
const IN_USE_MS = 60 * 60 * 1000;
/** Tokens that live for seconds are not refreshed all the time. */
const BACKGROUND_PAUSE_MS = 30 * 1000;
/** The share of the lead by which a refresh in the background may come before it. */
const LARGEST_JITTER = 0.25;

/**
 * How long before its end a token counts as expiring. One that can be refreshed gets at most half of its lifetime:
 * with the full lead a token that lives five minutes would be refreshed at each use.
 */
function leadOf(state: TokenState, leadMs: number): number {
  const end = state.token?.expiresAtMs ?? null;
  if (state.token === null || end === null || !canRefresh(state)) return leadMs;
  return Math.min(leadMs, Math.max(0, end - state.token.obtainedAtMs) / 2);
}

export function statusOf(state: TokenState, nowMs: number, leadMs: number): TokenStatus {
  return state.token === null ? 'missing' : tokenStatus(timesOf(state), nowMs, leadOf(state, leadMs));
}

export function isExpired({ token }: TokenState, nowMs: number): boolean {
  // There is no access token, whatever the clock says.
  if (token?.accessToken === '') return true;
  const end = token?.expiresAtMs ?? null;
  return end !== null && end <= nowMs;
}

/** True when the held token can be handed out without asking a server or the person. */
export function isFresh(state: TokenState, nowMs: number, leadMs: number): boolean {
  if (state.token === null || isExpired(state, nowMs)) return false;
  const end = state.token.expiresAtMs;
  return end === null || nowMs < state.retryAtMs || !canRefresh(state) || nowMs < end - leadOf(state, leadMs);
}

/**
 * When a refresh in the background is due, milliseconds since the epoch; null when it is not wanted. A little before
 * the lead begins, at a time that differs from window to window and stays the same for a token: `seed` is the
 * window's own.
 */
export function backgroundRefreshAt(
  state: TokenState,
  nowMs: number,
  leadMs: number,
  seed: number,
): number | null {
  const end = state.token?.expiresAtMs ?? null;
  if (state.token === null || end === null) return null;
  if (state.lastUsedAtMs === null || Math.abs(nowMs - state.lastUsedAtMs) > IN_USE_MS) return null;
  if (state.refreshing || state.retired || !canRefresh(state) || waitsForPerson(state)) return null;
  const jitter = 1 + LARGEST_JITTER * fraction(`${seed} ${state.key} ${state.token.obtainedAtMs}`);
  const dueAtMs = Math.floor(end - leadOf(state, leadMs) * jitter);
  return Math.max(nowMs, dueAtMs, state.retryAtMs, state.token.obtainedAtMs + BACKGROUND_PAUSE_MS);
}

/** When this state has to be looked at again, milliseconds since the epoch; null for never. */
export function nextLookAt(state: TokenState, nowMs: number, leadMs: number, seed: number): number | null {
  const times = [
    state.token === null ? null : nextStatusChangeMs(timesOf(state), nowMs, leadOf(state, leadMs)),
    backgroundRefreshAt(state, nowMs, leadMs, seed),
    state.unsaved?.againAtMs ?? null,
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

export function entryOf(state: TokenState, status: TokenStatus): TokenEntry {
  const { profile, key, token, lastUsedAtMs, lastError, clockSkewMs } = state;
  return {
    profile,
    key,
    token,
    status,
    lastUsedAtMs,
    lastError,
    canRefresh: canRefresh(state),
    needsSignIn: needsSignIn(state),
    clockSkewMs,
  };
}

function timesOf({ token, notBeforeMs }: TokenState): TokenTimes {
  return { expiresAtMs: token?.expiresAtMs ?? null, notBeforeMs };
}

/** A number from 0 to 1 that the text decides (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
