import { KeyturnError, type ErrorCode } from '../../base/errors.ts';
import { DEEPEST_JSON, isTooDeep } from '../../base/jsonDepth.ts';
import type { ReachingFetch } from '../../http/fetch.ts';

/** No metadata and no token answer is longer. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** RFC 9110: responses with these statuses have no content, and `Response` takes none. */
const EMPTY_STATUSES = new Set([204, 205, 304]);

export interface BoundedFetchOptions {
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  /** What is asked, for messages: "The token endpoint https://id.example.com/token". */
  readonly subject: string;
  /** Codes for no answer, and for an answer that is too long. */
  readonly failed: ErrorCode;
  readonly tooLong: ErrorCode;
}

/** What `oauth4webapi` hands to a custom fetch. */
export interface BoundedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: URLSearchParams | string | undefined;
  readonly redirect: 'manual';
  readonly signal?: AbortSignal;
}

export type BoundedFetch = (url: string, request: BoundedRequest) => Promise<Response>;

/**
 * A fetch whose answers are read to their end, within a limit of time and size, before anyone sees them, so that
 * a server can neither hang nor fill the program. Codes of the `http` group other than `timeout` and
 * `response_too_large` pass as they are.
 */
export function boundedFetch(options: BoundedFetchOptions): BoundedFetch {
  return async (url, { body, headers, signal: outer, ...request }) => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = outer === undefined ? timeout : AbortSignal.any([outer, timeout]);
    try {
      const response = await options.fetch(url, {
        ...request,
        headers: plainMediaType(headers, body),
        body: body === undefined ? null : String(body),
        signal,
      });
      const answer = await readAll(response, options);
      if (isDeepJson(new TextDecoder().decode(answer))) throw tooDeep(options);
      const init = { status: response.status, headers: response.headers };
      return new Response(EMPTY_STATUSES.has(init.status) ? null : answer, init);
    } catch (error) {
      throw failure(error, outer?.aborted === true, timeout.aborted, options);
    }
  };
}

const FORM = 'application/x-www-form-urlencoded';

/** The type of forms has no parameters, and some servers refuse one that has. */
function plainMediaType(
  headers: Record<string, string>,
  body: BoundedRequest['body'],
): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const isForm = name.toLowerCase() === 'content-type' && value.toLowerCase().startsWith(`${FORM};`);
    return [name, isForm ? FORM : value];
  });
  const named = entries.some(([name]) => name.toLowerCase() === 'content-type');
  if (body instanceof URLSearchParams && !named) entries.push(['content-type', FORM]);
  return Object.fromEntries(entries);
}

async function readAll(response: Response, options: BoundedFetchOptions): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body !== null) {
    // A fetched body yields bytes. Leaving the loop early cancels the stream, which closes the connection.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > MAX_ANSWER_BYTES) throw tooLong(options);
      chunks.push(chunk);
    }
  }
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.byteLength;
  }
  return bytes;
}

function failure(
  error: unknown,
  cancelled: boolean,
  timedOut: boolean,
  options: BoundedFetchOptions,
): KeyturnError {
  if (cancelled) return new KeyturnError('cancelled', 'Cancelled.', { cause: error });
  const hint = 'Check the address and the network, then try again.';
  if (timedOut || KeyturnError.is(error, 'timeout')) {
    const seconds = Math.ceil(options.timeoutMs / 1000);
    return new KeyturnError(options.failed, `${options.subject} did not answer within ${seconds} s.`, {
      cause: error,
      hint,
    });
  }
  if (KeyturnError.is(error, 'response_too_large')) return tooLong(options);
  if (KeyturnError.is(error, 'response_invalid', 'decompression_failed', 'decompression_limit')) {
    return new KeyturnError(
      error.code,
      `${options.subject} sent an answer that cannot be read. ${error.message}`,
      { cause: error, hint: 'Report this to the people who run the server.', data: error.data },
    );
  }
  if (error instanceof KeyturnError) return error;
  return new KeyturnError(options.failed, `${options.subject} could not be reached.`, { cause: error, hint });
}

/** Pages and other text may hold as many brackets as they like. */
function isDeepJson(text: string): boolean {
  return /^\s*[[{]/.test(text) && isTooDeep(text);
}

function tooDeep({ subject, tooLong: code }: BoundedFetchOptions): KeyturnError {
  return new KeyturnError(
    code,
    `${subject} sent JSON that is nested more than ${DEEPEST_JSON} levels deep, which is no valid answer.`,
    { hint: 'Check that the address is right.' },
  );
}

function tooLong({ subject, tooLong: code }: BoundedFetchOptions): KeyturnError {
  return new KeyturnError(code, `${subject} sent more than 1 MiB, which is no valid answer.`, {
    hint: 'Check that the address is right.',
  });
}

/** A `fetch` that can be told how near the server may be. */
export type Fetch = ReachingFetch;
