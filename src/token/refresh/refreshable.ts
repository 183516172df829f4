import { KeyturnError } from '../../base/errors.ts';
import { formatDuration } from '../../base/text.ts';
import { grantOf, signsIn } from '../../profile/grants/all.ts';
import type { TokenState } from '../tokenState.ts';

/** Trying again in the background cannot help: a person has to act first. */
const NEEDS_PERSON = new Set([
  'sign_in_needed',
  'authorization_failed',
  'access_denied',
  'receiver_not_allowed',
  'device_code_expired',
  'id_token_mismatch',
  'account_unavailable',
  'command_refused',
  'confirmation_needed',
  'request_not_found',
  'key_invalid',
  'invalid_grant',
  'invalid_client',
  'invalid_scope',
  'profile_unknown',
  'profile_invalid',
  'secret_missing',
  'unsupported',
  'untrusted_workspace',
]);

/** True when a new token needs no person: no pasting, no sign-in. */
export function canRefresh(state: TokenState): boolean {
  const { refresh, signIn } = grantOf(state.profile.grant);
  if (refresh === 'never') return false;
  if (signIn !== null) return !state.signInEnded && refreshTokenOf(state) !== null;
  return refresh !== 'refresh_token_only' || refreshTokenOf(state) !== null;
}

/** True when the next token needs a person in a browser. */
export function needsSignIn(state: TokenState): boolean {
  return signsIn(state.profile.grant) && !canRefresh(state);
}

export function refreshTokenOf({ token, presetRefreshToken }: TokenState): string | null {
  return token?.refreshToken ?? presetRefreshToken;
}

export function waitsForPerson({ lastError }: TokenState): boolean {
  return lastError !== null && NEEDS_PERSON.has(lastError.code);
}

/** Why there is no token to hand out, and what the person can do. */
export function unusable(state: TokenState, nowMs: number): KeyturnError {
  const { profile, token } = state;
  if (signsIn(profile.grant)) return signInNeeded(state, nowMs);
  const data = { token: profile.name };
  const command = `\`keyturn token add ${profile.name}\``;
  const end = token?.expiresAtMs ?? null;
  if (end === null) {
    const what = grantOf(profile.grant).pasted === 'refresh_token' ? 'refresh token' : 'token';
    const hint = `Add it with "Keyturn: Add Token" or ${command}.`;
    return new KeyturnError('token_missing', `No ${what} is stored for "${profile.name}".`, { hint, data });
  }
  const ago = formatDuration(nowMs - end);
  const when = ago === 'now' ? 'just now' : `${ago} ago`;
  const hint = `Add a new one with "Keyturn: Add Token" or ${command}.`;
  return new KeyturnError('token_expired', `The token "${profile.name}" expired ${when}.`, { hint, data });
}

/** `cause`: what the server said of the refresh token. */
export function signInNeeded(state: TokenState, nowMs: number, cause?: KeyturnError): KeyturnError {
  const { name } = state.profile;
  const message = state.signInEnded
    ? `The server rejected the refresh token of "${name}".`
    : state.token === null
      ? `You have not signed in for the token "${name}".`
      : (state.token.expiresAtMs ?? Infinity) <= nowMs
        ? `The token "${name}" has expired; a new one needs a sign-in.`
        : `A new token "${name}" needs a sign-in.`;
  return new KeyturnError('sign_in_needed', message, {
    cause,
    hint: `Sign in with "Keyturn: Sign In" or \`keyturn token login ${name}\`.`,
    data: { token: name },
  });
}
