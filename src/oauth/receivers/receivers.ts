import { grantOf, isOAuthGrant } from '../../profile/grants/all.ts';
import { declaredReceivers } from '../../profile/declaredReceivers.ts';
import type { GrantContext } from '../../token/grant.ts';
import type { AskedSecret } from '../../profile/key.ts';
import type { Grant, TokenProfile } from '../../profile/profile.ts';
import type { ConsentSubject } from '../../consent/question.ts';
import { addressOf, parseUrl } from '../../base/url.ts';
import { joinedScope } from '../authorization/request.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import type { GrantTools } from '../grant.ts';
import { asksForOpenId } from '../idToken.ts';
import { isCodePageOf, isOfIssuer, isSameServer } from '../server/sameServer.ts';
import { findServer, namedEndpoints, type EndpointName, type PostedEndpoint } from '../server/server.ts';

/** What the token is shown to, with the client's secret, when a person asks about the token or ends it. */
export type LaterEndpoint = 'introspection_endpoint' | 'revocation_endpoint';
const LATER: readonly LaterEndpoint[] = ['introspection_endpoint', 'revocation_endpoint'];

const TOKEN_ENDPOINT: readonly 'token_endpoint'[] = ['token_endpoint'];

type Tools = Pick<GrantTools, 'discovery'>;

/** Servers that would get secrets although nothing that the person sees answers for them. */
export type StraySubject = Extract<ConsentSubject, { readonly kind: 'sign_in' }>;

type AnyEndpoint = EndpointName | 'registration_endpoint';

interface Endpoint {
  readonly name: AnyEndpoint;
  readonly url: URL;
}

/** Endpoints without which the grant cannot be performed; a person who signs in with openid is named by an ID token. */
export function neededEndpoints(
  { grant, scope }: TokenProfile,
  { reauthenticate }: Pick<GrantContext, 'reauthenticate'>,
): readonly EndpointName[] {
  const front = frontOf(grant);
  if (front === null) return TOKEN_ENDPOINT;
  const openId = asksForOpenId(joinedScope(scope, reauthenticate?.scope ?? null));
  return [front, ...TOKEN_ENDPOINT, ...(openId ? (['jwks_uri'] as const) : [])];
}

/**
 * Who gets secrets of a profile when a token is obtained, although no known server vouches for it; null where there is nothing
 * to ask. The page where the person signs in answers for endpoints of its own server. The issuer answers for what lies
 * below its path or stands in its metadata, if the page is the issuer's own or there is none.
 */
export async function strayReceivers(
  profile: TokenProfile,
  server: AuthorizationServer,
  signal: AbortSignal,
  tools: Tools,
): Promise<StraySubject | null> {
  const page = pageOf(profile, server);
  const all = receiversIn(server, profile);
  const foreign = await foreignEndpoints(profile, signal, tools);
  const strays = all.filter((one) => foreign.has(one.name) || !answersFor(page, one, profile));
  if (strays.length > 0) return subjectOf(profile, page, server, strays);
  // A page that the file names beside an honest issuer looks like that issuer's.
  const front = frontOf(profile.grant);
  return front !== null && foreign.has(front) ? subjectOf(profile, page, server, all) : null;
}

/**
 * The same for the page at which a device code is entered, which the server names only with the code. What was asked
 * about before is not asked about again.
 */
export async function strayReceiversAt(
  page: URL,
  profile: TokenProfile,
  server: AuthorizationServer,
  signal: AbortSignal,
  tools: Tools,
): Promise<StraySubject | null> {
  const before = pageOf(profile, server);
  const foreign = await foreignEndpoints(profile, signal, tools);
  const strays = receiversIn(server, profile).filter(
    (one) =>
      !answersFor(page, one, profile) &&
      !isCodePageOf(page, one.url) &&
      !foreign.has(one.name) &&
      answersFor(before, one, profile),
  );
  return strays.length === 0 ? null : subjectOf(profile, page, server, strays);
}

