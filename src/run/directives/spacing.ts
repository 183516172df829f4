import type { SpacingRule } from '../../httpfile/directives/waits.ts';

/** Gives the requests of each slot times that are as far apart as their rules say. */
export class Spacing {
  readonly #sent = new Map<string, number[]>();

  /** When a request may be sent; the time counts as used. Absolute, in milliseconds. */
  reserve({ slot, idleMs, most, windowMs }: SpacingRule, nowMs: number): number {
    const sent = this.#sent.get(slot) ?? [];
    this.#sent.set(slot, sent);
    const last = sent.at(-1);
    let atMs = last === undefined ? nowMs : Math.max(nowMs, last + idleMs);
    const first = most > 0 ? sent.at(-most) : undefined;
    if (first !== undefined) atMs = Math.max(atMs, first + windowMs);
    sent.push(atMs);
    // No rule looks further back than its own number; another one of the slot may have another.
    if (sent.length > 2 * Math.max(most, 1)) sent.splice(0, sent.length - Math.max(most, 1));
    return atMs;
  }
}
