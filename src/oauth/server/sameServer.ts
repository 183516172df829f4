/** Parts of paths that speak of the protocol, not of whose server it is. */
const PROTOCOL_PART =
  /^(?:api|auth|authorize|connect|device|ext|login|oauth|oauth2|oidc|openid|openid-connect|protocol|sso|token|v\d+(?:\.\d+)*)$/i;
/** What an endpoint itself is called. */
const ENDPOINT_PART =
  /activat|auth|code|connect|device|introspect|link|log-?in|\bpar\b|regist|revo|sign-?in|token/i;
/** Servers disagree on what these mean in a path: one may read another path than the one that was compared. */
const AMBIGUOUS = /%2e|%2f|%5c|%25|%3b|;|\/\//i;

/** True where an address is the issuer's own: at its origin, at or below its path. Issuers that share a host share nothing. */
export function isOfIssuer(url: URL, issuer: URL): boolean {
  if (url.origin !== issuer.origin || AMBIGUOUS.test(url.pathname)) return false;
  return `${url.pathname}/`.startsWith(
    issuer.pathname.endsWith('/') ? issuer.pathname : `${issuer.pathname}/`,
  );
}

/**
 * True where two endpoints are those of one server. At the issuer's host, but outside of its path, they have to lie next
 * to each other and not at the root, which is another issuer's. At any other host their paths may differ in what speaks
 * of the protocol: `/login/oauth/authorize` and `/login/device/code`.
 */
export function isSameServer(one: URL, other: URL, issuer: URL | null): boolean {
  if (one.href === other.href) return true;
  if (one.origin !== other.origin) return false;
  const within = issuer === null ? [] : [isOfIssuer(one, issuer), isOfIssuer(other, issuer)];
  if (within.includes(true)) return !within.includes(false);
  // Some servers tell tenants apart by the query.
  if (one.search !== other.search) return false;
  if (AMBIGUOUS.test(one.pathname) || AMBIGUOUS.test(other.pathname)) return false;
  if (issuer?.origin !== one.origin) return samePath(ownerOf(one), ownerOf(other));
  const folder = folderOf(one);
  return folder.length > 0 && samePath(folder, folderOf(other));
}

/** Vendors whose page for codes lies at another host than their endpoints, as their documentation has it. */
const CODE_PAGES: readonly { readonly pages: readonly string[]; readonly servers: readonly string[] }[] = [
  { pages: ['https://www.google.com/device'], servers: ['https://oauth2.googleapis.com'] },
  {
    pages: [
      'https://microsoft.com/devicelogin',
      'https://microsoft.com/link',
      'https://www.microsoft.com/link',
      'https://login.microsoft.com/device',
    ],
    servers: ['https://login.microsoftonline.com', 'https://login.live.com'],
  },
  { pages: ['https://microsoft.com/deviceloginus'], servers: ['https://login.microsoftonline.us'] },
  {
    pages: ['https://microsoft.com/deviceloginchina'],
    servers: ['https://login.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn'],
  },
];

/** True where a code that this endpoint gave or takes is entered at this page of the same vendor. */
export function isCodePageOf(page: URL, endpoint: URL): boolean {
  const address = page.origin + page.pathname;
  return CODE_PAGES.some(
    ({ pages, servers }) => pages.includes(address) && servers.includes(endpoint.origin),
  );
}

function samePath(one: readonly string[], other: readonly string[]): boolean {
  return one.join('/') === other.join('/');
}

/** Without the name of the endpoint and what stands before it in every server's paths. */
function ownerOf(url: URL): string[] {
  const parts = partsOf(url);
  if (ENDPOINT_PART.test(parts.at(-1) ?? '')) parts.pop();
  while (PROTOCOL_PART.test(parts.at(-1) ?? '')) parts.pop();
  return parts;
}

function folderOf(url: URL): string[] {
  return partsOf(url).slice(0, -1);
}

function partsOf({ pathname }: URL): string[] {
  return pathname.split('/').filter((part) => part !== '');
}
