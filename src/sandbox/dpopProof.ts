import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import * as v from 'valibot';

/** The algorithms of proofs that the API takes. */
export const proofAlgorithms = ['ES256', 'EdDSA', 'PS256'];

export type ProofFault = 'use_dpop_nonce' | 'invalid_dpop_proof';

const NONCE_LIFE_MS = 5 * 60_000;
const OLDEST_PROOF_SECONDS = 300;
const MOST_PROOFS = 10_000;

const claimsSchema = v.object({
  htm: v.string(),
  htu: v.string(),
  ath: v.string(),
  jti: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  nonce: v.optional(v.string()),
});

/** Checks proofs as RFC 9449 section 4.3 has it, with nonces of its own (section 9) that change every five minutes. */
export class DpopProofs {
  readonly #origin: string;
  readonly #seen = new Set<string>();
  #nonce = '';
  #before = '';
  #madeAtMs = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** For the header `DPoP-Nonce`. */
  get nonce(): string {
    if (Date.now() - this.#madeAtMs > NONCE_LIFE_MS) {
      this.#before = this.#nonce;
      this.#nonce = randomBytes(16).toString('base64url');
      this.#madeAtMs = Date.now();
    }
    return this.#nonce;
  }

  /** Null when the request proves that its sender holds the key with this thumbprint. */
  async fault(request: Request, token: string, thumbprint: string): Promise<ProofFault | null> {
    try {
      const { payload, protectedHeader } = await jwtVerify(request.get('DPoP') ?? '', EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: proofAlgorithms,
        maxTokenAge: OLDEST_PROOF_SECONDS,
        clockTolerance: 30,
      });
      const { htm, htu, ath, jti, nonce } = v.parse(claimsSchema, payload);
      const { jwk } = protectedHeader;
      const fits =
        jwk !== undefined &&
        (await calculateJwkThumbprint(jwk)) === thumbprint &&
        htm === request.method &&
        new URL(htu).href === new URL(request.originalUrl.split(/[?#]/, 1)[0] ?? '', this.#origin).href &&
        ath === createHash('sha256').update(token).digest('base64url');
      if (!fits) return 'invalid_dpop_proof';
      if (nonce !== this.nonce && (nonce === undefined || nonce !== this.#before)) return 'use_dpop_nonce';
      return this.#isNew(jti) ? null : 'invalid_dpop_proof';
    } catch {
      return 'invalid_dpop_proof';
    }
  }

  #isNew(jti: string): boolean {
    if (this.#seen.has(jti)) return false;
    if (this.#seen.size >= MOST_PROOFS) this.#seen.clear();
    this.#seen.add(jti);
    return true;
  }
}
