import { KeyturnError } from '../errors.ts';
import type { HeaderList } from '../http/message.ts';
import { absoluteUrl } from './url.ts';

/**
 * The URL of a request, which no secret may lead: it would choose where the request goes, and DNS would tell it to
 * everybody. `disguises` are the same text with other words in the place of its secrets. Whatever a URL makes of its
 * text, all of them must lead to the same host. Fails with `request_invalid`, and like `absoluteUrl`.
 */
export function urlToSafeHost(
  text: string,
  disguises: readonly string[],
  headers: HeaderList,
  line: number,
): URL {
  const url = absoluteUrl(text, headers);
  if (disguises.every((disguise) => leadsTo(url, disguise, headers))) return url;
  throw new KeyturnError('request_invalid', `A secret in the URL on line ${line + 1} stands in its host.`, {
    hint: 'Put it into a header, the path, the query or the body. If it is no secret, give its variable another name.',
    data: { line: line + 1 },
  });
}

function leadsTo(url: URL, text: string, headers: HeaderList): boolean {
  try {
    const { protocol, host } = absoluteUrl(text, headers);
    return protocol === url.protocol && host === url.host;
  } catch {
    return false;
  }
}
