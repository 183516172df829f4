import { secretKey } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';

/** More origins than one person calls; the oldest is forgotten, and asks again. */
const MOST_NONCES = 1000;

/**
 * What resource servers want to see in the next proof (RFC 9449 section 9), by key and origin. The nonces of
 * authorization servers are other ones.
 */
export class DpopNonces {
  readonly #nonces = new Map<string, string>();

  get(profile: TokenProfile, url: URL): string | null {
    return this.#nonces.get(placeOf(profile, url)) ?? null;
  }

  /** True when it is another than before. */
  set(profile: TokenProfile, url: URL, nonce: string): boolean {
    const place = placeOf(profile, url);
    if (this.#nonces.get(place) === nonce) return false;
    this.#nonces.delete(place);
    this.#nonces.set(place, nonce);
    const [oldest] = this.#nonces.keys();
    if (this.#nonces.size > MOST_NONCES && oldest !== undefined) this.#nonces.delete(oldest);
    return true;
  }
}

function placeOf(profile: TokenProfile, { origin }: URL): string {
  return `${secretKey('dpop_key', profile)} ${origin}`;
}
