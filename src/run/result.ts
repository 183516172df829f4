import type { ErrorCode } from '../errors.ts';
import type { HeaderList, HttpResponse } from '../http/message.ts';
import type { RequestNode } from '../httpfile/tree.ts';
import type { RateLimit } from '../ratelimit/rateLimit.ts';
import type { TokenStatus } from '../token/token.ts';

/** What became of one request of a file. Every string in it is already masked, except `response.body`. */
export interface RequestResult {
  /** Location of the file. */
  readonly file: string;
  readonly node: RequestNode;
  readonly request: { readonly method: string; readonly url: string; readonly headers: HeaderList } | null;
  /** As received: mask the body with the redactor before showing it. */
  readonly response: HttpResponse | null;
  readonly rateLimits: readonly RateLimit[];
  /** The header lines that `rateLimits` came from. */
  readonly rateLimitHeaders: HeaderList;
  readonly retryAfterSeconds: number | null;
  readonly token: TokenUse | null;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

export interface TokenUse {
  readonly name: string;
  readonly status: TokenStatus;
  readonly refreshed: boolean;
  readonly expiresAtMs: number | null;
}
