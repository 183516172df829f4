/** The URL, or null where the text is none. Node.js 20 has no `URL.parse`. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** Scheme, host and path: a query may hold what is nobody's business. */
export function addressOf({ origin, pathname }: URL): string {
  return pathname === '/' ? origin : origin + pathname;
}
