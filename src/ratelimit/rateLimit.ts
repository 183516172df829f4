/** One bucket of a rate limit as one response told it. Unknown is null, never a guess. */
export interface RateLimit {
  /** The bucket's name as the server gave it, or a label of the header family ("default" is not invented). */
  readonly name: string | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly used: number | null;
  /** When the bucket is full again (or the window ends), milliseconds since the epoch. */
  readonly resetAtMs: number | null;
  readonly windowSeconds: number | null;
  /** What is counted: 'requests', 'tokens', 'content-bytes', 'points', …; null when not said. */
  readonly unit: string | null;
  /** Id of the dialect that read it, such as 'ietf-08', 'github', 'x-ratelimit'. */
  readonly source: string;
  /** RFC 9651 partition key (`pk`), base64, if given. */
  readonly partitionKey: string | null;
}

export interface RateLimitReading {
  readonly limits: readonly RateLimit[];
  /** Wait asked of the whole response (Retry-After and its like), seconds from receipt. */
  readonly retryAfterSeconds: number | null;
  /** Header lines that took part, for display: name as received, value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}