/**
 * The same for an endpoint that a token is shown to later. The server that issued the token answers for it, or the
 * issuer that answered for that server or for its page.
 */
export async function strayLater(
  profile: TokenProfile,
  server: AuthorizationServer,
  name: LaterEndpoint,
  signal: AbortSignal,
  tools: Tools,
): Promise<StraySubject | null> {
  const [endpoint] = endpointsIn(server, [name]);
  if (endpoint === undefined) return null;
  const homes = [endpointIn(server, 'token_endpoint'), pageOf(profile, server)].filter(isUrl);
  if (homes.some((home) => isSameServer(home, endpoint.url, issuerOf(profile)))) return null;
  const answered =
    namedEndpoints(profile)[name] === undefined
      ? // A token that did not come from the issuer goes to its own origins only: see `requireVouched`.
        !isOAuthGrant(profile.grant) || homes.some((home) => answersFor(home, endpoint, profile))
      : profile.issuer !== null && !(await foreignEndpoints(profile, signal, tools)).has(name);
  return answered ? null : subjectOf(profile, null, server, [endpoint]);
}

/**
 * Addresses that may get a token which is obtained now: the token endpoint, and what the token may be shown to later
 * without another question. Null where the token endpoint is not known.
 */
export async function receiversInForce(
  profile: TokenProfile,
  server: AuthorizationServer,
  signal: AbortSignal,
  tools: Tools,
): Promise<readonly string[] | null> {
  if (server.token_endpoint === undefined) return null;
  const urls = receiversIn(server, profile).map(({ url }) => url);
  for (const name of LATER) {
    const [endpoint] = endpointsIn(server, [name]);
    if (endpoint !== undefined && (await strayLater(profile, server, name, signal, tools)) === null)
      urls.push(endpoint.url);
  }
  return [...new Set(urls.map(({ href }) => href))];
}

/** The same for an endpoint at which Keyturn registers as a client before the person signs in. */
export function strayRegistration(profile: TokenProfile, server: AuthorizationServer): StraySubject | null {
  const page = pageOf(profile, server);
  const [endpoint] = endpointsIn(server, ['registration_endpoint']);
  if (endpoint === undefined || answersFor(page, endpoint, profile)) return null;
  return subjectOf(profile, page, server, [endpoint]);
}

/** The addresses that a secret goes to, for the person who is asked for it. */
export type FindReceivers = (profile: TokenProfile, kind: SentSecret) => Promise<readonly string[]>;

export type SentSecret = AskedSecret | 'refresh_token';

/** A person waits for the question: an issuer that does not answer is not waited for any longer. */
const LONGEST_SEARCH_MS = 5_000;

/**
 * The addresses that a secret of a profile goes to, or that get what is signed with it, one for each server, that of the
 * token endpoint first: the issuer for what lies below its path, else the endpoint. Where the issuer does not say them,
 * what the profile itself says of them.
 */
export async function secretReceivers(
  profile: TokenProfile,
  kind: SentSecret,
  tools: Tools,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(LONGEST_SEARCH_MS);
  const names = kind === 'password' ? TOKEN_ENDPOINT : [...receiverNames(profile.grant), ...LATER];
  const server = await serverOf(profile, names, signal, tools);
  if (server === null) return declaredReceivers(profile);
  const issuer = issuerOf(profile);
  const urls: URL[] = [];
  for (const { url } of endpointsIn(server, names)) {
    const shown = issuer !== null && isOfIssuer(url, issuer) ? issuer : url;
    if (!urls.some((known) => isSameServer(known, shown, issuer))) urls.push(shown);
  }
  return urls.length === 0 ? declaredReceivers(profile) : urls.map(addressOf);
}

/** Null where the issuer does not answer: a prompt is no reason to fail. */
async function serverOf(
  profile: TokenProfile,
  names: readonly EndpointName[],
  signal: AbortSignal,
  tools: Tools,
): Promise<AuthorizationServer | null> {
  if (profile.issuer === null) return { issuer: '', ...namedEndpoints(profile) };
  return findServer(profile, names, signal, tools).catch(() => null);
}

