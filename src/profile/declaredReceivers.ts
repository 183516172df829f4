import { addressOf, parseUrl } from '../base/url.ts';
import type { TokenProfile } from './profile.ts';
import { grantOf, isOAuthGrant } from './grants/all.ts';
import { textOption } from './options.ts';

/**
 * The servers that get what a profile sends to obtain a token, as far as the profile itself says: the endpoints that it
 * names, and the issuer for what that is left to. `oauth/receivers` knows them all.
 */
export function declaredReceivers({
  grant,
  issuer,
  tokenEndpoint,
  options,
}: TokenProfile): readonly string[] {
  if (!isOAuthGrant(grant)) return issuer === null ? [] : [shown(issuer)];
  const { signIn } = grantOf(grant);
  const isPosted = signIn !== null && signIn.endpoint === signIn.posted;
  const front = isPosted ? [textOption(options, signIn.option) ?? issuer] : [];
  const all = [tokenEndpoint ?? issuer, ...front].filter((server) => server !== null);
  return [...new Set(all.map(shown))];
}

function shown(address: string): string {
  const url = parseUrl(address);
  return url === null ? address : addressOf(url);
}
