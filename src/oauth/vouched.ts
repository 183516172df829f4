import { KeyturnError } from '../errors.ts';
import { originAllowed } from '../token/origin.ts';
import type { TokenProfile } from '../token/profile.ts';
import { isOAuthGrant } from '../token/profileGrants.ts';
import { parseUrl } from '../url.ts';
import { shownUrl } from './server.ts';

/**
 * Lets a token and its client's secret go only where they are known already. An endpoint that a keyturn.json names
 * itself must be at the origin of the issuer or the token endpoint, to which the client's secret is bound; one that
 * the issuer's metadata names is the issuer's own affair. A token that did not come from the issuer goes to its own
 * origins only. Fails with `origin_not_allowed`.
 */
export function requireVouched(
  profile: TokenProfile,
  url: URL,
  endpoint: 'introspectionEndpoint' | 'revocationEndpoint',
  mask: (text: string) => string,
): void {
  const { name, grant, issuer, tokenEndpoint, origins, options } = profile;
  const homes = [issuer, tokenEndpoint].map((address) =>
    address === null ? null : parseUrl(address)?.origin,
  );
  const data = { token: name, origin: url.origin };
  if (options[endpoint] !== null && !homes.includes(url.origin)) {
    throw new KeyturnError(
      'origin_not_allowed',
      `The "${endpoint}" ${shownUrl(url, mask)} is not at the origin of the issuer of "${name}", so nothing is sent there.`,
      {
        hint: 'Name the issuer that it belongs to, or leave the endpoint to the metadata of the issuer.',
        data,
      },
    );
  }
  if (!isOAuthGrant(grant) && !originAllowed(origins, url)) {
    throw new KeyturnError('origin_not_allowed', `The token "${name}" may not go to ${url.origin}.`, {
      hint: 'Add this origin to "origins" in keyturn.json if its server may see the token.',
      data,
    });
  }
}
