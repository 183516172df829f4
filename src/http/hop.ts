import { KeyturnError } from '../base/errors.ts';
import { acceptEncoding } from './decode.ts';
import type { ShownCertificate, HeaderList, HttpRequest, MadeFromSecrets, SecretValue } from './message.ts';
import { basicAuthorization } from './proxy.ts';

/** One request on its way: the first one, or what a redirect made of it. */
export interface Hop {
  readonly method: string;
  /** Without user information. */
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
  readonly verifyTls: boolean;
  readonly clientCertificate: ShownCertificate | null;
  readonly secrets: readonly SecretValue[];
  readonly made: MadeFromSecrets;
}

/**
 * Checks a request and completes it: user information of the URL becomes Basic authorization, Accept, Accept-Encoding
 * and User-Agent are added where they are missing. Fails with `request_invalid` or `unsupported`.
 */
export function firstHop(request: HttpRequest): Hop {
  const { method, body, secrets } = request;
  if (!isToken(method))
    throw invalid('The method of the request is not valid.', 'Use a method such as GET or POST.');
  if (method === 'CONNECT')
    throw new KeyturnError('unsupported', "Keyturn doesn't support the method CONNECT.");
  if (request.url.protocol !== 'http:' && request.url.protocol !== 'https:') {
    const scheme = request.url.protocol.slice(0, -1);
    throw invalid(
      `Requests go to http and https URLs only, not to ${scheme}.`,
      'Check the start of the URL.',
    );
  }
  const names = new Set<string>(request.omittedHeaders);
  for (const [name, value] of request.headers) {
    checkHeader(name, value, names, body);
    names.add(name.toLowerCase());
  }
  const headers: (readonly [string, string])[] = [...request.headers];
  let url = request.url;
  let password: SecretValue[] = [];
  if (url.username !== '' || url.password !== '') {
    if (!names.has('authorization')) {
      headers.push(['Authorization', basicAuthorization(url)]);
      if (url.password !== '') password = [{ value: decodedPassword(url), tokenName: '' }];
    }
    url = withoutUser(url);
  }
  if (!names.has('accept')) headers.push(['Accept', '*/*']);
  if (!names.has('accept-encoding')) headers.push(['Accept-Encoding', acceptEncoding]);
  // GitHub and others refuse requests without it.
  if (!names.has('user-agent')) headers.push(['User-Agent', 'Keyturn']);
  return {
    method,
    url,
    headers,
    body: body !== null && body.byteLength === 0 ? null : body,
    verifyTls: request.verifyTls,
    clientCertificate: request.clientCertificate ?? null,
    secrets: [...secrets, ...password],
    made: request.made ?? { headers: new Set(), body: false },
  };
}

/** A copy without user name and password. */
export function withoutUser(url: URL): URL {
  if (url.username === '' && url.password === '') return url;
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

/** A token of RFC 9110 section 5.6.2: what methods and header names are made of. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

function checkHeader(
  name: string,
  value: string,
  before: ReadonlySet<string>,
  body: Uint8Array | null,
): void {
  if (!isToken(name)) {
    throw invalid(
      'A header has a name that is not valid.',
      'Use letters, digits and hyphens, without spaces.',
    );
  }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw invalid(
      `The value of the header ${name} holds a character that headers cannot carry.`,
      'Remove line breaks and control characters, and percent-encode what is not Latin.',
    );
  }
  const key = name.toLowerCase();
  if ((key === 'host' || key === 'content-length') && before.has(key)) {
    throw invalid(`The header ${name} occurs twice.`, 'Keep one of them.');
  }
  if (key === 'content-length' && value.trim() !== String(body?.byteLength ?? 0)) {
    const length = body?.byteLength ?? 0;
    throw invalid(
      `The header ${name} does not fit the body, which has ${length} bytes.`,
      'Leave the header out.',
    );
  }
  if (key === 'transfer-encoding' && value.trim().toLowerCase() !== 'chunked') {
    throw invalid(`The header ${name} can only be \`chunked\`.`, 'Leave the header out.');
  }
  if (key === 'upgrade')
    throw new KeyturnError('unsupported', "Keyturn doesn't support upgrades of the connection.");
  if (key === 'expect') {
    throw new KeyturnError('unsupported', "Keyturn doesn't support the header Expect.", {
      hint: 'Leave the header out.',
    });
  }
}

function decodedPassword(url: URL): string {
  try {
    return decodeURIComponent(url.password);
  } catch {
    return url.password;
  }
}

function invalid(message: string, hint: string): KeyturnError {
  return new KeyturnError('request_invalid', message, { hint });
}
