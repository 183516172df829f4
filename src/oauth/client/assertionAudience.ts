import type { AuthorizationServer } from 'oauth4webapi';
import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { parseUrl } from '../../base/url.ts';
import { isOfIssuer } from '../server/sameServer.ts';
import { namedEndpoints, type PostedEndpoint } from '../server/server.ts';

/** Whom an assertion may be meant for, with the name that keyturn.json has for it. */
export interface AssertionAudience {
  readonly name: 'issuer' | 'token_endpoint' | 'endpoint';
  readonly value: string;
}

/**
 * Whom an assertion for an endpoint is meant for, the safest first: the issuer, so that no other server can make use of
 * it; then the token endpoint, which is all that many servers take. Neither is named to an endpoint that does not
 * belong to it: an assertion must be valid only for the server that receives it. Fails with `profile_invalid`.
 */
export function assertionAudiences(
  profile: TokenProfile,
  server: AuthorizationServer,
  endpoint: PostedEndpoint,
): readonly AssertionAudience[] {
  const receiver = server[endpoint] ?? server.issuer;
  const audiences: AssertionAudience[] = [];
  const issued = issuerOwns(profile, endpoint, receiver);
  if (issued) audiences.push({ name: 'issuer', value: server.issuer });
  const token = server.token_endpoint;
  // Metadata may name another server's token endpoint beside endpoints of its own: at its origin alone it counts.
  const isAtToken = parseUrl(token ?? '')?.origin === parseUrl(receiver)?.origin;
  if (
    token !== undefined &&
    (token === receiver || (issued && isAtToken && issuerOwns(profile, 'token_endpoint', token)))
  ) {
    audiences.push({ name: 'token_endpoint', value: token });
  }
  if (audiences.length === 0) audiences.push({ name: 'endpoint', value: receiver });
  const wanted = profile.options.assertionAudience;
  if (wanted === null) return audiences;
  const chosen = audiences.filter(({ name }) => name === wanted);
  if (chosen.length > 0) return chosen;
  throw new KeyturnError(
    'profile_invalid',
    `The assertion of "${profile.name}" cannot be meant for the ${wanted.replace('_', ' ')}: it goes to ${receiver}, which does not belong to it.`,
    {
      hint: 'Take "assertionAudience" out of keyturn.json, or leave the endpoints to the metadata of the issuer.',
      data: { token: profile.name },
    },
  );
}

/** The issuer's metadata speaks for its endpoints. What a file names has to lie where the issuer's own do. */
function issuerOwns(profile: TokenProfile, endpoint: PostedEndpoint, receiver: string): boolean {
  const issuer = profile.issuer === null ? null : parseUrl(profile.issuer);
  if (issuer === null) return false;
  if (namedEndpoints(profile)[endpoint] === undefined) return true;
  const url = parseUrl(receiver);
  return url !== null && isOfIssuer(url, issuer);
}
