import { KeyturnError } from '../../base/errors.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { parseUrl } from '../../base/url.ts';
import type { AuthorizationServer } from './discovery.ts';
import { serverText } from './text.ts';
import type { GrantTools } from '../grant.ts';

/** Endpoints by the names of their metadata (RFC 8414 section 2, RFC 8628 section 4, RFC 9126 section 5). */
export type EndpointName =
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'pushed_authorization_request_endpoint'
  | 'device_authorization_endpoint'
  | 'introspection_endpoint'
  | 'revocation_endpoint'
  | 'jwks_uri';

/** What an endpoint is called in messages, and in keyturn.json where it can stand there. */
const NAMES: Readonly<Record<EndpointName, { readonly words: string; readonly property: string | null }>> = {
  authorization_endpoint: { words: 'authorization endpoint', property: 'authorizationEndpoint' },
  token_endpoint: { words: 'token endpoint', property: 'tokenEndpoint' },
  pushed_authorization_request_endpoint: { words: 'pushed authorization request endpoint', property: null },
  device_authorization_endpoint: {
    words: 'device authorization endpoint',
    property: 'deviceAuthorizationEndpoint',
  },
  introspection_endpoint: { words: 'introspection endpoint', property: 'introspectionEndpoint' },
  revocation_endpoint: { words: 'revocation endpoint', property: 'revocationEndpoint' },
  jwks_uri: { words: 'address of its keys', property: 'jwksUri' },
};

/** Endpoints at which the client proves itself. */
export type PostedEndpoint = (typeof POSTED)[number];
const POSTED = [
  'token_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
] as const;

/**
 * What is known of the server of a profile: the endpoints that the profile itself names, over the metadata of its
 * issuer, which is asked only when one of `needed` is not named. Fails with `profile_invalid` without an issuer to
 * ask, and like `Discovery.find`.
 */
export async function findServer(
  profile: TokenProfile,
  needed: readonly EndpointName[],
  signal: AbortSignal,
  { discovery }: Pick<GrantTools, 'discovery'>,
): Promise<AuthorizationServer> {
  const named = namedEndpoints(profile);
  if (needed.every((name) => named[name] !== undefined)) {
    return { issuer: profile.issuer ?? new URL(Object.values(named)[0] ?? '').origin, ...named };
  }
  if (profile.issuer === null) {
    const missing = needed.find((name) => named[name] === undefined) ?? 'token_endpoint';
    const { property, words } = NAMES[missing];
    throw new KeyturnError(
      'profile_invalid',
      `The token profile "${profile.name}" names neither an issuer nor a ${words}.`,
      { hint: `Write an "issuer"${property === null ? '' : ` or a "${property}"`} into keyturn.json.` },
    );
  }
  const metadata = await discovery.find(profile.issuer, signal);
  const mutualTls = profile.clientAuthentication === 'tls_client_auth';
  return { ...(mutualTls ? withoutPlainHttp(withMtlsAliases(metadata)) : usable(metadata)), ...named };
}

/**
 * The same, with every one of `needed` usable, so that a fault shows before the person signs in. Fails
 * with `discovery_failed` too.
 */
export async function findUsableServer(
  profile: TokenProfile,
  needed: readonly EndpointName[],
  signal: AbortSignal,
  tools: Pick<GrantTools, 'discovery' | 'mask'>,
): Promise<AuthorizationServer> {
  const server = await findServer(profile, needed, signal, tools);
  for (const name of needed) endpointUrl(server, name, tools.mask);
  return server;
}

/** What an endpoint is called in messages. */
export function endpointWords(name: EndpointName): string {
  return NAMES[name].words;
}

/** The URL of an endpoint: https, or http on this computer. Fails with `discovery_failed`. */
export function endpointUrl(
  server: AuthorizationServer,
  name: EndpointName,
  mask: (text: string) => string,
): URL {
  const given = server[name];
  const url = typeof given === 'string' ? parseUrl(given) : null;
  if (url !== null && isSecureUrl(url)) return url;
  const { words, property } = NAMES[name];
  const came =
    given === undefined ? '' : `: its "${name}" is ${serverText(JSON.stringify(given), mask, 100)}`;
  throw new KeyturnError(
    'discovery_failed',
    `The issuer ${serverText(server.issuer, mask)} names no ${words} with https${came}.`,
    {
      hint:
        property === null
          ? 'Report this to the people who run the server.'
          : `Write the "${property}" into keyturn.json.`,
    },
  );
}

/** Scheme, host and path: a query may hold private values. */
export function shownUrl(url: URL, mask: (text: string) => string): string {
  return serverText(url.origin + url.pathname, mask);
}

/** RFC 8705 section 5: where a client shows its certificate, since browsers would ask the person for one. */
function withMtlsAliases(server: AuthorizationServer): AuthorizationServer {
  const aliases = POSTED.map((name) => [name, server.mtls_endpoint_aliases?.[name]] as const);
  return { ...server, ...Object.fromEntries(aliases.filter(([, alias]) => typeof alias === 'string')) };
}

const knownUsable = new WeakMap<AuthorizationServer, AuthorizationServer>();

/** `withoutPlainHttp`, done once for metadata that `discovery` keeps: each check of a token asks for them. */
function usable(metadata: AuthorizationServer): AuthorizationServer {
  let server = knownUsable.get(metadata);
  if (server === undefined) knownUsable.set(metadata, (server = withoutPlainHttp(metadata)));
  return server;
}

/** An issuer elsewhere has no business with http on this computer: the program that listens there is not the issuer's. */
function withoutPlainHttp(server: AuthorizationServer): AuthorizationServer {
  if (!server.issuer.startsWith('https:')) return server;
  const names: readonly string[] = Object.keys(NAMES);
  const isPlain = ([name, value]: [string, unknown]) =>
    names.includes(name) && parseUrl(String(value))?.protocol === 'http:';
  return {
    issuer: server.issuer,
    ...Object.fromEntries(Object.entries(server).filter((entry) => !isPlain(entry))),
  };
}

/** What the profile itself says; it stands above the metadata. */
export function namedEndpoints({
  tokenEndpoint,
  options,
}: TokenProfile): Partial<Record<EndpointName, string>> {
  const named: Partial<Record<EndpointName, string>> = {};
  if (tokenEndpoint !== null) named.token_endpoint = tokenEndpoint;
  if (options.authorizationEndpoint !== null) named.authorization_endpoint = options.authorizationEndpoint;
  if (options.deviceAuthorizationEndpoint !== null)
    named.device_authorization_endpoint = options.deviceAuthorizationEndpoint;
  if (options.introspectionEndpoint !== null) named.introspection_endpoint = options.introspectionEndpoint;
  if (options.revocationEndpoint !== null) named.revocation_endpoint = options.revocationEndpoint;
  if (options.jwksUri !== null) named.jwks_uri = options.jwksUri;
  return named;
}

/** Every text in the metadata of a server: a value that stands in one of them is no secret. */
export function addressesOf(server: AuthorizationServer): string[] {
  return Object.values(server).filter((value) => typeof value === 'string');
}
