import type { Clock } from '../clock.ts';
import type { Grant, TokenProfile } from '../token/profile.ts';
import type { Discovery } from './discovery.ts';

/** What a grant brought. */
export interface GrantResult {
  /** Printable ASCII, never empty. */
  readonly accessToken: string;
  /** Null when the server issued none; the one that was used stays valid then (RFC 6749 section 6). */
  readonly refreshToken: string | null;
  /** Lower case, such as `bearer`. */
  readonly tokenType: string;
  /** Null when the server did not say, which means: as asked for (RFC 6749 section 5.1). */
  readonly scope: string | null;
  /** From `expires_in`, counted from before the request; null when the server did not say. Milliseconds since the epoch. */
  readonly expiresAtMs: number | null;
}

/** What the token manager gives to a grant. */
export interface GrantContext {
  /** The refresh token that is held, if any. */
  readonly refreshToken: string | null;
  /** Asks for the client's secret where the client authentication needs one. Fails with `secret_missing`. */
  clientSecret(): Promise<string>;
  readonly signal: AbortSignal;
}

/** What every grant has at hand, the same for the whole program. */
export interface GrantTools {
  /** Sends the requests; follows no redirect. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly discovery: Discovery;
  /** Masks secrets in what a server says. */
  readonly mask: (text: string) => string;
  /** For one answer, from the request to its last byte. */
  readonly timeoutMs: number;
}

export type Fetch = typeof globalThis.fetch;

/** One way to obtain a token; one file each in `grants/`. */
export interface GrantPerformer {
  readonly grant: Grant;
  /**
   * Fails with `discovery_failed`, `issuer_mismatch`, `secret_missing`, `token_endpoint_failed`,
   * `token_response_invalid`, `invalid_client`, `invalid_grant`, `invalid_scope`, `oauth_error`, `cancelled`, or a
   * code of the `http` group.
   */
  obtain(profile: TokenProfile, context: GrantContext, tools: GrantTools): Promise<GrantResult>;
}
