import type { Hop } from '../hop.ts';
import { headerValue, type HeaderList, type RequestCookies } from '../message.ts';

/** The message with the cookies of its host before those that the file writes, as REST Client puts them. */
export function withCookies(hop: Hop, cookies: RequestCookies | null): Hop {
  const kept = cookies === null || isElsewhere(hop) ? null : cookies.headerFor(hop.url);
  if (kept === null) return hop;
  const headers: (readonly [string, string])[] = [];
  let value = kept;
  for (const header of hop.headers) {
    if (header[0].toLowerCase() !== 'cookie') headers.push(header);
    else if (header[1].trim() !== '') value += `; ${header[1].trim()}`;
  }
  return { ...hop, headers: [...headers, ['Cookie', value]] };
}

/** Keeps what the host of a message sets. */
export async function takeCookies(
  hop: Hop,
  headers: HeaderList,
  cookies: RequestCookies | null,
): Promise<void> {
  if (cookies !== null) await cookies.answered(isElsewhere(hop) ? null : hop.url, headers);
}

/** Whether a Host header names another host than the URL: cookies of neither belong there. */
function isElsewhere({ url, headers }: Hop): boolean {
  const host = headerValue(headers, 'host');
  return host !== null && host.trim().toLowerCase() !== url.host;
}
