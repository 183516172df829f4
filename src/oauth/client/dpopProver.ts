import { SignJWT } from 'jose/jwt/sign';
import { KeyturnError } from '../../base/errors.ts';
import type { DpopProver, ProvenRequest } from './provenRequest.ts';
import type { KeptSecrets } from '../../token/keptSecrets.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Token } from '../../token/token.ts';
import { DPOP_ALGORITHM, proofTime, readDpopKey, type DpopKey } from './dpop.ts';

/** Proofs for resource servers, with the key that `DpopHandles` made for the token endpoint. */
export function createDpopProver(secrets: KeptSecrets): DpopProver {
  return new Prover(secrets);
}

class Prover implements DpopProver {
  readonly #secrets: KeptSecrets;
  // By the token as it is held: another window that obtained it anew may have made another key.
  readonly #keys = new WeakMap<Token, Promise<DpopKey>>();

  constructor(secrets: KeptSecrets) {
    this.#secrets = secrets;
  }

  async proof({ profile, token, method, url, nonce, atMs }: ProvenRequest): Promise<string> {
    const { privateKey, publicJwk } = await this.#key(profile, token);
    return new SignJWT({
      jti: crypto.randomUUID(),
      htm: method,
      // RFC 9449 section 4.2: without query and fragment.
      htu: `${url.origin}${url.pathname}`,
      ath: await sha256(token.accessToken),
      ...(nonce === null ? {} : { nonce }),
    })
      .setProtectedHeader({ alg: DPOP_ALGORITHM, typ: 'dpop+jwt', jwk: publicJwk })
      .setIssuedAt(proofTime(atMs))
      .sign(privateKey);
  }

  #key(profile: TokenProfile, token: Token): Promise<DpopKey> {
    const known = this.#keys.get(token);
    if (known !== undefined) return known;
    const key = this.#readKey(profile);
    this.#keys.set(token, key);
    // The store may be unlocked by the next time.
    key.catch(() => this.#keys.delete(token));
    return key;
  }

  async #readKey(profile: TokenProfile): Promise<DpopKey> {
    const text = await this.#secrets.find('dpop_key', profile);
    if (text !== null) return readDpopKey(text, profile.name);
    throw new KeyturnError(
      'key_invalid',
      `The key that the token "${profile.name}" is bound to is not stored.`,
      {
        hint: 'Refresh the token, or sign in again.',
        data: { token: profile.name },
      },
    );
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('base64url');
}
