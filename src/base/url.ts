/** The URL, or null where the text is none. Node.js 20 has no `URL.parse`. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** What of a URL is sent: path and query. `search` does not tell an empty query from none. */
export function targetOf({ pathname, search, href }: URL): string {
  const isEmptyQuery = search === '' && href.split('#', 1)[0]?.endsWith('?') === true;
  return pathname + (isEmptyQuery ? '?' : search);
}

/** Scheme, host and path: a query may hold private values. */
export function addressOf({ origin, pathname }: URL): string {
  return pathname === '/' ? origin : origin + pathname;
}
