import type { Clock } from '../base/clock.ts';
import { headerValue, headerValues, type HeaderList, type RequestSigner } from '../http/message.ts';
import type { ServerClocks } from '../oauth/server/clock.ts';
import type { DpopProver } from '../oauth/client/provenRequest.ts';
import type { DpopNonces } from './dpopNonces.ts';
import type { AcquiredToken } from '../token/acquire.ts';

/** RFC 9449 section 8.1, with a length that no server needs. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,2000}$/;

export interface SignerParts {
  readonly clock: Clock;
  readonly dpop: DpopProver;
  readonly dpopNonces: DpopNonces;
  readonly serverClocks: ServerClocks;
}

/** Puts a proof of possession into each message of one request (RFC 9449 section 7.1). */
export class ProofSigner implements RequestSigner {
  readonly shown: HeaderList = [['DPoP', '']];
  readonly #parts: SignerParts;
  readonly #bound: AcquiredToken;
  readonly #host: string;
  #askedAtMs = 0;
  #nonceGiven = false;
  #clockCorrected = false;

  /** `host`: what the server takes itself for, by the Host header or the URL of the request. */
  constructor(parts: SignerParts, bound: AcquiredToken, host: string) {
    this.#parts = parts;
    this.#bound = bound;
    this.#host = host;
  }

  /** True when the server gave a nonce that the proofs did not have: the request may be taken with it. */
  get nonceGiven(): boolean {
    return this.#nonceGiven;
  }

  /** True when the server's time is another than the proofs were made with. */
  get clockCorrected(): boolean {
    return this.#clockCorrected;
  }

  async sign(method: string, url: URL): Promise<HeaderList> {
    const { profile, token } = this.#bound;
    const { dpop, dpopNonces, serverClocks, clock } = this.#parts;
    const target = this.#target(url);
    this.#askedAtMs = clock.now();
    const atMs = serverClocks.now(target.href);
    const nonce = dpopNonces.get(profile, target);
    return [['DPoP', await dpop.proof({ profile, token, method, url: target, nonce, atMs })]];
  }

  answered(url: URL, headers: HeaderList): void {
    const { dpopNonces, serverClocks } = this.#parts;
    const target = this.#target(url);
    if (serverClocks.learn(target, headerValue(headers, 'date'), this.#askedAtMs))
      this.#clockCorrected = true;
    const [nonce, ...others] = headerValues(headers, 'dpop-nonce');
    if (nonce === undefined || others.length > 0 || !NONCE.test(nonce)) return;
    if (dpopNonces.set(this.#bound.profile, target, nonce)) this.#nonceGiven = true;
  }

  #target(url: URL): URL {
    return url.host === this.#host ? url : new URL(`${url.protocol}//${this.#host}${url.pathname}`);
  }
}
