import type { SendAs } from '../profile/profile.ts';

/**
 * What one person holds for a profile; lives in a secret store and nowhere else.
 * `key` is `tokenKey(profile)`: it changes with the issuer, the client and the origins, so that a `keyturn.json`
 * that was altered to point elsewhere finds no token.
 */
export interface Token {
  readonly key: string;
  readonly name: string;
  /** The secret itself. Empty only where a server replaced a refresh token and sent no access token: expired then. */
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** OpenID Connect Core section 2. */
  readonly idToken: string | null;
  /** As the token endpoint said, lower case: `bearer`, `dpop`; null for a pasted token. */
  readonly tokenType: string | null;
  /** Granted scope (space separated) where the server said so. */
  readonly scope: string | null;
  /** When it ends: from `expires_in`, else the `exp` claim; null when unknown. Milliseconds since the epoch. */
  readonly expiresAtMs: number | null;
  readonly obtainedAtMs: number;
  /**
   * Addresses of the servers that issued it, may be asked about it and may end it, as they were when it was obtained.
   * Absent for a pasted token, and for one that was stored before this was noted.
   */
  readonly receivers?: readonly string[];
  /** Where it may go and how, for a token without a profile in a `keyturn.json`. */
  readonly personal: { readonly origins: readonly string[]; readonly sendAs: SendAs } | null;
}

/**
 * `expiring`: within the lead of its end. `unknown`: nothing tells when it ends.
 * `missing`: a profile for which nothing is stored.
 */
export type TokenStatus = 'active' | 'expiring' | 'expired' | 'not_yet_valid' | 'unknown' | 'missing';
