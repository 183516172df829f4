import type { GrantContext } from '../../token/grant.ts';
import { grantOf } from '../../profile/grants/all.ts';
import { secretKey, type AskedSecret } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { questionOf } from '../../consent/question.ts';
import { addressOf, parseUrl } from '../../base/url.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import type { GrantTools } from '../grant.ts';
import { endpointsIn, issuerOf, receiversInForce, type StraySubject } from './receivers.ts';
import { isSameServer } from '../server/sameServer.ts';
import type { PostedEndpoint } from '../server/server.ts';

type Tools = Pick<GrantTools, 'consent' | 'discovery'>;
type Context = Pick<GrantContext, 'waiting' | 'signal'>;

export interface Sending {
  readonly profile: TokenProfile;
  readonly server: AuthorizationServer;
  readonly endpoints: readonly PostedEndpoint[];
  /** Where the token may go that is sent; absent where none is, and for one that was stored before this was noted. */
  readonly receivers?: readonly string[] | undefined;
}

/**
 * An issuer can publish honest endpoints while a person signs in, or enters a secret, and others afterwards. So a token
 * goes only where it could go when it was obtained, and a secret of the client where it could go when it was first used;
 * for every other server the person is asked, unless they `allowed` it a moment ago. What was stored before this
 * was noted goes on working: it is noted with its next use. Fails with `receiver_not_allowed`.
 */
export async function requireKnownReceivers(
  sending: Sending,
  allowed: StraySubject | null,
  context: Context,
  tools: Tools,
): Promise<void> {
  const { profile, server, endpoints, receivers } = sending;
  const secrets = await Promise.all(
    secretKeys(profile, endpoints).map(async (key) => ({
      key,
      known: (await tools.consent.receivers(key)) ?? undefined,
    })),
  );
  await requireAmong(sending, [receivers, ...secrets.map(({ known }) => known)], allowed, context, tools);
  const unknown = secrets.filter(({ known }) => known === undefined);
  if (unknown.length === 0) return;
  const inForce = await receiversInForce(profile, server, context.signal, tools);
  if (inForce === null) return;
  for (const { key } of unknown) await tools.consent.noteReceivers(key, inForce);
}

/** The same for a token alone, which the client of another profile sends. */
export function requireTokenReceivers(
  sending: Sending,
  context: Context,
  tools: Pick<Tools, 'consent'>,
): Promise<void> {
  return requireAmong(sending, [sending.receivers], null, context, tools);
}

async function requireAmong(
  { profile, server, endpoints }: Sending,
  memories: readonly (readonly string[] | undefined)[],
  allowed: StraySubject | null,
  context: Context,
  { consent }: Pick<Tools, 'consent'>,
): Promise<void> {
  const issuer = issuerOf(profile);
  const urls = endpointsIn(server, endpoints).map(({ url }) => url);
  const isStrange = (url: URL, known: readonly string[]) =>
    !isAllowed(url, allowed) && !isAmong(url, known, issuer);
  const known = memories
    .filter((memory) => memory !== undefined)
    .filter((memory) => urls.some((url) => isStrange(url, memory)));
  if (known.length === 0) return;
  const strange = urls.filter((url) => known.some((memory) => isStrange(url, memory)));
  await consent.require(questionOf(profile, subjectOf(profile, strange, known.flat())), context);
}

/** The secrets that are sent there, or that sign what is sent, wherever they are stored. */
function secretKeys(profile: TokenProfile, endpoints: readonly PostedEndpoint[]): string[] {
  const kinds = new Set<AskedSecret>();
  if (profile.clientId !== null) {
    if (profile.clientAuthentication === 'private_key_jwt') kinds.add('private_key');
    else if (profile.clientAuthentication.startsWith('client_secret_')) kinds.add('client_secret');
  }
  if (endpoints.includes('token_endpoint')) {
    for (const kind of grantOf(profile.grant).secrets) kinds.add(kind);
  }
  return [...kinds].map((kind) => secretKey(kind, profile));
}

function isAmong(url: URL, known: readonly string[], issuer: URL | null): boolean {
  return known.some((address) => {
    const one = parseUrl(address);
    return one !== null && isSameServer(one, url, issuer);
  });
}

function isAllowed(url: URL, allowed: StraySubject | null): boolean {
  return allowed?.receivers.some((shown) => shown === url.origin || shown === addressOf(url)) === true;
}

/** Origins, and the whole addresses where a known server shares the origin of a new one. */
function subjectOf({ issuer }: TokenProfile, strange: readonly URL[], known: readonly string[]) {
  const before = known.map(parseUrl).filter((url) => url !== null);
  const isShared = before.some(({ origin }) => strange.some((url) => url.origin === origin));
  const shown = (urls: readonly URL[]) => [
    ...new Set(urls.map((url) => (isShared ? addressOf(url) : url.origin))),
  ];
  const receivers = shown(strange);
  return {
    kind: 'new_receiver',
    at: issuer ?? receivers[0] ?? '',
    known: shown(before),
    receivers,
  } as const;
}
