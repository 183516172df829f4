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
