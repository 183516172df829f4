import type { GrantContext } from '../../token/grant.ts';
import { grantOf } from '../../profile/grants/all.ts';
import { textOption } from '../../profile/options.ts';
import { isWithin } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { questionOf } from '../../consent/question.ts';
import { parseUrl } from '../../base/url.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import type { GrantTools } from '../grant.ts';
import { requireKnownReceivers } from './known.ts';
import { requireReachable } from './reach.ts';
import {
  neededEndpoints,
  pageOf,
  receiverNames,
  receiversInForce,
  strayReceivers,
  strayReceiversAt,
  strayRegistration,
} from './receivers.ts';
import { findServer, findUsableServer } from '../server/server.ts';

type Context = Pick<GrantContext, 'waiting' | 'signal'>;
type Tools = Pick<GrantTools, 'consent'>;
type Reach = Pick<GrantTools, 'discovery' | 'fetch' | 'fetchAs' | 'locate'>;

/**
 * A key file lies outside the workspace, and its path is no secret: any keyturn.json could have assertions signed with
 * it for a server, and tokens sent to origins, of its own choice. Fails with `access_denied`.
 */
export async function requireKeyFile(profile: TokenProfile, context: Context, tools: Tools): Promise<void> {
  const { grant, issuer, tokenEndpoint, options } = profile;
  if (options.keyFile === null) return;
  const { signIn } = grantOf(grant);
  const front =
    signIn?.posted === signIn?.endpoint && signIn !== null ? textOption(options, signIn.option) : null;
  const named = [issuer, tokenEndpoint, front, ...audiencesOf(options)];
  const servers = [...new Set(named.filter((server) => server !== null))];
  const question = questionOf(profile, { kind: 'key_file', path: options.keyFile, servers });
  await tools.consent.require(question, context);
}

/** Servers at which a JWT that the file words itself is good, though they may not be those that get it. */
function audiencesOf({ claims }: TokenProfile['options']): string[] {
  const audience: unknown = claims?.['aud'];
  const all: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  return all.filter((one): one is string => typeof one === 'string' && parseUrl(one) !== null);
}

/**
 * Secrets go where the person sees them going: a page speaks for its own server, metadata for their own issuer. What a
 * file or the metadata of one server lead to another one needs the person's word, or a sign-in at an honest server would
 * be redeemed elsewhere (RFC 9700 section 4.4). The same goes for servers to which a secret or token did not go before.
 * Gives the addresses that may get the token. Fails with `receiver_not_allowed`, `address_too_near`, and like discovery.
 */
export async function requireReceivers(
  profile: TokenProfile,
  context: Context & Pick<GrantContext, 'reauthenticate' | 'receivers'>,
  tools: Tools & Reach & Pick<GrantTools, 'mask'>,
): Promise<readonly string[] | null> {
  const server = await findUsableServer(profile, neededEndpoints(profile, context), context.signal, tools);
  const page = pageOf(profile, server);
  if (page !== null) await requireReachable(page, profile, tools);
  const stray = await strayReceivers(profile, server, context.signal, tools);
  if (stray !== null) await tools.consent.require(questionOf(profile, stray), context);
  // Where a refresh token is the grant itself.
  const receivers = grantOf(profile.grant).pasted === 'refresh_token' ? context.receivers : undefined;
  const endpoints = receiverNames(profile.grant);
  await requireKnownReceivers({ profile, server, endpoints, receivers }, stray, context, tools);
  return receivers ?? receiversInForce(profile, server, context.signal, tools);
}

/** The same before a refresh token is sent that a sign-in or a password brought. */
export async function requireRefreshReceivers(
  profile: TokenProfile,
  context: Context & Pick<GrantContext, 'receivers'>,
  tools: Tools & Reach,
): Promise<readonly string[] | null> {
  const server = await findServer(profile, ['token_endpoint'], context.signal, tools);
  const { receivers } = context;
  await requireKnownReceivers(
    { profile, server, endpoints: ['token_endpoint'], receivers },
    null,
    context,
    tools,
  );
  return receivers ?? receiversInForce(profile, server, context.signal, tools);
}

/** The same for the page at which a device code is entered, before the person sees it. */
export async function requireCodePage(
  page: URL,
  profile: TokenProfile,
  server: AuthorizationServer,
  context: Context,
  tools: Tools & Reach,
): Promise<void> {
  await requireReachable(page, profile, tools);
  const stray = await strayReceiversAt(page, profile, server, context.signal, tools);
  if (stray !== null) await tools.consent.require(questionOf(profile, stray), context);
}

/** The same for the endpoint that registers Keyturn as a client. */
export async function requireRegistration(
  profile: TokenProfile,
  server: AuthorizationServer,
  signal: AbortSignal,
  tools: Tools,
): Promise<void> {
  const stray = strayRegistration(profile, server);
  if (stray !== null) await tools.consent.require(questionOf(profile, stray), { waiting: true, signal });
}

/**
 * What is exchanged for a token stands for the same person: it goes where that one may, and elsewhere only when the
 * person allowed it. Fails with `access_denied`.
 */
export async function requireExchange(
  profile: TokenProfile,
  others: readonly TokenProfile[],
  context: Context,
  tools: Tools,
): Promise<void> {
  if (others.every(({ origins }) => isWithin(profile.origins, origins))) return;
  const tokens = others.map(({ name }) => name);
  await tools.consent.require(questionOf(profile, { kind: 'exchange', tokens }), context);
}
