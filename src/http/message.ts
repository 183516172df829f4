import type { KeyturnError } from '../base/errors.ts';
import type { AddressSpace } from './addressSpace.ts';

/** Header lines in the order they were written or received; names as written, compared case-insensitively. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A value that must not cross to another origin, whatever part of the request it stands in. */
export interface SecretValue {
  readonly value: string;
  /** Name of the token it came from, for messages. */
  readonly tokenName: string;
}

/** Which parts of a request were made from a secret: treated like `HttpRequest.secrets` without looking at them. */
export interface MadeFromSecrets {
  /** Names in lower case. */
  readonly headers: ReadonlySet<string>;
  readonly body: boolean;
}

/** What this side of a TLS connection proves itself with. */
export interface ClientCertificate {
  /** PEM, its chain behind it. */
  readonly certificate: string;
  /** Private key in PEM, not encrypted. */
  readonly key: string;
}

/** The same in one file (PKCS #12). */
export interface PfxCertificate {
  readonly pfx: Uint8Array;
  readonly passphrase: string;
}

export type ShownCertificate = ClientCertificate | PfxCertificate;

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  /** Names of headers, in lower case, that are not added where they are missing. */
  readonly omittedHeaders?: readonly string[];
  readonly body: Uint8Array | null;
  /** Stripped (headers) or refused (URL, body) when a redirect leads to another origin. */
  readonly secrets: readonly SecretValue[];
  /** Parts that were made from secrets, however they are spelled now. Absent: none is known. */
  readonly made?: MadeFromSecrets;
  readonly followRedirects: boolean;
  /** False only for a request or host that a trusted workspace named; shown wherever the response is shown. */
  readonly verifyTls: boolean;
  /** Shown to the server of `url` if it asks for one; not to a proxy, and to no other origin after a redirect. */
  readonly clientCertificate?: ShownCertificate;
  /**
   * Refuses to connect to addresses that lie nearer than this, such as loopback for `local`: with `address_too_near`,
   * after the name was resolved. For addresses that a server named. Missing: any address.
   */
  readonly nearest?: AddressSpace;
  readonly connectTimeoutMs: number;
  /** From start to the last byte of the body; 0 means no limit. */
  readonly totalTimeoutMs: number;
  /** Bytes of decoded body kept in memory; more is cut off and said so (`bodyTruncated`). */
  readonly maxBodyBytes: number;
  /** Writes the decoded body here instead of keeping it, without a size limit. */
  readonly saveBodyTo?: BodySink;
  /**
   * True for an answer after which the request may go out again: its body is kept in memory in spite of `saveBodyTo`,
   * and the sink stays open for the caller.
   */
  readonly holdsBody?: (response: Pick<HttpResponse, 'status' | 'headers'>) => boolean;
  readonly signer?: RequestSigner;
  /** Missing: none is sent or kept. */
  readonly cookies?: RequestCookies;
}

/** The cookies of a session, asked for every message of a request, redirects included. */
export interface RequestCookies {
  /** Value of the Cookie header for a URL; null where there is none. */
  headerFor(url: URL): string | null;
  /** What came back. `url` is null where no cookie may be kept of it. */
  answered(url: URL | null, headers: HeaderList): Promise<void>;
}

/**
 * Adds headers that hold for a single message, such as a proof of possession (RFC 9449). Asked anew for every message
 * of the request: each redirect and each repetition on another connection, as long as the origin stays the first one.
 */
export interface RequestSigner {
  /** How people see the headers that it adds. */
  readonly shown: HeaderList;
  /** A header of the same name that the message has already is replaced. */
  sign(method: string, url: URL, message: SignedMessage): Promise<HeaderList>;
  /** What came back for a signed message, redirects included. */
  answered(url: URL, headers: HeaderList): void;
}

/** The rest of a message that is about to be sent. */
export interface SignedMessage {
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
}

/** Where a body is streamed to, such as a file. */
export interface BodySink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds each phase took; null where it did not happen (a reused connection) or cannot be seen. */
export interface HttpTimings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly downloadMs: number | null;
  /** From the call to the last byte, redirects included. */
  readonly totalMs: number;
}

export interface Redirect {
  readonly status: number;
  readonly from: string;
  readonly to: string;
  /** Names of the headers that were not sent on, since the origin changed. */
  readonly dropped: readonly string[];
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: '1.0' | '1.1' | '2';
  readonly headers: HeaderList;
  /**
   * Decoded (gzip, deflate, br, zstd undone), or as it came where that failed; what had arrived when it broke off.
   * Empty when it went to a sink.
   */
  readonly body: Uint8Array;
  /** Why the body is not whole, or not that of the server: a proxy wants credentials. Null where all is well. */
  readonly bodyFault: KeyturnError | null;
  /** True when the body was longer than `maxBodyBytes` and the rest was not read. */
  readonly bodyTruncated: boolean;
  /** Decoded bytes seen. */
  readonly sizeBytes: number;
  readonly timings: HttpTimings;
  readonly redirects: readonly Redirect[];
  /** The URL that answered, after redirects; without a fragment, which is not sent. */
  readonly url: string;
  readonly tlsVerified: boolean | null;
  /** When the final response's headers arrived, milliseconds since the epoch. */
  readonly receivedAtMs: number;
}

/**
 * Sends one request and follows its redirects. Fails with a KeyturnError of the `http` group; what happens to the body
 * after the head of the response has come is told in `bodyFault`, except that the request was cancelled.
 */
export interface HttpClient {
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /**
   * Where the server of a URL is, its name resolved: of several addresses the farthest. A name behind a proxy counts as
   * public. Fails with `host_not_found`.
   */
  locate(url: URL): Promise<AddressSpace>;
  close(): Promise<void>;
}

/** True when nothing of the body is missing. */
export function isWhole({ bodyTruncated, bodyFault }: HttpResponse): boolean {
  return !bodyTruncated && bodyFault === null;
}

/** All values of a header, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [key, value] of headers) if (key.toLowerCase() === wanted) values.push(value);
  return values;
}

/** The values of a header joined by ", " (RFC 9110 section 5.2), or null when it is absent. */
export function headerValue(headers: HeaderList, name: string): string | null {
  const values = headerValues(headers, name);
  return values.length === 0 ? null : values.join(', ');
}
