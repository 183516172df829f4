import type { TokenProfile } from './profile.ts';
import type { Token, TokenStatus } from './token.ts';

export interface AcquiredToken {
  readonly token: Token;
  readonly profile: TokenProfile;
  readonly status: TokenStatus;
  /** True when this call obtained or refreshed the token, or waited for another call that did. */
  readonly refreshed: boolean;
}

export interface AcquireOptions {
  readonly signal?: AbortSignal;
  /** Refresh even if the token looks fresh (a person asked, or the server said invalid_token). */
  readonly force?: boolean;
  /**
   * With `force`: the access token that the server refused. Nothing is fetched when another one is held already, so
   * that a hundred requests refused together cause one refresh.
   */
  readonly rejected?: string;
  /** Remembers the use, so that the token is refreshed in the background for the next hour. Default true. */
  readonly markUsed?: boolean;
}

/** One line of the tree, the list command and the status bar: a profile, and what is held for it. */
export interface TokenEntry {
  readonly profile: TokenProfile;
  /** `tokenKey(profile)`. */
  readonly key: string;
  readonly token: Token | null;
  readonly status: TokenStatus;
  readonly lastUsedAtMs: number | null;
  /** Why the last refresh failed, free of secrets; null after a success. */
  readonly lastError: { readonly code: string; readonly message: string } | null;
  readonly canRefresh: boolean;
}

/**
 * Hands out fresh tokens. One refresh serves all who wait for the same key; a failed refresh keeps the old token.
 * Every value handed out is registered with the Redactor first.
 */
export interface TokenManager {
  /** Fails with `token_missing`, `token_expired`, or the codes of the grant. */
  acquire(profile: TokenProfile, options?: AcquireOptions): Promise<AcquiredToken>;
  /**
   * Keeps what a person pasted: the token itself for the static grant, a refresh token for the grant of that name,
   * which is tried at once and kept only if the server takes it. What was held before stays when this fails.
   */
  add(profile: TokenProfile, value: string, options?: { readonly signal?: AbortSignal }): Promise<TokenEntry>;
  /** What is held now; nothing is fetched. */
  peek(profile: TokenProfile): Promise<TokenEntry>;
  /** Tokens that were pasted, as entries with profiles of their own (`declaredIn: null`). */
  personal(): Promise<TokenEntry[]>;
  /** Tells the keys whose token, status or error changed. */
  onDidChange(listener: (keys: ReadonlySet<string>) => void): { dispose(): void };
  dispose(): void;
}
