import type { GrantResult } from './grant.ts';
import { KeyturnError } from '../base/errors.ts';
import { tokenKey } from '../profile/key.ts';
import { grantOf } from '../profile/grants/all.ts';
import { pastedProfile, type TokenProfile } from '../profile/profile.ts';
import type { TokenTimes } from './status.ts';
import type { Token } from './token.ts';

/** Times that stand in a token, by its issuer's clock. */
interface WrittenTimes extends TokenTimes {
  readonly issuedAtMs: number | null;
}

/** Reads the times of a token; the decoder is loaded when the first one is looked at. */
async function timesInToken(accessToken: string): Promise<WrittenTimes> {
  const { decodeToken } = await import('../inspect/decode.ts');
  const { expiresAtMs, notBeforeMs, issuedAtMs } = decodeToken(accessToken);
  return { expiresAtMs, notBeforeMs, issuedAtMs };
}

/**
 * From when on a token counts, by this computer's clock. One that was valid when it was issued is valid since it is
 * here, whatever the clocks say.
 */
export async function startOf(
  { grant }: TokenProfile,
  { accessToken }: Token,
  clockSkewMs: number | null,
): Promise<number | null> {
  const { notBeforeMs, issuedAtMs } = await timesInToken(accessToken);
  if (notBeforeMs === null || grantOf(grant).from === 'person') return notBeforeMs;
  return issuedAtMs !== null && notBeforeMs <= issuedAtMs ? null : notBeforeMs + (clockSkewMs ?? 0);
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

/** A refresh token that replaced the one that was sent, without the access token that should have come with it. */
export function refreshTokenAlone(
  profile: TokenProfile,
  refreshToken: string,
  receivers: readonly string[] | undefined,
  nowMs: number,
): Token {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: '',
    refreshToken,
    idToken: null,
    tokenType: null,
    scope: null,
    expiresAtMs: nowMs,
    obtainedAtMs: nowMs,
    ...(receivers === undefined ? {} : { receivers }),
    personal: profile.declaredIn === null ? { origins: profile.origins, sendAs: profile.sendAs } : null,
  };
}

/** What stays of the token that is held when a new one is issued by its refresh token. */
export type TokenBefore = Pick<Token, 'refreshToken' | 'scope' | 'idToken' | 'receivers'>;

export const nothingBefore: TokenBefore = { refreshToken: null, scope: null, idToken: null };

/** A token that was issued just now; `clockSkewMs`: how far this computer's clock is ahead of the server's. */
export async function issuedToken(
  profile: TokenProfile,
  result: GrantResult,
  before: TokenBefore,
  nowMs: number,
  clockSkewMs: number | null,
): Promise<Token> {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: result.accessToken,
    refreshToken: result.refreshToken ?? before.refreshToken,
    idToken: result.idToken ?? before.idToken,
    tokenType: result.tokenType,
    scope: result.scope ?? before.scope ?? profile.scope,
    expiresAtMs:
      result.expiresAtMs ?? endOf(await timesInToken(result.accessToken), profile, nowMs, clockSkewMs),
    obtainedAtMs: nowMs,
    ...(result.receivers === undefined ? {} : { receivers: result.receivers }),
    personal: profile.declaredIn === null ? { origins: profile.origins, sendAs: profile.sendAs } : null,
  };
}

/** When a token ends that only says so itself, by this computer's clock. */
function endOf(
  { expiresAtMs, issuedAtMs }: WrittenTimes,
  { grant }: TokenProfile,
  nowMs: number,
  clockSkewMs: number | null,
): number | null {
  if (expiresAtMs === null) return null;
  if (clockSkewMs !== null) return expiresAtMs + clockSkewMs;
  // What keeps tokens hands them out however old they are.
  if (expiresAtMs > nowMs || grantOf(grant).from === 'keeper') return expiresAtMs;
  // Issued just now and over already: the clocks differ. It lives as long as it was issued for, or until it is refused.
  return issuedAtMs !== null && issuedAtMs < expiresAtMs ? nowMs + expiresAtMs - issuedAtMs : null;
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
  throw new KeyturnError('token_invalid', `The value for the token "${profile.name}" ${fault}.`, {
    hint: 'Copy the whole token again, as one line.',
    data: { token: profile.name },
  });
}
