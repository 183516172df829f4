import { KeyturnError } from '../base/errors.ts';
import type { HttpClient, HttpRequest } from './message.ts';

const MAX_RESPONSE_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

/** The certificate that is shown to the servers, and how near they may be. */
export type FetchOptions = Pick<HttpRequest, 'clientCertificate' | 'nearest'>;

/** A `fetch` that takes for each request how near the server may be. */
export type ReachingFetch = (
  input: string | URL | Request,
  init?: RequestInit & Pick<HttpRequest, 'nearest'>,
) => Promise<Response>;

/**
 * A `fetch` over a client, for libraries that take one. It follows no redirects, whatever it is asked, reads at most
 * 1 MiB and takes at most 30 s. Fails with a KeyturnError: those of the client, `response_too_large`,
 * `response_invalid`.
 */
export function fetchThrough(client: HttpClient, options: FetchOptions = {}): ReachingFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const url = new URL(request.url);
    const response = await client.send(
      {
        method: request.method,
        url,
        headers: [...request.headers],
        body,
        secrets: [],
        followRedirects: false,
        verifyTls: true,
        ...options,
        ...(init?.nearest === undefined ? {} : { nearest: init.nearest }),
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
        maxBodyBytes: MAX_RESPONSE_BYTES,
      },
      request.signal,
    );
    if (response.bodyFault !== null) throw response.bodyFault;
    if (response.bodyTruncated) {
      throw new KeyturnError('response_too_large', `The response from ${url.host} is larger than 1 MiB.`);
    }
    const headers = new Headers();
    for (const [name, value] of response.headers) {
      // The body is decoded, so these say nothing true about it any more.
      const key = name.toLowerCase();
      if (key !== 'content-encoding' && key !== 'content-length') headers.append(name, value);
    }
    const { status } = response;
    if (status > 599) {
      throw new KeyturnError(
        'response_invalid',
        `${url.host} answered with the status ${status}, which does not exist.`,
      );
    }
    return new Response(NULL_BODY_STATUSES.has(status) ? null : Uint8Array.from(response.body), {
      status,
      headers,
    });
  };
}
