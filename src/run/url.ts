import { KeyturnError } from '../base/errors.ts';
import { headerValue, headerValues, type HeaderList } from '../http/message.ts';
import { parseUrl } from '../base/url.ts';

/**
 * The absolute URL of a request, without its fragment, which is never sent. A path alone takes its host from the Host
 * header, and a URL without a scheme is plain http, as the other tools that read these files do. What cannot stand in a
 * URL is percent-encoded, never read as something else: a backslash is no slash, a `%` that begins no escape is `%25`.
 * Fails with `request_invalid`; the message names no part of the URL, since any of it may be a secret.
 */
export function absoluteUrl(written: string, headers: HeaderList): URL {
  const text = written.trim();
  let absolute = text;
  if (text.startsWith('/')) {
    const host = headerValue(headers, 'host');
    if (host === null) {
      throw new KeyturnError('request_invalid', 'The URL is only a path and there is no Host header.', {
        hint: 'Write the whole URL, or add a Host header.',
      });
    }
    absolute = `${/:8?443$/.test(host) ? 'https' : 'http'}://${host}${text}`;
  } else if (!hasScheme(text)) {
    absolute = `http://${text}`;
  }
  const { scheme, authority, rest } = partsOf(absolute);
  if (!/^https?:/i.test(scheme)) {
    throw new KeyturnError(
      'unsupported',
      `Requests over ${scheme.slice(0, -3).toLowerCase()} are not supported yet.`,
    );
  }
  if (!isAuthority(authority)) {
    throw new KeyturnError(
      'request_invalid',
      'The host of the URL is missing or holds a character that no host has.',
      {
        hint: 'Check it for spaces, tabs, backslashes and percent signs, and for an unknown method before it.',
      },
    );
  }
  const url = parseUrl(`${scheme}${percentEncoded(authority)}${percentEncoded(rest)}`);
  if (url === null) {
    throw new KeyturnError('request_invalid', 'The URL is not valid.', {
      hint: 'Check its host and its port.',
    });
  }
  url.hash = '';
  return url;
}

/**
 * Where a request arrives: at its URL, and at what its Host header names, since behind one address a server or a
 * content network hands requests on by that header. Fails with `request_invalid`.
 */
export function destinationsOf(url: URL, headers: HeaderList): URL[] {
  const destinations = [url];
  for (const host of headerValues(headers, 'host')) {
    const named = parseUrl(`${url.protocol}//${host}`);
    if (named === null || /[/?#@]/.test(host) || !isAuthority(host)) {
      throw new KeyturnError('request_invalid', 'The Host header is not a host.', {
        hint: 'Write only a name or an address, and a port if needed.',
      });
    }
    if (named.origin !== url.origin) destinations.push(named);
  }
  return destinations;
}

function hasScheme(text: string): boolean {
  const colon = text.indexOf('://');
  return colon > 0 && /^[a-z][a-z0-9+.-]{0,30}$/i.test(text.slice(0, colon));
}

interface UrlParts {
  /** With the slashes behind it. */
  readonly scheme: string;
  readonly authority: string;
  readonly rest: string;
}

function partsOf(absolute: string): UrlParts {
  const start = absolute.indexOf('://') + 3;
  const length = absolute.slice(start).search(/[/?#]/);
  const end = length < 0 ? absolute.length : start + length;
  return {
    scheme: absolute.slice(0, start),
    authority: absolute.slice(start, end),
    rest: absolute.slice(end),
  };
}

/** Whether user information and host hold nothing that `URL` would drop or read as something else. */
function isAuthority(authority: string): boolean {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return (
    host !== '' && !/[\0-\x20\x7f"%<>\\^`{|}!$&'()*+,;=~]/.test(host) && !/[\0-\x1f\x7f\\]/.test(authority)
  );
}

/** Percent-encodes the ASCII characters that no part of a URL can hold (RFC 3986 section 2); `URL` does the others. */
function percentEncoded(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[\0-\x20\x7f"<>\\^`{|}]/g, encodeURIComponent);
}