/** What gets a code, a device code, a password, an assertion, a token or the client's secret when a token is obtained. */
export function receiverNames(grant: Grant): readonly PostedEndpoint[] {
  const { from, signIn } = grantOf(grant);
  if (signIn !== null) return ['token_endpoint', signIn.posted];
  return from === 'server' ? TOKEN_ENDPOINT : [];
}

/** The endpoint at which a sign-in begins: the page itself, or what says where the page is. */
function frontOf(grant: Grant): EndpointName | null {
  return grantOf(grant).signIn?.endpoint ?? null;
}

function receiversIn(server: AuthorizationServer, { grant }: TokenProfile): Endpoint[] {
  return endpointsIn(server, receiverNames(grant));
}

/** Those that the server has. */
export function endpointsIn(server: AuthorizationServer, names: readonly AnyEndpoint[]): Endpoint[] {
  return names.flatMap((name) => {
    const url = endpointIn(server, name);
    return url === null ? [] : [{ name, url }];
  });
}

function endpointIn(server: AuthorizationServer, name: AnyEndpoint): URL | null {
  const given = server[name];
  return typeof given === 'string' ? parseUrl(given) : null;
}

/** Where the person signs in, as far as it is known beforehand; null for a grant without a page. */
export function pageOf({ grant }: TokenProfile, server: AuthorizationServer): URL | null {
  const front = frontOf(grant);
  return front === null ? null : endpointIn(server, front);
}

export function issuerOf({ issuer }: TokenProfile): URL | null {
  return issuer === null ? null : parseUrl(issuer);
}

/** True where the page answers for an endpoint: both are of one server, or the page is that of the issuer that names it. */
function answersFor(page: URL | null, { url }: Endpoint, profile: TokenProfile): boolean {
  const issuer = issuerOf(profile);
  if (page === null || (issuer !== null && isOfIssuer(page, issuer))) return true;
  return isSameServer(page, url, issuer);
}

/** Endpoints that the file names beside an issuer which is not known to have them. */
async function foreignEndpoints(
  profile: TokenProfile,
  signal: AbortSignal,
  { discovery }: Tools,
): Promise<ReadonlySet<string>> {
  const issuer = issuerOf(profile);
  if (issuer === null || profile.issuer === null) return new Set();
  const named = Object.entries(namedEndpoints(profile)).filter(([, text]) => {
    const url = parseUrl(text);
    return url === null || !isOfIssuer(url, issuer);
  });
  if (named.length === 0) return new Set();
  const published: Readonly<Record<string, unknown>> = await discovery
    .find(profile.issuer, signal)
    .catch(() => ({}));
  return new Set(named.filter(([name, text]) => !isSameUrl(text, published[name])).map(([name]) => name));
}

function isSameUrl(one: string, other: unknown): boolean {
  const url = parseUrl(one);
  return url !== null && typeof other === 'string' && parseUrl(other)?.href === url.href;
}

/** Origins, and the whole addresses where two of them share one. */
function subjectOf(
  profile: TokenProfile,
  page: URL | null,
  server: AuthorizationServer,
  strays: readonly Endpoint[],
): StraySubject {
  const issuer = issuerOf(profile);
  const at = page ?? issuer ?? endpointIn(server, 'token_endpoint');
  const isShared = strays.some(({ url }) => url.origin === at?.origin);
  const shown = (url: URL) => (isShared ? addressOf(url) : url.origin);
  const redeemedAt = endpointIn(server, 'token_endpoint') ?? strays[0]?.url;
  return {
    kind: 'sign_in',
    at: page === null && profile.issuer !== null ? profile.issuer : at === null ? '' : shown(at),
    redeemedAt: redeemedAt === undefined ? '' : shown(redeemedAt),
    receivers: [...new Set(strays.map(({ url }) => shown(url)))],
    issuer: profile.issuer,
    hasPage: page !== null,
  };
}

function isUrl(url: URL | null): url is URL {
  return url !== null;
}
