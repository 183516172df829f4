import { isObject } from '../../inspect/claims.ts';
import { scopeWords } from '../../inspect/scopes.ts';
import type { Place } from './vendors/endpoint.ts';

/** What a vendor answered. */
export interface VendorAnswer {
  readonly headers: Headers;
  /** Null where it is not JSON. */
  readonly body: unknown;
}

/** Of lists within lists. */
const MOST_VALUES = 1000;
/** Seconds; a token that lives longer lives for ever. */
const LONGEST_LIFE = 1e10;

/** Everything at a place, without null: nothing where there is no such place. */
export function valuesAt({ headers, body }: VendorAnswer, place: Place): unknown[] {
  if ('header' in place) {
    const value = headers.get(place.header);
    return value === null ? [] : [value];
  }
  let values: unknown[] = [body];
  for (const name of place.json) {
    values = values
      .flatMap((value): unknown[] => {
        if (name === '*') return Array.isArray(value) ? value : [];
        return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
      })
      .slice(0, MOST_VALUES);
  }
  return values.filter((value) => value !== null && value !== undefined);
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'active';
}

/** Null where nothing is said; an empty header says that there are none. */
export function scopesIn(answer: VendorAnswer, places: readonly Place[]): string[] | null {
  const said = places.flatMap((place) => valuesAt(answer, place));
  const known = said.filter((value) => typeof value === 'string' || Array.isArray(value));
  if (known.length === 0) return null;
  const texts = known.flatMap((value): unknown[] => (typeof value === 'string' ? [value] : value));
  return scopeWords(texts.filter((text: unknown): text is string => typeof text === 'string'));
}

/** Milliseconds since the epoch; null where nothing is said, or "never". */
export function firstTime(answer: VendorAnswer, places: readonly Place[]): number | null {
  for (const place of places) {
    for (const value of valuesAt(answer, place)) {
      const time = timeOf(value);
      if (time !== null) return time;
    }
  }
  return null;
}

/** Seconds from now; null where nothing is said, or "never". */
export function secondsIn(answer: VendorAnswer, place: Place | undefined): number | null {
  const [value] = place === undefined ? [] : valuesAt(answer, place);
  // Google writes numbers as text.
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 && seconds < LONGEST_LIFE ? seconds : null;
}

export function firstText(answer: VendorAnswer, places: readonly Place[]): string | null {
  for (const place of places) {
    const [value] = valuesAt(answer, place);
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return value > 0 ? asTime(value * 1000) : null;
  if (typeof value !== 'string' || value === '') return null;
  // Google writes seconds as text, GitHub a date with the name of its zone.
  return /^\d{1,12}$/.test(value) ? asTime(Number(value) * 1000) : asTime(Date.parse(value.slice(0, 40)));
}

function asTime(ms: number): number | null {
  return Number.isNaN(new Date(ms).getTime()) ? null : Math.round(ms);
}
