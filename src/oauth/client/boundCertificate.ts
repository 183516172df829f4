import type { ClientCertificate } from '../../http/message.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Token } from '../../token/token.ts';

/** A token on its way to an API. */
export interface CarriedToken {
  readonly profile: TokenProfile;
  readonly token: Token;
  readonly signal: AbortSignal;
}

/** The certificates that tokens may be bound to (RFC 8705 section 3). */
export interface ApiCertificates {
  /**
   * What the client proved itself with when it obtained the token. Fails with `key_invalid`, `file_unreadable`,
   * `profile_invalid`, `secret_missing`, `access_denied` or `cancelled`.
   */
  of(carried: CarriedToken): Promise<ClientCertificate>;
}

/** True for the tokens of a client that proves itself with a certificate: its server may bind them to that. */
export function mayBeBound({ clientAuthentication }: Pick<TokenProfile, 'clientAuthentication'>): boolean {
  return clientAuthentication === 'tls_client_auth';
}

/** True when the token itself says that it is bound to no certificate (`cnf`, RFC 8705 section 3.1). */
export async function saysUnbound({ accessToken }: Pick<Token, 'accessToken'>): Promise<boolean> {
  const { decodeToken } = await import('../../inspect/decode.ts');
  const { claims } = decodeToken(accessToken);
  if (claims === null) return false;
  const { cnf } = claims;
  return !(typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf);
}
