import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isLocalhost } from './localhost.ts';

/**
 * How near an address is, as browsers tell it (Local Network Access): this computer, a network that the public
 * Internet does not reach, or everything else.
 */
export type AddressSpace = 'loopback' | 'local' | 'public';

const DISTANCE: Readonly<Record<AddressSpace, number>> = { loopback: 0, local: 1, public: 2 };

/** True when something in `space` lies nearer to this computer than `nearest`. */
export function isNearer(space: AddressSpace, nearest: AddressSpace): boolean {
  return DISTANCE[space] < DISTANCE[nearest];
}

/** The farthest of several; public when there is none. */
export function farthest(spaces: readonly AddressSpace[]): AddressSpace {
  return spaces.reduce<AddressSpace>(
    (far, space) => (isNearer(far, space) ? space : far),
    spaces[0] ?? 'public',
  );
}

/**
 * Where an IP address lies. An IPv4 address inside an IPv6 one (mapped, translated, 6to4) counts as what it is itself.
 * The unspecified address reaches this computer. What is no address is as near as can be.
 */
export function addressSpace(address: string): AddressSpace {
  if (!ipaddr.isValid(address)) return 'loopback';
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  if (range === 'loopback' || range === 'unspecified') return 'loopback';
  if (LOCAL_RANGES.has(range)) return 'local';
  const inner = parsed instanceof ipaddr.IPv6 ? embedded(parsed, range) : null;
  return inner === null ? 'public' : addressSpace(inner);
}

/** Where the host of a URL lies; null for a name, which only a resolver can tell. Brackets may stand around it. */
export function hostSpace(hostname: string): AddressSpace | null {
  if (isLocalhost(hostname)) return 'loopback';
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(address) === 0 ? null : addressSpace(address);
}

const LOCAL_RANGES = new Set([
  'private',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'deprecatedSiteLocal',
  'broadcast',
  'multicast',
]);

/** The IPv4 address that a gateway would hand a packet on to. */
function embedded({ parts }: ipaddr.IPv6, range: string): string | null {
  switch (range) {
    case 'rfc6052':
    case 'rfc6145':
      return dotted(parts, 6);
    case '6to4':
      return dotted(parts, 1);
    default:
      // IPv4-compatible addresses (RFC 4291 section 2.5.5.1).
      return parts.slice(0, 6).every((part) => part === 0) ? dotted(parts, 6) : null;
  }
}

function dotted(parts: readonly number[], from: number): string {
  const [high = 0, low = 0] = parts.slice(from, from + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
