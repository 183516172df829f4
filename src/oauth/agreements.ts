import type { GrantContext } from '../token/grant.ts';
import { isWithin } from '../token/origin.ts';
import type { TokenProfile } from '../token/profile.ts';
import { questionOf } from '../token/sources/consent.ts';
import { parseUrl } from '../url.ts';
import type { GrantTools } from './grant.ts';

type Context = Pick<GrantContext, 'waiting' | 'signal'>;
type Tools = Pick<GrantTools, 'agreements'>;

/**
 * A key file lies outside the workspace, and its path is no secret: any keyturn.json could have assertions signed with
 * it for a server, and tokens sent to origins, of its own choice. Fails with `access_denied`.
 */
export async function requireKeyFile(profile: TokenProfile, context: Context, tools: Tools): Promise<void> {
  const { issuer, tokenEndpoint, options } = profile;
  if (options.keyFile === null) return;
  const servers = [issuer, tokenEndpoint].filter((server) => server !== null);
  const question = questionOf(profile, { kind: 'key_file', path: options.keyFile, servers });
  await tools.agreements.require(question, context);
}

/**
 * A keyturn.json that names its own token endpoint beside the sign-in page of another server would be sent what the
 * person's sign-in there brings, verifier and all. Metadata speaks for its own issuer. Fails with `access_denied`.
 */
export async function requireSignIn(
  profile: TokenProfile,
  signInPage: URL,
  context: Context,
  tools: Tools,
): Promise<void> {
  const named = profile.tokenEndpoint === null ? null : parseUrl(profile.tokenEndpoint);
  if (named === null || named.origin === signInPage.origin) return;
  const subject = { kind: 'sign_in', at: signInPage.origin, redeemedAt: named.origin } as const;
  await tools.agreements.require(questionOf(profile, subject), context);
}

/**
 * What is exchanged for a token stands for the same person: it goes where that one may, and elsewhere only when the
 * person agreed. Fails with `access_denied`.
 */
export async function requireExchange(
  profile: TokenProfile,
  others: readonly TokenProfile[],
  context: Context,
  tools: Tools,
): Promise<void> {
  if (others.every(({ origins }) => isWithin(profile.origins, origins))) return;
  const tokens = others.map(({ name }) => name);
  await tools.agreements.require(questionOf(profile, { kind: 'exchange', tokens }), context);
}
