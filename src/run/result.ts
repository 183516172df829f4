import type { ErrorCode } from '../base/errors.ts';
import type { HeaderList, HttpResponse } from '../http/message.ts';
import type { PeerCertificate } from '../http/peerCertificate.ts';
import type { MissingOutside } from '../httpfile/resolve/missingVariable.ts';
import type { NotRun } from '../httpfile/marks/notRun.ts';
import type { RequestNode } from '../httpfile/parse/tree.ts';
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
  /** Why the request was sent a second time; what is told of it is then the last answer. */
  readonly retried: RetryReason | null;
  /** What the last answer says of the token; null where it says nothing. */
  readonly challenge: RequestChallenge | null;
  /** What Keyturn did besides, as the file asks, such as sending another request first: sentences. */
  readonly done: readonly string[];
  /** What the person should know of the request beside its answer, and may give reason to doubt it: sentences. */
  readonly notes: readonly string[];
  /** Tests of its scripts, in the order in which they ended. */
  readonly tests: readonly TestResult[];
  /** What the file says of this request and Keyturn did not run; empty for a request that was not sent. */
  readonly notRun: readonly NotRun[];
  /** Beside a response: why its body is not whole, or what a script for it failed with. */
  readonly error: ResultError | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** One test of a script. Masked. */
export interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed; null for one that passed. */
  readonly message: string | null;
  /** Zero-based; null where it is not known. */
  readonly line: number | null;
}

export interface ResultError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  /** The server's, where it is what was not accepted. */
  readonly certificate?: PeerCertificate;
  /** Where a variable was looked for that has no value there. */
  readonly missing?: MissingOutside;
}

export interface TokenUse {
  readonly name: string;
  readonly status: TokenStatus;
  readonly refreshed: boolean;
  readonly expiresAtMs: number | null;
  /** Granted scope, space separated, where it is known. */
  readonly scope: string | null;
  /** What `# @scope` asked for, space separated; the server may have granted something else. */
  readonly askedScope: string | null;
}

/**
 * `invalid_token`: the server refused the token, and a fresh one was sent. `use_dpop_nonce`: it wanted its nonce in
 * the proof (RFC 9449 section 9). `invalid_dpop_proof`: its clock differs from ours, and the proof was made anew with its
 * time. `digest`: it asked for Digest, and the request went out again with the answer.
 */
export type RetryReason = 'invalid_token' | 'use_dpop_nonce' | 'invalid_dpop_proof' | 'digest';

/** What a 401, or a 403 that speaks of tokens, asks for (RFC 6750 section 3, RFC 9470, RFC 9728 section 5.1). */
export interface RequestChallenge {
  /** Who asks: the origin that answered, after redirects. */
  readonly origin: string;
  /** `invalid_token`, `insufficient_scope`, `insufficient_user_authentication`, …; null where nothing is said. */
  readonly error: string | null;
  readonly errorDescription: string | null;
  /** The scopes that the request needs, as far as the server names them. */
  readonly scopes: readonly string[];
  /** Those of them that the token does not have; all of them where nothing is known of the token. */
  readonly missingScopes: readonly string[];
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number | null;
  /** URL of the protected resource's metadata. The server chose it: ask before following it. */
  readonly resourceMetadata: string | null;
  /** Why the request did not go out with a fresh token, or why that did not help; null where the token is not to blame. */
  readonly refusal: ResultError | null;
}

/** A request before anything is known of it. */
export function unanswered(file: string, node: RequestNode, nowMs: number): RequestResult {
  return {
    file,
    node,
    request: null,
    response: null,
    rateLimits: [],
    rateLimitHeaders: [],
    retryAfterSeconds: null,
    token: null,
    retried: null,
    challenge: null,
    done: [],
    notes: [],
    tests: [],
    notRun: [],
    error: null,
    startedAtMs: nowMs,
    finishedAtMs: nowMs,
  };
}
