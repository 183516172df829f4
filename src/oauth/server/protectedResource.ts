import {
  allowInsecureRequests,
  customFetch,
  processResourceDiscoveryResponse,
  resourceDiscoveryRequest,
} from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import { hostSpace, isNearer, type AddressSpace } from '../../http/addressSpace.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { hasVariable } from '../../profile/variables.ts';
import { parseUrl } from '../../base/url.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import type { GrantTools } from '../grant.ts';
import { spaceOf } from '../receivers/reach.ts';

/** What an API says of itself (RFC 9728 section 2). */
export interface ProtectedResource {
  /**
   * Its identifier, to be sent as `resource` (RFC 8707): of the origin of the request, at or above its path. Null for
   * an API that publishes none.
   */
  readonly resource: string | null;
  /** Issuers, at least one. The API chose them: the person confirms. */
  readonly authorizationServers: readonly string[];
  readonly scopes: readonly string[];
  /** Its tokens must be bound to a key (RFC 9449). */
  readonly dpopRequired: boolean;
}

type Tools = Pick<GrantTools, 'fetch' | 'timeoutMs'> & Partial<Pick<GrantTools, 'locate'>>;

const MOST_SERVERS = 20;
const MOST_SCOPES = 200;
/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/**
 * The metadata of the API at `url`: at the address of its challenge, else at the well-known addresses for the path and
 * for the origin; null where there are none. Fails with `discovery_failed` where they speak for another API, and with
 * `cancelled` or a code of the `http` group.
 */
export async function describeResource(
  url: URL,
  metadataUrl: string | null,
  tools: Tools,
  signal: AbortSignal,
): Promise<ProtectedResource | null> {
  const origin = new URL(url.origin);
  const path = new URL(url.pathname, url.origin);
  const attempts = [
    ...(metadataUrl === null ? [] : [{ identifier: origin, exact: metadataUrl }]),
    ...(path.href === origin.href ? [] : [{ identifier: path, exact: null }]),
    { identifier: origin, exact: null },
  ];
  for (const { identifier, exact } of attempts) {
    const response = await ask(identifier, exact, url, tools, signal);
    const resource = await identifierIn(response);
    if (resource !== null) return read(url, resource, response, await spaceOf(url, tools));
  }
  return null;
}

/** The failure for an API without metadata. */
export function undescribed(url: URL): KeyturnError {
  return failure(url, `The API ${url.origin} does not say who issues its tokens.`, {
    hint: 'Declare a token profile in keyturn.json with the issuer that the documentation of the API names.',
  });
}

async function ask(
  identifier: URL,
  exact: string | null,
  url: URL,
  { fetch, timeoutMs }: Tools,
  signal: AbortSignal,
): Promise<Response> {
  const address = exact === null ? identifier : parseUrl(exact);
  if (address !== null && !isSecureUrl(address)) {
    throw failure(url, `The API ${url.origin} describes itself at an address without https.`);
  }
  if (address?.origin !== url.origin) {
    throw failure(url, `The API ${url.origin} describes itself at an address of another origin.`, {
      hint: 'Tell the people who run the API: its "resource_metadata" must be at its own origin.',
    });
  }
  const bounded = boundedFetch({
    fetch,
    timeoutMs,
    subject: `The description of the API ${url.origin}`,
    failed: 'discovery_failed',
    tooLong: 'discovery_failed',
  });
  const toExact: BoundedFetch = (wellKnown, request) => bounded(exact ?? wellKnown, request);
  return resourceDiscoveryRequest(identifier, {
    signal,
    [customFetch]: toExact,
    [allowInsecureRequests]: address.protocol === 'http:',
  });
}

/** What an answer names as its `resource`; null for one that is no metadata, such as the page of an application. */
async function identifierIn(response: Response): Promise<string | null> {
  if (response.status !== 200) return null;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const named = typeof body === 'object' && body !== null && 'resource' in body ? body.resource : null;
  return typeof named === 'string' ? named : null;
}

async function read(
  url: URL,
  named: string,
  response: Response,
  space: AddressSpace,
): Promise<ProtectedResource> {
  const resource = parseUrl(named);
  if (resource === null || hasVariable(named) || !covers(resource, url)) {
    throw failure(url, `The description of the API ${url.origin} is that of another API.`, {
      hint: 'Tell the people who run the API: "resource" must name the API itself (RFC 9728 section 3.3).',
    });
  }
  const metadata = await processResourceDiscoveryResponse(resource, response);
  const issuers = strings(metadata.authorization_servers).filter((issuer) => isIssuerFor(url, issuer, space));
  if (issuers.length === 0) {
    throw failure(url, `The API ${url.origin} names no authorization server with https.`);
  }
  return {
    resource: named,
    authorizationServers: [...new Set(issuers)].slice(0, MOST_SERVERS),
    scopes: usableScopes(strings(metadata.scopes_supported)),
    dpopRequired: metadata.dpop_bound_access_tokens_required === true,
  };
}

/** Scopes that a server named, as far as they can be asked for; each once. */
export function usableScopes(scopes: readonly string[]): string[] {
  const usable = scopes.filter((scope) => SCOPE.test(scope) && !hasVariable(scope));
  return [...new Set(usable)].slice(0, MOST_SCOPES);
}

function isIssuerFor(url: URL, issuer: string, space: AddressSpace): boolean {
  const address = parseUrl(issuer);
  if (address?.username !== '' || address.password !== '') return false;
  // The person is shown the text as it is.
  if (!/^[\x21-\x7e]{1,2000}$/.test(issuer)) return false;
  // It is to be written into keyturn.json, where braces would be replaced by what a variable holds.
  return !hasVariable(issuer) && isAllowedFrom(url, address, space);
}

/** An API elsewhere must not send us to what listens on this computer or in a local network. */
function isAllowedFrom(url: URL, address: URL, space: AddressSpace): boolean {
  if (isNearer(hostSpace(address.hostname) ?? 'public', space)) return false;
  if (address.protocol === 'https:') return true;
  return isSecureUrl(address) && url.protocol === 'http:' && isSecureUrl(url);
}

/** An API speaks for its own origin, and there for what lies below its path. */
function covers(resource: URL, url: URL): boolean {
  if (resource.origin !== url.origin || resource.hash !== '') return false;
  const path = resource.pathname.endsWith('/') ? resource.pathname : `${resource.pathname}/`;
  return `${url.pathname}/`.startsWith(path);
}

/** The typings promise strings, which a server need not send. */
function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function failure(url: URL, message: string, options: { readonly hint?: string } = {}): KeyturnError {
  return new KeyturnError('discovery_failed', message, { ...options, data: { origin: url.origin } });
}
