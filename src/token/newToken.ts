import type { GrantResult } from './grant.ts';
import { KeyturnError } from '../errors.ts';
import { tokenKey } from './key.ts';
import { pastedProfile, type TokenProfile } from './profile.ts';
import type { TokenTimes } from './status.ts';
import type { Token } from './token.ts';

/** Reads the times of a token; the decoder is loaded when the first one is looked at. */
export async function timesInToken(accessToken: string): Promise<TokenTimes> {
  const { decodeToken } = await import('./decode.ts');
  const { expiresAtMs, notBeforeMs } = decodeToken(accessToken);
  return { expiresAtMs, notBeforeMs };
}

/** A token that a person pasted, or that stands in a variable of the environment. */
export async function pastedToken(profile: TokenProfile, accessToken: string, nowMs: number): Promise<Token> {
  const { expiresAtMs } = await timesInToken(accessToken);
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken,
    refreshToken: null,
    idToken: null,
    tokenType: null,
    scope: null,
    expiresAtMs,
    obtainedAtMs: nowMs,
    personal: profile.declaredIn === null ? { origins: profile.origins, sendAs: profile.sendAs } : null,
  };
}

/** A token that a server issued; `before` is the one that is held, whose refresh token stays unless a new one came. */
export async function issuedToken(
  profile: TokenProfile,
  result: GrantResult,
  before: { readonly refreshToken: string | null; readonly scope: string | null },
  nowMs: number,
): Promise<Token> {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: result.accessToken,
    refreshToken: result.refreshToken ?? before.refreshToken,
    idToken: result.idToken,
    tokenType: result.tokenType,
    scope: result.scope ?? before.scope ?? profile.scope,
    expiresAtMs: result.expiresAtMs ?? (await timesInToken(result.accessToken)).expiresAtMs,
    obtainedAtMs: nowMs,
    personal: profile.declaredIn === null ? { origins: profile.origins, sendAs: profile.sendAs } : null,
  };
}

/** The profile of a token that was pasted and is declared nowhere; null for a token of a keyturn.json. */
export function personalProfile(token: Token): TokenProfile | null {
  if (token.personal === null) return null;
  return pastedProfile(token.name, token.personal.origins, token.personal.sendAs);
}

/** Pasted text as a token: the white space around it goes, inside it there is none. Fails with `token_invalid`. */
export function checkPasted(profile: TokenProfile, text: string): string {
  const value = text.trim();
  const fault =
    value === ''
      ? 'is empty'
      : /[\x00-\x1f\x7f]/.test(value)
        ? 'holds a line break or control character'
        : null;
  if (fault === null) return value;
  throw new KeyturnError('token_invalid', `What was given for the token "${profile.name}" ${fault}.`, {
    hint: 'Copy the whole token again, in one line.',
    data: { token: profile.name },
  });
}
