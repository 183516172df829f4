import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import type { HeaderList } from '../http/message.ts';
import { absoluteUrl } from './url.ts';

/**
 * The URL of a request, which no secret may lead: it would choose where the request goes, and DNS would tell it to
 * everyone on the network. `disguises` are the same text with other words in the place of its secrets. A URL may change its text when it
 * is read: all of them must lead to the same host, or fail alike. Fails with `request_invalid`, and like `absoluteUrl`.
 */
export function urlToSafeHost(
  text: string,
  disguises: readonly string[],
  headers: HeaderList,
  line: number,
): URL {
  const places = [text, ...disguises].map((each) => placeOf(each, headers));
  if (places.every((place) => place === places[0])) return absoluteUrl(text, headers);
  throw new KeyturnError('request_invalid', `The URL on line ${line + 1} has a secret in its host.`, {
    hint: 'Put the secret into a header, the path, the query or the body. If it is not secret, give its variable another name.',
    data: { line: line + 1 },
  });
}

/** Scheme, host and port; for what is no URL the fault, which may quote the text. */
function placeOf(text: string, headers: HeaderList): string {
  try {
    const { protocol, host } = absoluteUrl(text, headers);
    return `${protocol}//${host}`;
  } catch (error) {
    return asKeyturnError(error).message;
  }
}
