import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import { isOAuthGrant } from '../../profile/grants/all.ts';
import { originAllowed } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { questionOf } from '../../consent/question.ts';
import { parseUrl } from '../../base/url.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import type { GrantTools } from '../grant.ts';
import { requireKnownReceivers } from './known.ts';
import { type LaterEndpoint, strayLater } from './receivers.ts';
import { endpointUrl, shownUrl } from '../server/server.ts';

const PROPERTIES = {
  introspection_endpoint: 'introspectionEndpoint',
  revocation_endpoint: 'revocationEndpoint',
} as const;

/**
 * Lets a token and its client's secret go only where they are known already, and gives the address. An endpoint that a
 * keyturn.json names itself must be at the origin of the issuer or the token endpoint, to which the client's secret is
 * bound; for one that is another issuer's there, or that the metadata of one server name at another, the person is asked.
 * So is it where the token or a secret of the client did not go before.
 * A token that did not come from the issuer goes to its own origins only. Fails with `origin_not_allowed`,
 * `receiver_not_allowed` or `discovery_failed`.
 */
export async function requireVouched(
  profile: TokenProfile,
  server: AuthorizationServer,
  endpoint: LaterEndpoint,
  context: Pick<GrantContext, 'waiting' | 'signal' | 'receivers'>,
  tools: Pick<GrantTools, 'consent' | 'discovery' | 'mask'>,
): Promise<URL> {
  const url = endpointUrl(server, endpoint, tools.mask);
  const property = PROPERTIES[endpoint];
  const { name, grant, issuer, tokenEndpoint, origins, options } = profile;
  const homes = [issuer, tokenEndpoint].map((address) =>
    address === null ? null : parseUrl(address)?.origin,
  );
  const data = { token: name, origin: url.origin };
  if (options[property] !== null && !homes.includes(url.origin)) {
    throw new KeyturnError(
      'origin_not_allowed',
      `The "${property}" ${shownUrl(url, tools.mask)} is not at the origin of the issuer of "${name}", so Keyturn sends nothing there.`,
      {
        hint: 'Name the issuer that it belongs to, or leave the endpoint to the metadata of the issuer.',
        data,
      },
    );
  }
  if (!isOAuthGrant(grant) && !originAllowed(origins, url)) {
    throw new KeyturnError(
      'origin_not_allowed',
      `Keyturn may not send the token "${name}" to ${url.origin}.`,
      {
        hint: 'Add this origin to "origins" in keyturn.json if its server may receive the token.',
        data,
      },
    );
  }
  const stray = await strayLater(profile, server, endpoint, context.signal, tools);
  if (stray !== null) await tools.consent.require(questionOf(profile, stray), context);
  const { receivers } = context;
  await requireKnownReceivers({ profile, server, endpoints: [endpoint], receivers }, stray, context, tools);
  return url;
}
