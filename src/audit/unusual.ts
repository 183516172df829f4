import type { AuditLine } from './entry.ts';
import type { AuditEntry } from './read.ts';

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

/** The lines of a log, oldest first, with marks. */
export function markUnusual(lines: readonly AuditLine[]): AuditEntry[] {
  const tokens = new Map<string, Seen>();
  return lines.map((line) => {
    const { time, action, token, fingerprint, origin, method, path, status, error, cause } = line;
    const unusual = marksOf(line, tokens);
    return { time, action, token, fingerprint, origin, method, path, status, error, cause, unusual };
  });
}

function marksOf(line: AuditLine, tokens: Map<string, Seen>): Unusual[] {
  if (line.action === 'refused') return ['refused'];
  if (line.action !== 'used') return [];
  let seen = tokens.get(line.token);
  if (seen === undefined) {
    tokens.set(line.token, (seen = { origins: new Set(), times: [], next: 0, inBurst: false }));
  }
  const marks: Unusual[] = [];
  if (line.origin !== null && !seen.origins.has(line.origin)) {
    if (seen.origins.size > 0) marks.push('new_origin');
    seen.origins.add(line.origin);
  }
  if (isBurst(seen, Date.parse(line.time))) {
    if (!seen.inBurst) marks.push('burst');
    seen.inBurst = true;
  } else {
    seen.inBurst = false;
  }
  return marks;
}

function isBurst(seen: Seen, atMs: number): boolean {
  const first = seen.times[seen.next];
  seen.times[seen.next] = atMs;
  seen.next = (seen.next + 1) % (BURST.uses - 1);
  return first !== undefined && atMs - first <= BURST.withinMs;
}
