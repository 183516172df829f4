import type { ClientCertificate } from '../http/message.ts';
import { type ApiCertificates, mayBeBound, saysUnbound } from '../oauth/client/boundCertificate.ts';
import type { AcquiredToken } from '../token/acquire.ts';

/**
 * The certificate that a request shows to the server of its URL, for the first of its tokens that may be bound to one
 * (RFC 8705 section 3); null where nothing is shown. Whether the tokens may go to `url` was asked before. Fails like
 * `ApiCertificates.of`, unless the token itself says that it is of use without.
 */
export async function shownCertificate(
  tokens: readonly AcquiredToken[],
  url: URL,
  certificates: ApiCertificates,
  signal: AbortSignal,
): Promise<ClientCertificate | null> {
  const carried = tokens.find(({ profile }) => mayBeBound(profile));
  if (carried === undefined || url.protocol !== 'https:') return null;
  const { profile, token } = carried;
  try {
    return await certificates.of({ profile, token, signal });
  } catch (error) {
    if (!signal.aborted && (await saysUnbound(token))) return null;
    throw error;
  }
}
