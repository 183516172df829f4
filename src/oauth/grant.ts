import type { Clock } from '../clock.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { Grant, TokenProfile } from '../token/profile.ts';
import type { Discovery } from './discovery.ts';

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
