import type { TokenProfile } from '../../profile/profile.ts';
import type { Token } from '../../token/token.ts';

/** A message of a request that carries a token bound to a key. */
export interface ProvenRequest {
  readonly profile: TokenProfile;
  readonly token: Token;
  readonly method: string;
  readonly url: URL;
  /** As the server last gave it; null when it gave none. */
  readonly nonce: string | null;
  /** What time it is at the server, milliseconds since the epoch. */
  readonly atMs: number;
}

/** Proves to resource servers that we hold the key that a token is bound to (RFC 9449 section 7). */
export interface DpopProver {
  /**
   * The value of the DPoP header for one message. Fails with `key_invalid` when the key is not there, or a code of the
   * store.
   */
  proof(request: ProvenRequest): Promise<string>;
}

/** True for a token that is of use only together with proofs. */
export function isDpopBound({ tokenType }: Pick<Token, 'tokenType'>): boolean {
  return tokenType === 'dpop';
}
