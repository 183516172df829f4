import type { BoundedFetch } from './boundedFetch.ts';
import { serverText } from './text.ts';

const MOST_REDIRECTS = 5;

/** Follows redirects inside an origin: what lies elsewhere may not speak for it (RFC 8414 section 3). */
export function redirectsWithin(origin: string, fetch: BoundedFetch): BoundedFetch {
  return async (address, request) => {
    let url = address;
    for (let count = 0; ; count++) {
      const response = await fetch(url, request);
      const next = redirectTarget(response, url);
      if (next?.origin !== origin || count === MOST_REDIRECTS) return response;
      url = next.href;
    }
  };
}

/** The status of a refusal, for a sentence, with the place that it redirects to. */
export function statusWords(response: Response, from: string, mask: (text: string) => string): string {
  const target = redirectTarget(response, from);
  if (target === null) return String(response.status);
  return `${response.status}, a redirect to ${serverText(target.origin + target.pathname, mask)}`;
}

function redirectTarget({ status, headers }: Response, from: string): URL | null {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || location === null || !URL.canParse(location, from)) return null;
  return new URL(location, from);
}
