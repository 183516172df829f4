import type { CookieJar } from '../http/cookies/cookieJar.ts';
import type { HttpFile, RequestNode } from '../httpfile/parse/tree.ts';
import type { ValueQuestion } from '../httpfile/resolve/questions.ts';
import type { AskedSecret } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { RequestResult } from './result.ts';
import type { FileMemory } from './session/sessionMemory.ts';

/** A request of a file to be run; the tree comes from the text as it is in the editor, saved or not. */
export interface RunInput {
  readonly file: string;
  readonly tree: HttpFile;
  readonly node: RequestNode;
  /** Variables of the chosen environment. */
  readonly environment: ReadonlyMap<string, string>;
  /** Stand above all other variables (`--var`). */
  readonly overrides: Readonly<Record<string, string>>;
  /** A token picked for this send; replaces the request's `# @token`. */
  readonly tokenName: string | null;
  readonly options: RunOptions;
  /** Answers that hold for several requests, by what was asked; what is asked once is added. */
  readonly answers?: Map<string, Promise<string>>;
  /** Those of the session; missing: cookies are neither sent nor kept. */
  readonly cookies?: CookieJar;
  /** The person has already confirmed what a `# @note` asks. */
  readonly confirmed?: boolean;
  /** The token that the request is sent to obtain. */
  readonly obtains?: ObtainedToken;
  /** What earlier requests left, and where this one leaves what later ones may refer to. */
  readonly memory?: FileMemory;
}

/** A token that a request of a file obtains, see `RequestRun` in `sources/request`. */
export interface ObtainedToken {
  readonly profile: TokenProfile;
  readonly refreshToken: { readonly value: string; readonly origins: readonly string[] } | null;
}

export interface RunOptions {
  readonly followRedirects: boolean;
  readonly connectTimeoutMs: number;
  /** 0 means no limit. */
  readonly totalTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Hosts whose certificate is not verified; exact names, with or without a port. */
  readonly insecureHosts: readonly string[];
  /** False in an untrusted workspace: no token is used, every certificate verified, no file read from elsewhere. */
  readonly trusted: boolean;
  /** Streams the decoded body to this location. */
  readonly saveBodyTo: string | null;
}

export interface SendQuestion {
  /** What the note says; empty where it says nothing. Masked. */
  readonly note: string;
  /** Variables as written. */
  readonly method: string;
  /** Masked. */
  readonly url: string;
  readonly name: string | null;
  /** Zero-based line of the request. */
  readonly line: number;
}

/** What the engine asks of the person; the editor shows dialogs, the command refuses. */
export interface Asker {
  /** A request with a `# @note` is about to be sent; false where the person does not want that. */
  confirmSend(question: SendQuestion, signal: AbortSignal | undefined): Promise<boolean>;
  /**
   * A value that a request asks for (`# @prompt`, `{{$input …}}`); null where the person gives none. Fails with
   * `input_needed` where Keyturn cannot ask; `line` (from 0) is that of the request.
   */
  value(question: ValueQuestion, line: number, signal: AbortSignal | undefined): Promise<string | null>;
  /** A token is about to go to an origin that its profile does not list. `remember` keeps the answer for this token. */
  allowOrigin(question: {
    readonly tokenName: string;
    readonly origin: string;
    readonly allowed: readonly string[];
  }): Promise<'once' | 'remember' | 'refuse'>;
  /** The file says not to verify the certificate of the server that a token is about to go to. True sends it once. */
  sendUnverified(question: { readonly tokenName: string; readonly origin: string }): Promise<boolean>;
  /** A secret that is not stored yet; null when the person gave none. */
  secret(question: {
    readonly kind: AskedSecret;
    readonly profileName: string;
    /** The addresses that get it, or what is signed with it; none for a key of our own. */
    readonly receivers: readonly string[];
  }): Promise<string | null>;
}

/** A request in a file becomes a result. Never rejects: what fails is in `result.error`. */
export interface Engine {
  run(input: RunInput, signal?: AbortSignal): Promise<RequestResult>;
  /** The result of a request that failed before it could be made. */
  failed(input: RunInput, error: KeyturnError): RequestResult;
}
