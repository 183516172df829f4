/** After that a fresh token may help again. */
const REMEMBERED_MS = 30_000;
const MOST_REMEMBERED = 1000;

/**
 * Tokens that were refused although they had just been obtained. Another refresh would not help the next request
 * either, and a batch would ask the authorization server once for each of its requests.
 */
export class Refusals {
  readonly #refused = new Map<string, { readonly accessToken: string; readonly atMs: number }>();

  /** `place` names the token and the origin. */
  note(place: string, accessToken: string, nowMs: number): void {
    this.#refused.delete(place);
    this.#refused.set(place, { accessToken, atMs: nowMs });
    if (this.#refused.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#refused.keys();
    if (oldest !== undefined) this.#refused.delete(oldest);
  }

  has(place: string, accessToken: string, nowMs: number): boolean {
    const known = this.#refused.get(place);
    return known?.accessToken === accessToken && Math.abs(nowMs - known.atMs) < REMEMBERED_MS;
  }
}
