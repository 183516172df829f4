import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { DPoP, modifyAssertion, type DPoPHandle } from 'oauth4webapi';
import * as v from 'valibot';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { ServerClocks } from '../server/clock.ts';

/** The algorithm that RFC 9449 names in its examples and that every server takes. */
export const DPOP_ALGORITHM = 'ES256';

/** A private key of P-256, as it is kept in the secret store (RFC 7518 section 6.2). */
const keySchema = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: v.string(),
  y: v.string(),
  d: v.string(),
});

export interface DpopKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
}

/** A new key as a JWK in JSON. */
export async function makeDpopKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(DPOP_ALGORITHM, { extractable: true });
  const { kty, crv, x, y, d } = v.parse(keySchema, await exportJWK(privateKey));
  return JSON.stringify({ kty, crv, x, y, d });
}

/** Reads what `makeDpopKey` made. Fails with `key_invalid`, without a word of the text. */
export async function readDpopKey(text: string, tokenName: string): Promise<DpopKey> {
  try {
    const { d, ...publicJwk } = v.parse(keySchema, JSON.parse(text));
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey('jwk', { ...publicJwk, d }, algorithm, false, ['sign']),
      crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']),
    ]);
    return { privateKey, publicKey, publicJwk };
  } catch {
    throw new KeyturnError('key_invalid', `The key of the token "${tokenName}" cannot be read.`, {
      hint: 'Delete the token, then obtain it again.',
      data: { token: tokenName },
    });
  }
}

/**
 * What a proof says of when it was made, in seconds. The time of a server is known to the second, and no server takes a
 * proof from the future for good.
 */
export function proofTime(serverTimeMs: number): number {
  return Math.floor(serverTimeMs / 1000) - 1;
}

/** The proofs that authorization servers get; each handle knows the nonces that they gave for its key. */
export class DpopHandles {
  readonly #clocks: Pick<ServerClocks, 'now'>;
  readonly #handles = new Map<string, Promise<DPoPHandle>>();

  constructor(clocks: Pick<ServerClocks, 'now'>) {
    this.#clocks = clocks;
  }

  /**
   * The handle for the profile's key, which is made when there is none. Its thumbprint is what an authorization request
   * says as `dpop_jkt` (RFC 9449 section 10).
   */
  async of(
    profile: Pick<TokenProfile, 'name'>,
    { keptSecret }: Pick<GrantContext, 'keptSecret'>,
  ): Promise<DPoPHandle> {
    const text = await keptSecret('dpop_key', makeDpopKey);
    let handle = this.#handles.get(text);
    if (handle === undefined) {
      handle = readDpopKey(text, profile.name).then((keys) =>
        DPoP({}, keys, {
          [modifyAssertion]: (_header, payload) => {
            const { htu } = payload;
            payload['iat'] = proofTime(this.#clocks.now(typeof htu === 'string' ? htu : undefined));
          },
        }),
      );
      this.#handles.set(text, handle);
    }
    return handle;
  }
}
