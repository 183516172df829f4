import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { withoutTrailingDot } from './localhost.ts';

/** In `noProxy`, this entry sends loopback addresses through the proxy too. Otherwise they never go there. */
export const LOOPBACK_THROUGH_PROXY = '<-loopback>';
/** Names without a dot, as browsers write it. */
const DOTLESS_NAMES = '<local>';

/** What NO_PROXY and its like say. */
export interface NoProxy {
  /** True when the URL is reached without the proxy. */
  covers(url: URL): boolean;
  /** Entries that say nothing Keyturn understands; they cover nothing. */
  readonly unreadable: readonly string[];
}

/**
 * Reads entries of the kinds that curl, Go and browsers know: `*`, `example.com` (with its subdomains), `.example.com`,
 * `*.example.com`, addresses, ranges such as `10.0.0.0/8` and `fd00::/8`, IPv6 with or without brackets; each may have
 * a port behind it. Addresses and ranges are compared with addresses in the URL; names are not resolved.
 */
export function readNoProxy(entries: readonly string[]): NoProxy {
  const rules: Rule[] = [];
  const unreadable: string[] = [];
  for (const entry of entries.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean)) {
    if (entry === LOOPBACK_THROUGH_PROXY) continue;
    const rule = readEntry(entry.toLowerCase());
    if (rule === null) unreadable.push(entry);
    else rules.push(rule);
  }
  return { covers: (url) => rules.some((rule) => rule(url)), unreadable };
}

type Rule = (url: URL) => boolean;

function readEntry(entry: string): Rule | null {
  if (entry === '*') return () => true;
  if (entry === DOTLESS_NAMES) return ({ hostname }) => isIP(bare(hostname)) === 0 && !/\../.test(hostname);
  const parts = partsOf(entry);
  if (parts === null) return null;
  const host = addressRule(parts.host) ?? nameRule(parts.host);
  if (host === null) return null;
  return parts.port === null ? host : (url) => portOf(url) === parts.port && host(url);
}

/** Splits off the port: of IPv6 only where brackets tell it from the address. */
function partsOf(entry: string): { readonly host: string; readonly port: string | null } | null {
  const bracketed = /^\[([^[\]]*)\](\/\d{1,3})?(?::(\d{1,5}))?$/.exec(entry);
  if (bracketed !== null) {
    const [, address = '', length = '', port = null] = bracketed;
    return isIP(address.split('/')[0] ?? '') === 6 ? { host: address + length, port } : null;
  }
  const [host = '', port = null, ...more] = entry.split(':');
  if (more.length > 0) return { host: entry, port: null };
  return port === null || /^\d{1,5}$/.test(port) ? { host, port } : null;
}

function addressRule(host: string): Rule | null {
  const [address = '', length, ...more] = host.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return null;
  const longest = version === 4 ? 32 : 128;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > longest)) return null;
  return within(ipaddr.parse(address), length === undefined ? longest : Number(length));
}

function within(range: ipaddr.IPv4 | ipaddr.IPv6, length: number): Rule {
  // An IPv4 address may be written as an IPv6 one, in the entry and in the URL.
  const mapped = range instanceof ipaddr.IPv6 && range.isIPv4MappedAddress() && length >= 96;
  const plain = mapped ? range.toIPv4Address() : range;
  const bits = mapped ? length - 96 : length;
  return ({ hostname }) => {
    const host = bare(hostname);
    if (isIP(host) === 0) return false;
    const address = ipaddr.process(host);
    return address.kind() === plain.kind() && address.match(plain, bits);
  };
}

function nameRule(entry: string): Rule | null {
  // domainToASCII would cut these off.
  if (/[/\\?#@%]/.test(entry)) return null;
  const name = withoutTrailingDot(domainToASCII(entry.replace(/^\*?\./, '')));
  // What domainToASCII takes for an address was meant as something else, such as `10.` or `192.168`.
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) || isIP(name) !== 0) return null;
  return ({ hostname }) => {
    const host = withoutTrailingDot(hostname);
    return host === name || (isIP(bare(host)) === 0 && host.endsWith(`.${name}`));
  };
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}
