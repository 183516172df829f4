import type { AuditLine } from './entry.ts';

/**
 * `new_origin`: the first use of a token at an origin, when it was used elsewhere before.
 * `refused`: the token was about to go where it may not.
 * `burst`: many uses of a token in a short time; the use that made it many is marked.
 */
export type Unusual = 'new_origin' | 'refused' | 'burst';

/** What counts as many uses in a short time. A burst is marked again only after this time without one. */
export const BURST = { uses: 500, withinMs: 10_000 } as const;

interface Seen {
  readonly origins: Set<string>;
  /** Times of the last uses, at most `BURST.uses` of them, as a ring. */
  readonly times: number[];
  next: number;
  inBurst: boolean;
}

/** Says what is unusual about the lines of a log, which it is shown one after the other, oldest first. */
export class UnusualMarks {
  readonly #tokens = new Map<string, Seen>();

  of({ action, token, origin, time }: AuditLine): Unusual[] {
    if (action === 'refused') return ['refused'];
    if (action !== 'used') return [];
    let seen = this.#tokens.get(token);
    if (seen === undefined) {
      this.#tokens.set(token, (seen = { origins: new Set(), times: [], next: 0, inBurst: false }));
    }
    const marks: Unusual[] = [];
    if (origin !== null && !seen.origins.has(origin)) {
      if (seen.origins.size > 0) marks.push('new_origin');
      seen.origins.add(origin);
    }
    if (isBurst(seen, Date.parse(time))) {
      if (!seen.inBurst) marks.push('burst');
      seen.inBurst = true;
    } else {
      seen.inBurst = false;
    }
    return marks;
  }
}

function isBurst(seen: Seen, atMs: number): boolean {
  const first = seen.times[seen.next];
  seen.times[seen.next] = atMs;
  seen.next = (seen.next + 1) % (BURST.uses - 1);
  return first !== undefined && atMs - first <= BURST.withinMs;
}
