import type { Clock } from '../../base/clock.ts';
import { parseUrl } from '../../base/url.ts';

/** A difference beyond this is no clock that goes wrong, and would make what we sign valid for too long. */
const MOST_SKEW_MS = 24 * 60 * 60 * 1000;
/** More servers than one person uses. */
const MOST_SERVERS = 1000;

/**
 * What time it is at the servers, by their `Date` (RFC 9110 section 6.6.1): a JWT that we sign is refused when it seems
 * to come from the future or to have ended.
 */
export class ServerClocks {
  readonly #clock: Clock;
  readonly #skews = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch, as the server counts. */
  now(url: string | undefined): number {
    const origin = url === undefined ? undefined : parseUrl(url)?.origin;
    return this.#clock.now() + (this.#skews.get(origin ?? '') ?? 0);
  }

  /** Takes the time from an answer to what was asked at `askedAtMs`. True when another time is thought of than before. */
  learn({ origin }: URL, date: string | null, askedAtMs: number): boolean {
    const told = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(told)) return false;
    const answeredAtMs = this.#clock.now();
    // Whole seconds, cut off: the server's time was between `told` and a second later, somewhere on the way. Of all that
    // it may be now the earliest is taken: nothing that is made then comes from the future.
    const differs = told > answeredAtMs || told + 1000 < askedAtMs;
    const skewMs = differs ? told - answeredAtMs : 0;
    if (Math.abs(skewMs) > MOST_SKEW_MS) return false;
    const before = this.#skews.get(origin) ?? 0;
    this.#skews.delete(origin);
    if (skewMs !== 0) this.#skews.set(origin, skewMs);
    if (this.#skews.size > MOST_SERVERS) this.#skews.clear();
    return Math.abs(skewMs - before) > 1000;
  }
}
