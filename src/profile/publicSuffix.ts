import { getPublicSuffix } from 'tldts';

/** Hosts are names in ASCII here, not addresses. */
const OPTIONS = {
  allowPrivateDomains: true,
  detectIp: false,
  extractHostname: false,
  validateHostname: false,
};
/** Any label: below some names every single one is a suffix, as below `kawasaki.jp`. */
const ANY = 'a';

/**
 * True where names below the host belong to many owners, by the public suffix list (https://publicsuffix.org) with its
 * private section: `co.uk`, and `github.io` as well.
 */
export function hasManyOwners(host: string): boolean {
  const below = `${ANY}.${host}`;
  return getPublicSuffix(host, OPTIONS) === host || getPublicSuffix(below, OPTIONS) === below;
}
