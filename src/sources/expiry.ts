import { isObject } from '../inspect/claims.ts';

/** Smaller numbers are seconds from now, larger ones seconds since the epoch (from 2001 on). */
const FIRST_EPOCH_SECOND = 1e9;
/** From here on milliseconds since the epoch (from 1973 on); as seconds this would be the year 5138. */
const FIRST_EPOCH_MS = 1e11;
const NUMBER = /^\d{1,17}(?:\.\d{1,9})?$/;
const DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/**
 * The end of a token as programs write it: seconds from now, seconds or milliseconds since the epoch, as a number or a
 * string of digits, or a date. A date without a zone is local time, as Azure's command prints it, but in an object with
 * `datetime` it is UTC, as that of Google writes it. Milliseconds since the epoch; null when it is none of these, or
 * means "never" (zero, or a date before 1970).
 */
export function readExpiry(value: unknown, nowMs: number): number | null {
  if (typeof value === 'number') return fromNumber(value, nowMs);
  if (isObject(value)) return fromGoogle(value['datetime']);
  if (typeof value !== 'string' || value.length > 100) return null;
  const text = value.trim();
  if (NUMBER.test(text)) return fromNumber(Number(text), nowMs);
  // Date.parse takes almost anything that ends in a number for a date.
  return DATE.test(text) ? fromDate(text) : null;
}

function fromGoogle(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > 100 || !DATE.test(value)) return null;
  return fromDate(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`);
}

function fromDate(text: string): number | null {
  const ms = Date.parse(text);
  return ms > 0 ? ms : null;
}

function fromNumber(value: number, nowMs: number): number | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  if (value >= FIRST_EPOCH_MS) return Math.round(value);
  return Math.round(value >= FIRST_EPOCH_SECOND ? value * 1000 : nowMs + value * 1000);
}
