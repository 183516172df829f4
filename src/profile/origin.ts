import { isLoopbackHost, withoutTrailingDot } from '../http/localhost.ts';
import { parseUrl } from '../base/url.ts';

/** Where a token may go, as one line of `origins` in keyturn.json says it. */
export interface OriginPattern {
  readonly scheme: 'http:' | 'https:';
  /** Lower case, in ASCII form, without a trailing dot; for a wildcard, what stands after `*.`. */
  readonly host: string;
  /** True for `*.host`: any depth of subdomain, but not the host itself. */
  readonly subdomains: boolean;
  /** Empty for the scheme's default port; `*` for any port, on loopback only. */
  readonly port: string;
}

export type OriginFaultCode = 'origin_invalid' | 'origin_too_wide' | 'insecure_origin';

export interface OriginFault {
  readonly code: OriginFaultCode;
  readonly message: string;
}

export type OriginPatternResult =
  | { readonly pattern: OriginPattern; readonly fault: null }
  | { readonly pattern: null; readonly fault: OriginFault };

/** RFC 1035 section 2.3.4. A longer name would push its end, which says whose it is, out of a question. */
const LONGEST_HOST = 253;

/** Second-level labels under which a country's registry sells names, such as `co.uk` and `com.au`. */
const REGISTRY_LABELS = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'gob',
  'gov',
  'go',
  'mil',
  'ne',
  'net',
  'nom',
  'or',
  'org',
]);

function fault(code: OriginFaultCode, message: string): OriginPatternResult {
  return { pattern: null, fault: { code, message } };
}

/**
 * Reads `https://api.example.com`, `https://*.example.com` or `http://127.0.0.1:*`. Messages never repeat the
 * text: it may hold a password.
 */
export function parseOriginPattern(text: string): OriginPatternResult {
  if (text === '*')
    return fault(
      'origin_too_wide',
      'An origin cannot be "*" alone: name the hosts that may receive the token.',
    );
  if (/[\s\\@\x00-\x1f\x7f]/.test(text)) {
    return fault(
      'origin_invalid',
      'An origin must not contain white space, a backslash or user information.',
    );
  }
  const schemeEnd = text.indexOf('://');
  const scheme = schemeEnd < 0 ? '' : text.slice(0, schemeEnd + 1).toLowerCase();
  if (scheme !== 'https:' && scheme !== 'http:') {
    return fault(
      'origin_invalid',
      'An origin starts with "https://". Only for this computer, it may start with "http://".',
    );
  }
  let rest = text.slice(schemeEnd + 3);
  if (rest.endsWith('/')) rest = rest.slice(0, -1);
  if (rest === '' || /[/?#]/.test(rest)) {
    return fault(
      'origin_invalid',
      'An origin is a scheme, a host and at most a port, without a path or query.',
    );
  }
  const subdomains = rest.startsWith('*.');
  if (subdomains) rest = rest.slice(2);
  const anyPort = rest.endsWith(':*');
  if (anyPort) rest = rest.slice(0, -2);

  const url = parseUrl(`${scheme}//${rest}`);
  if (url === null || url.hostname === '')
    return fault('origin_invalid', 'The host or port of this origin is not valid.');
  const host = withoutTrailingDot(url.hostname);
  // Looked for after parsing too: `%2A` and the full-width asterisk become `*` only there.
  if (host.includes('*')) {
    return fault(
      'origin_invalid',
      'An asterisk may stand only for whole subdomains, at the start of the host.',
    );
  }
  if (!isHostName(host)) {
    return fault(
      'origin_invalid',
      'A host has letters, digits, ".", "-" and "_", and at most 253 characters.',
    );
  }
  if (subdomains && isAddress(host)) return fault('origin_invalid', 'An IP address has no subdomains.');
  if (subdomains && isRegistry(host)) {
    return fault(
      'origin_too_wide',
      'This wildcard covers names of many owners: name at least one domain of your own.',
    );
  }
  const loopback = isLoopbackHost(host);
  if (anyPort && !loopback)
    return fault('origin_invalid', 'Keyturn allows any port ("*") only for this computer.');
  if (scheme === 'http:' && !loopback) {
    return fault('insecure_origin', 'Use https: Keyturn allows plain http only for this computer.');
  }
  return { pattern: { scheme, host, subdomains, port: anyPort ? '*' : url.port }, fault: null };
}

/** The one spelling of a pattern, so that equal patterns are equal strings. */
export function formatOriginPattern(pattern: OriginPattern): string {
  const port = pattern.port === '' ? '' : `:${pattern.port}`;
  return `${pattern.scheme}//${pattern.subdomains ? '*.' : ''}${pattern.host}${port}`;
}

/** True when each pattern of `inner` is one of `outer`, however they are spelled. */
export function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  const known = new Set(outer.map(canonicalOrigin));
  return inner.every((text) => known.has(canonicalOrigin(text)));
}

/** The one spelling of an origin; what is no pattern stays as it is. */
export function canonicalOrigin(text: string): string {
  const { pattern } = parseOriginPattern(text);
  return pattern === null ? text : formatOriginPattern(pattern);
}

/** True when one of the patterns covers the URL's origin. A pattern that is not valid covers nothing. */
export function originAllowed(patterns: readonly string[], url: URL): boolean {
  const host = withoutTrailingDot(url.hostname);
  for (const text of patterns) {
    const { pattern } = parseOriginPattern(text);
    if (pattern?.scheme !== url.protocol) continue;
    if (pattern.port !== '*' && pattern.port !== url.port) continue;
    if (pattern.subdomains) {
      const dot = host.length - pattern.host.length - 1;
      if (dot > 0 && host.endsWith(pattern.host) && host[dot] === '.') return true;
    } else if (host === pattern.host) {
      return true;
    }
  }
  return false;
}

/** True for `localhost`, its subdomains (RFC 6761), 127.0.0.0/8 and `[::1]`. */
export function isLoopback(url: URL): boolean {
  return isLoopbackHost(url.hostname);
}

/** True when a secret may be sent to the URL: https, or http to this computer. */
export function isSecureUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** The URL parser lets signs such as `!` and `;` be part of a name, and several dots; no server has such a name. */
function isHostName(host: string): boolean {
  if (host.startsWith('[')) return true;
  return host.length <= LONGEST_HOST && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host);
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function isRegistry(host: string): boolean {
  const [first = '', second, ...more] = host.split('.');
  if (second === undefined) return host !== 'localhost';
  return more.length === 0 && second.length === 2 && REGISTRY_LABELS.has(first);
}
