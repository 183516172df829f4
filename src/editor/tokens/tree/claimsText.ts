import { HIDDEN_TOKEN, looksLikeToken } from '../../../inspect/hideTokens.ts';
import { visible } from '../../../base/visible.ts';

const DATE_CLAIMS = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at']);
const LONGEST_VALUE = 300;

/** True for claims that hold seconds since the epoch (RFC 7519 section 2, OpenID Connect Core section 2). */
export function isDateClaim(name: string): boolean {
  return DATE_CLAIMS.has(name);
}

/** A claim's plain value; a token within a token is as secret as the one it stands in. */
export function claimValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return looksLikeToken(value) ? HIDDEN_TOKEN : value;
}

/** Masked, then shortened: half a secret would not be recognised. What is not seen is made visible. */
export function shownValue(value: string, mask: (text: string) => string): string {
  const masked = mask(value);
  return visible(masked.length <= LONGEST_VALUE ? masked : `${masked.slice(0, LONGEST_VALUE)}…`);
}
