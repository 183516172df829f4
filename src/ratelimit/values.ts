import { windowOfLabel } from './words.ts';
import type { Form } from './dialect.ts';

/** Longest text that can be a number, a duration or a date. */
const LONGEST_VALUE = 128;
const DAY_MS = 86_400_000;
/** No window or wait is longer than this; what says so is mistaken. */
const LONGEST_WAIT_MS = 3660 * DAY_MS;
/** An instant this far from the response is mistaken. */
const EARLIEST_BEFORE_MS = DAY_MS;
const LATEST_AFTER_MS = 400 * DAY_MS;

/** The instants that a reset is understood by. */
export interface Anchors {
  readonly receivedAtMs: number;
  /** The response's `Date`; null when absent or unreadable. */
  readonly dateMs: number | null;
}

export interface ResetInstant {
  readonly atMs: number;
  /** True when the server told an instant of its own clock, false for a delay counted from the receipt. */
  readonly absolute: boolean;
}

/** A decimal number; null for anything else, and for what no double can hold. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > LONGEST_VALUE) return null;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** A count: -1 and what is beyond exact integers mean unknown; other negatives are null, or 0 for `remaining`. */
export function saneCount(value: number | null, role: 'limit' | 'remaining' | 'used'): number | null {
  if (value === null || value === -1 || value > Number.MAX_SAFE_INTEGER) return null;
  if (value < 0) return role === 'remaining' ? 0 : null;
  return value === 0 ? 0 : value;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', DAY_MS],
]);

/** `6m0s`, `12ms`, `2m59.56s`, `1h`, `1d`: milliseconds; null for anything else. */
function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_VALUE) return null;
  const part = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d)/y;
  let total = 0;
  while (part.lastIndex < trimmed.length) {
    const match = part.exec(trimmed);
    if (match === null) return null;
    total += Number(match[1]) * (UNIT_MS.get(match[2] ?? '') ?? Number.NaN);
  }
  return trimmed.length > 0 && Number.isFinite(total) ? total : null;
}

const ISO_DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)? ?(z|utc|gmt|[+-]\d\d:?\d\d|[+-]\d\d)?$/i;

/**
 * ISO 8601 (with or without seconds, fractions and zone), HTTP-date and JavaScript's own form, in milliseconds
 * since the epoch. What names no zone is UTC.
 */
export function parseDate(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed.length < 8 || trimmed.length > LONGEST_VALUE) return null;
  const iso = ISO_DATE.exec(trimmed);
  if (iso !== null) {
    const [, day = '', time = '00:00', seconds = '00', fraction = '', zone = 'Z'] = iso;
    const millis = fraction.slice(0, 3).padEnd(3, '0');
    return finite(Date.parse(`${day}T${time}:${seconds}.${millis}${isoZone(zone)}`));
  }
  // The engine's own parser takes nearly anything, so only what has a weekday and a time may reach it.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? /i.test(trimmed) || !/\d:\d\d/.test(trimmed))
    return null;
  const comment = trimmed.indexOf('(');
  const dated = comment < 0 ? trimmed : trimmed.slice(0, comment);
  const zoned = /gmt|utc|[+-]\d\d:?\d\d/i.test(dated);
  return finite(Date.parse(zoned ? dated : `${dated} GMT`));
}

function isoZone(zone: string): string {
  if (/^[a-z]/i.test(zone)) return 'Z';
  const digits = zone.replace(':', '');
  return `${digits.slice(0, 3)}:${digits.slice(3).padEnd(2, '0')}`;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * When a reset is: a number, a duration or a date. A number's size tells its unit: nanoseconds, microseconds,
 * milliseconds or seconds since the epoch, or seconds from now. -1 is unknown, other negatives are now.
 */
export function parseReset(text: string, form: Form, anchors: Anchors): ResetInstant | null {
  const value = parseNumber(text);
  if (value === null) {
    const duration = parseDuration(text);
    if (duration !== null) return delay(duration, anchors);
    const date = parseDate(text);
    return date === null ? null : instant(date, anchors);
  }
  if (value === -1) return null;
  if (value >= 1e16) return instant(value / 1e6, anchors);
  if (value >= 1e14) return instant(value / 1e3, anchors);
  if (value >= 1e11) return instant(value, anchors);
  if (form === 'ms') return delay(value, anchors);
  if (form === 'minutes') return delay(value * 60_000, anchors);
  return value >= 1e9 ? instant(value * 1000, anchors) : delay(value * 1000, anchors);
}

function delay(ms: number, anchors: Anchors): ResetInstant | null {
  if (ms > LONGEST_WAIT_MS) return null;
  return { atMs: Math.round(anchors.receivedAtMs + Math.max(0, ms)), absolute: false };
}

function instant(atMs: number, anchors: Anchors): ResetInstant | null {
  const near = (referenceMs: number | null) =>
    referenceMs !== null && atMs >= referenceMs - EARLIEST_BEFORE_MS && atMs <= referenceMs + LATEST_AFTER_MS;
  return near(anchors.dateMs) || near(anchors.receivedAtMs)
    ? { atMs: Math.round(atMs), absolute: true }
    : null;
}

/** The length of a window in seconds: a number, a duration (`1h`) or a word (`minute`). */
export function parseWindow(text: string, form: Form): number | null {
  const value = parseNumber(text);
  let seconds: number | null;
  if (value === null) {
    const duration = parseDuration(text);
    seconds = duration === null ? windowOfLabel(text.trim().slice(0, LONGEST_VALUE)) : duration / 1000;
  } else {
    seconds = form === 'ms' ? value / 1000 : form === 'minutes' ? value * 60 : value;
  }
  return seconds !== null && seconds > 0 && seconds * 1000 <= LONGEST_WAIT_MS ? seconds : null;
}

/** Seconds to wait, by any form of a reset; an instant counts from the response's `Date`, else its receipt. */
export function parseWait(text: string, form: Form, anchors: Anchors): number | null {
  const reset = parseReset(text, form, anchors);
  if (reset === null) return null;
  const fromMs = reset.absolute ? (anchors.dateMs ?? anchors.receivedAtMs) : anchors.receivedAtMs;
  return Math.max(0, reset.atMs - fromMs) / 1000;
}
