import type { GrantResult } from '../token/grant.ts';
import type { FoundToken } from './tokenText.ts';

/** What a source gave, as a grant gives it: there is never a refresh token, the source is asked again. */
export function issuedNow(token: FoundToken): GrantResult {
  return { ...token, refreshToken: null, idToken: null };
}
