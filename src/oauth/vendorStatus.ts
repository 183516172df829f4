import { KeyturnError } from '../errors.ts';
import { isObject } from '../token/claims.ts';
import { classifyToken } from '../token/kind.ts';
import { formatOriginPattern, isSecureUrl, originAllowed, parseOriginPattern } from '../token/origin.ts';
import type { TokenProfile } from '../token/profile.ts';
import type { Introspection } from '../token/proof.ts';
import { parseUrl } from '../url.ts';
import { boundedFetch, type BoundedRequest } from './boundedFetch.ts';
import type { GrantTools } from './grant.ts';
import { shownUrl } from './server.ts';
import { VENDOR_ENDPOINTS, type Place, type VendorEndpoint } from './vendors.ts';

export interface FoundVendor {
  readonly endpoint: VendorEndpoint;
  readonly url: URL;
}

/** The vendor's endpoint for a token, at an origin that the token may go to; null when there is none. */
export function findVendor(
  { origins }: Pick<TokenProfile, 'origins'>,
  accessToken: string,
): FoundVendor | null {
  const { id } = classifyToken(accessToken);
  for (const endpoint of VENDOR_ENDPOINTS) {
    if (!endpoint.kinds.includes(id)) continue;
    const bases = endpoint.origin === null ? exactOrigins(origins) : [endpoint.origin];
    for (const base of bases) {
      const url = parseUrl(base + endpoint.path);
      if (url !== null && isSecureUrl(url) && originAllowed(origins, url)) return { endpoint, url };
    }
  }
  return null;
}

/** Asks a vendor what a token is worth. Fails with `introspection_failed`, `cancelled`, or a code of the `http` group. */
export async function askVendor(
  { endpoint, url }: FoundVendor,
  accessToken: string,
  signal: AbortSignal,
  tools: Pick<GrantTools, 'fetch' | 'timeoutMs' | 'clock' | 'mask'>,
): Promise<Introspection> {
  const shown = shownUrl(url, tools.mask);
  const subject = `${endpoint.vendor} (${shown})`;
  const ask = boundedFetch({
    ...tools,
    subject,
    failed: 'introspection_failed',
    tooLong: 'introspection_failed',
  });
  const { address, request } = requestFor(endpoint, url, accessToken);
  const response = await ask(address, { ...request, signal });
  const { status } = response;
  const checkedAtMs = tools.clock.now();
  const refused = (endpoint.refusals ?? [401]).includes(status);
  if (status !== 200 && !refused) {
    throw new KeyturnError('introspection_failed', `${subject} answered ${status}.`, {
      hint: status >= 500 || status === 429 ? 'Try again later.' : 'The token may not ask this.',
      data: { status },
    });
  }
  const body: unknown = await response.json().catch(() => null);
  if (!refused && !isObject(body)) {
    throw new KeyturnError('introspection_failed', `${subject} answered something that is not JSON.`, {
      data: { status },
    });
  }
  const read = (place: Place | undefined) => valueAt(response, body, place);
  return {
    active: !refused && isActive(endpoint, read(endpoint.active)),
    conclusive: true,
    vendor: endpoint.vendor,
    endpoint: shown,
    scopes: refused ? null : scopesOf(read(endpoint.scopes)),
    expiresAtMs: timeOf(read(endpoint.expires)) ?? endAfter(read(endpoint.expiresIn), checkedAtMs),
    subject: textOf(read(endpoint.subject)),
    claims: isObject(body) ? body : {},
    signed: false,
    checkedAtMs,
  };
}

/** Origins without a wildcard: the one place where a person's own server can be. */
function exactOrigins(origins: readonly string[]): string[] {
  return origins.flatMap((text) => {
    const { pattern } = parseOriginPattern(text);
    return pattern === null || pattern.subdomains || pattern.port === '*'
      ? []
      : [formatOriginPattern(pattern)];
  });
}

function requestFor({ send, method }: VendorEndpoint, url: URL, accessToken: string) {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'keyturn' };
  if (send.scheme !== undefined) headers['authorization'] = `${send.scheme} ${accessToken}`;
  if (send.header !== undefined) headers[send.header] = accessToken;
  const address = new URL(url);
  if (send.query !== undefined) address.searchParams.set(send.query, accessToken);
  const body = send.form === undefined ? undefined : new URLSearchParams({ [send.form]: accessToken });
  const request: BoundedRequest = { method, headers, body, redirect: 'manual' };
  return { address: address.href, request };
}

function valueAt(response: Response, body: unknown, place: Place | undefined): unknown {
  if (place === undefined) return null;
  if ('header' in place) return response.headers.get(place.header);
  let value = body;
  for (const name of place.json) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  return value;
}

function isActive({ active }: VendorEndpoint, value: unknown): boolean {
  return active === undefined || value === true || value === 'active';
}

/** Null where nothing is said; an empty header says that there are none. */
function scopesOf(value: unknown): string[] | null {
  if (typeof value === 'string') return value.split(/[\s,]/).filter((scope) => scope !== '');
  if (!Array.isArray(value)) return null;
  return value.filter((scope: unknown): scope is string => typeof scope === 'string' && scope !== '');
}

function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return value > 0 ? asTime(value * 1000) : null;
  if (typeof value !== 'string' || value === '') return null;
  // Google writes seconds as text, GitHub a date with the name of its zone.
  return /^\d{1,12}$/.test(value) ? asTime(Number(value) * 1000) : asTime(Date.parse(value.slice(0, 40)));
}

function endAfter(value: unknown, nowMs: number): number | null {
  return typeof value === 'number' && value > 0 ? asTime(nowMs + value * 1000) : null;
}

function asTime(ms: number): number | null {
  return Number.isNaN(new Date(ms).getTime()) ? null : Math.round(ms);
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
