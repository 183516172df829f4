/** Numbers, sizes, durations and dates in words. All pure, and without Intl, whose first use costs milliseconds. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;

/**
 * How long `ms` is, in its one fitting unit: `now`, `12 s`, `41 min`, `3 h`, `2 days`, `4 years`. Rounded; what is
 * under half a second, or past, is `now`.
 */
export function formatDuration(ms: number): string {
  if (Number.isNaN(ms) || ms === Infinity) return 'an unknown time';
  if (ms < SECOND / 2) return 'now';
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(ms / MINUTE);
  // Between one and two hours the minutes still matter.
  if (minutes < 120 && minutes !== 60) return `${minutes} min`;
  const hours = Math.round(ms / HOUR);
  if (hours < 48) return `${hours} h`;
  const days = Math.round(ms / DAY);
  if (days < 730) return `${days} days`;
  return `${formatCount(Math.round(ms / YEAR))} years`;
}

/** How long something took, as a stopwatch shows it: `84 ms`, `1.24 s`, `12.3 s`; from two minutes on as `formatDuration`. */
export function formatElapsed(ms: number): string {
  if (!(ms >= 0)) return 'an unknown time';
  if (ms < 0.95) return `${formatCount(Math.round(ms * 10) / 10)} ms`;
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / SECOND;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : formatDuration(ms);
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/** A size in decimal units: `999 B`, `1.2 kB`, `84.3 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes / 1000;
  if (!(Math.round(bytes) >= 1000)) return `${formatCount(Math.round(bytes))} B`;
  let unit = 0;
  // 999,950 B would be rounded to 1000 kB: such values belong to the next unit already.
  while (Math.round(value * 10) >= 10_000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatCount(Math.round(value * 10) / 10)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** A number with its thousands grouped: `4,986`, `1,000.5`. */
export function formatCount(count: number): string {
  const text = String(count);
  if (!Number.isFinite(count) || text.includes('e')) return text;
  const dot = text.indexOf('.');
  const end = dot < 0 ? text.length : dot;
  const start = text.startsWith('-') ? 1 : 0;
  let grouped = text.slice(end);
  for (let at = end; at > start; at -= 3) {
    const from = Math.max(start, at - 3);
    grouped = text.slice(from, at) + (at === end ? '' : ',') + grouped;
  }
  return text.slice(0, start) + grouped;
}

/** An instant, relative and absolute in the local zone: `in 41 min (2026-01-15 13:41:00)`. */
export function formatWhen(ms: number, nowMs: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'at an unknown time';
  return `${formatRelative(ms, nowMs)} (${formatLocal(date)})`;
}

/** `in 41 min`, `3 h ago`, `now`. */
export function formatRelative(ms: number, nowMs: number): string {
  const duration = formatDuration(Math.abs(ms - nowMs));
  if (duration === 'now') return duration;
  return ms > nowMs ? `in ${duration}` : `${duration} ago`;
}

/** Date and time in the local zone, such as `2026-01-15 13:41:00`. */
export function formatLocal(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
