import type { AddressSpace } from '../../http/addressSpace.ts';
import { hostSpace, isNearer } from '../../http/addressSpace.ts';
import { tooNear } from '../../http/network.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { parseUrl } from '../../base/url.ts';
import type { GrantTools } from '../grant.ts';
import type { Fetch } from '../server/boundedFetch.ts';
import { namedEndpoints } from '../server/server.ts';

type Tools = Pick<GrantTools, 'fetch' | 'fetchAs' | 'locate'>;

/** Where a host lies as its name alone tells it. */
export function locateByName(url: URL): Promise<AddressSpace> {
  return Promise.resolve(hostSpace(url.hostname) ?? 'public');
}

/**
 * Tools whose requests go no nearer than the issuer of a profile, whatever its metadata name: a server elsewhere cannot
 * lead to this computer or into a local network. What the issuer has at its own origin, and what the file itself names,
 * may be anywhere. Requests then fail with `address_too_near` too.
 */
export function withinReach<Some extends Tools>(profile: TokenProfile, tools: Some): Some {
  return profile.issuer === null
    ? tools
    : withinReachOf(profile.issuer, tools, Object.values(namedEndpoints(profile)));
}

/** The same for an issuer without a profile. */
export function withinReachOf<Some extends Tools>(
  issuer: string,
  tools: Some,
  named: readonly string[] = [],
): Some {
  const home = parseUrl(issuer);
  if (home === null) return tools;
  const free = new Set(named.map(withoutQuery));
  let found: Promise<AddressSpace> | null = null;
  const limited =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin === home.origin || free.has(withoutQuery(url.href))) return fetch(input, init);
      return noNearerThan(await (found ??= spaceOf(home, tools)), fetch)(input, init);
    };
  return {
    ...tools,
    fetch: limited(tools.fetch),
    fetchAs: (certificate) => limited(tools.fetchAs(certificate)),
  };
}

/** A fetch that goes to nothing nearer. Fails with `address_too_near` too. */
export function noNearerThan(nearest: AddressSpace, fetch: Fetch): Fetch {
  return async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    const space = hostSpace(hostname);
    if (space !== null && isNearer(space, nearest)) throw tooNear(hostname, space);
    // What a name stands for is known when it is connected to.
    return fetch(input, { ...init, nearest });
  };
}

/**
 * Refuses a page that the metadata of an issuer, or what it answered, lead a browser to, where it lies nearer than the
 * issuer. Fails with `address_too_near`.
 */
export async function requireReachable(page: URL, profile: TokenProfile, tools: Tools): Promise<void> {
  const issuer = profile.issuer === null ? null : parseUrl(profile.issuer);
  if (issuer === null || issuer.origin === page.origin) return;
  if (Object.values(namedEndpoints(profile)).some((named) => withoutQuery(named) === withoutQuery(page.href)))
    return;
  const space = await spaceOf(page, tools);
  if (isNearer(space, await spaceOf(issuer, tools))) throw tooNear(page.hostname, space);
}

/** Where a server lies; a name that stands for nothing cannot be connected to either. */
export function spaceOf(
  url: URL,
  { locate = locateByName }: Partial<Pick<Tools, 'locate'>>,
): Promise<AddressSpace> {
  return locate(url).catch(() => 'public');
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}
