import { fullyDecoded } from '../../redaction/fullyDecoded.ts';
import { parseUrl } from '../../base/url.ts';

/** The path of a location, which may be a URI. */
export function pathOf(location: string): string {
  const url = location.startsWith('file:') ? parseUrl(location) : null;
  if (url === null) return location;
  const path = fullyDecoded(url.pathname);
  return /^\/[a-z]:\//i.test(path) ? path.slice(1) : path;
}
