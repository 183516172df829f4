import { KeyturnError } from '../base/errors.ts';
import type { HeaderList, HttpRequest } from '../http/message.ts';
import { connectionOptions, isRoutingHeader } from '../http/routingHeaders.ts';
import type { SendAs, TokenProfile } from '../profile/profile.ts';

export type RequestParts = Pick<HttpRequest, 'headers' | 'url'>;

export interface AppliedToken extends RequestParts {
  /** Name of the header that the token stands in, in lower case; null where it stands in the query. */
  readonly header: string | null;
  /** The token and what was derived from it: to be registered with the redactor and kept from other origins. */
  readonly secrets: readonly string[];
}

/**
 * Puts a token into a request as its profile says. A header of the same name, or a query parameter of the same
 * name, is replaced. Fails with `token_invalid` when the token cannot stand there.
 */
export function applyToken(
  request: RequestParts,
  profile: Pick<TokenProfile, 'name' | 'sendAs'>,
  accessToken: string,
): AppliedToken {
  const { sendAs } = profile;
  if ('query' in sendAs) {
    const value = percentEncode(accessToken);
    return {
      headers: request.headers,
      header: null,
      url: withQuery(request.url, sendAs.query, value),
      secrets: value === accessToken ? [accessToken] : [accessToken, value],
    };
  }
  const { name, value, secrets } = headerFor(sendAs, accessToken, profile.name);
  if (isRoutingHeader(name) || connectionOptions(request.headers).has(name.toLowerCase())) {
    throw new KeyturnError(
      'token_invalid',
      `The token "${profile.name}" cannot be sent in the header ${name}.`,
      {
        hint: 'Name a header in "sendAs" that only the API reads, and that no Connection header names.',
        data: { token: profile.name },
      },
    );
  }
  if (!/^[\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new KeyturnError(
      'token_invalid',
      `The token "${profile.name}" holds characters that a header cannot carry.`,
      {
        hint: 'Add the token again, without line breaks.',
        data: { token: profile.name },
      },
    );
  }
  return {
    headers: withHeader(request.headers, name, value),
    header: name.toLowerCase(),
    url: request.url,
    secrets: [...new Set([accessToken, ...secrets])],
  };
}

function headerFor(
  sendAs: Exclude<SendAs, { readonly query: string }>,
  token: string,
  tokenName: string,
): { readonly name: string; readonly value: string; readonly secrets: readonly string[] } {
  if ('scheme' in sendAs) return { name: 'Authorization', value: `${sendAs.scheme} ${token}`, secrets: [] };
  if ('header' in sendAs) return { name: sendAs.header, value: token, secrets: [] };
  const { username } = sendAs.basic;
  if (username === undefined && !token.includes(':')) {
    throw new KeyturnError(
      'token_invalid',
      `The token "${tokenName}" must be "user:password" to be sent as Basic.`,
      {
        hint: 'Add the token again in this form, or name the user in "sendAs".',
        data: { token: tokenName },
      },
    );
  }
  // RFC 7617 section 2, with UTF-8.
  const credentials = Buffer.from(username === undefined ? token : `${username}:${token}`, 'utf8').toString(
    'base64',
  );
  // Of "user:password" the password alone is a secret too.
  const password = username === undefined ? [token.slice(token.indexOf(':') + 1)] : [];
  return { name: 'Authorization', value: `Basic ${credentials}`, secrets: [credentials, ...password] };
}

function withHeader(headers: HeaderList, name: string, value: string): HeaderList {
  const wanted = name.toLowerCase();
  const result: (readonly [string, string])[] = [];
  let placed = false;
  for (const header of headers) {
    if (header[0].toLowerCase() !== wanted) result.push(header);
    else if (!placed) {
      placed = true;
      result.push([header[0], value]);
    }
  }
  if (!placed) result.push([name, value]);
  return result;
}

/** Other parameters stay as they are written: going through `searchParams` would spell them anew. */
function withQuery(url: URL, name: string, encodedValue: string): URL {
  const others = url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !new URLSearchParams(part).has(name));
  const result = new URL(url);
  result.search = `?${[...others, `${percentEncode(name)}=${encodedValue}`].join('&')}`;
  return result;
}

/** A lone surrogate, which encodeURIComponent refuses, becomes U+FFFD. */
function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}
