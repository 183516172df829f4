import { KeyturnError } from '../errors.ts';
import { headerValue, headerValues, type HeaderList } from '../http/message.ts';
import { parseUrl } from '../url.ts';

/**
 * The absolute URL of a request. A path alone takes its host from the Host header, and a URL without a scheme is
 * plain http, as the other tools that read these files do. Fails with `request_invalid`; the message names no
 * part of the URL, since any of it may be a secret.
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
    absolute = `${host.endsWith(':443') ? 'https' : 'http'}://${host}${text}`;
  } else if (!hasScheme(text)) {
    absolute = `http://${text}`;
  }
  const url = parseUrl(absolute);
  if (url === null) {
    throw new KeyturnError('request_invalid', 'The URL is not valid.', {
      hint: 'Check it for spaces, an unknown method before it, a missing host or an impossible port.',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new KeyturnError('unsupported', `Requests over ${url.protocol.slice(0, -1)} are not supported.`);
  }
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
    if (named === null || /[/?#@\\]/.test(host)) {
      throw new KeyturnError('request_invalid', 'The Host header is not a host.', {
        hint: 'Write only a name or an address, and a port where one is needed.',
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
