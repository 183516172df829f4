/** Which letters mean what in a custom date format. */
export type DateTokens = 'dayjs' | 'dotnet';

interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** East of UTC. */
  readonly offsetMinutes: number;
  readonly epochMs: number;
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Writer = (fields: Fields) => string;

const two = (value: number) => String(value).padStart(2, '0');
const twelve = (hour: number) => hour % 12 || 12;
const offset = ({ offsetMinutes: minutes }: Fields, separator: string) => {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
};

const writeYear: Writer = ({ year }) => String(year).padStart(4, '0');
const writeMonthName: Writer = ({ month }) => months[month] ?? '';
const writeWeekday: Writer = ({ weekday }) => weekdays[weekday] ?? '';
const short =
  (writer: Writer, length: number): Writer =>
  (fields) =>
    writer(fields).slice(0, length);

const shared: Readonly<Record<string, Writer>> = {
  MMMM: writeMonthName,
  MMM: short(writeMonthName, 3),
  MM: ({ month }) => two(month + 1),
  M: ({ month }) => String(month + 1),
  dddd: writeWeekday,
  ddd: short(writeWeekday, 3),
  HH: ({ hour }) => two(hour),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => two(twelve(hour)),
  h: ({ hour }) => String(twelve(hour)),
  mm: ({ minute }) => two(minute),
  m: ({ minute }) => String(minute),
  ss: ({ second }) => two(second),
  s: ({ second }) => String(second),
};

const tokens: Readonly<Record<DateTokens, Readonly<Record<string, Writer>>>> = {
  dayjs: {
    ...shared,
    YYYY: writeYear,
    YY: ({ year }) => two(year % 100),
    DD: ({ day }) => two(day),
    D: ({ day }) => String(day),
    dd: short(writeWeekday, 2),
    d: ({ weekday }) => String(weekday),
    SSS: ({ millisecond }) => String(millisecond).padStart(3, '0'),
    Z: (fields) => offset(fields, ':'),
    ZZ: (fields) => offset(fields, ''),
    A: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
    a: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
    X: ({ epochMs }) => String(Math.floor(epochMs / 1000)),
    x: ({ epochMs }) => String(epochMs),
  },
  dotnet: {
    ...shared,
    yyyy: writeYear,
    yy: ({ year }) => two(year % 100),
    dd: ({ day }) => two(day),
    d: ({ day }) => String(day),
    fff: ({ millisecond }) => String(millisecond).padStart(3, '0'),
    zzz: (fields) => offset(fields, ':'),
    tt: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  },
};

/** Writes a time by a pattern such as `YYYY-MM-DD`; text in `[brackets]` (or quotes, for .NET) stays as it is. */
export function formatDate(epochMs: number, pattern: string, style: DateTokens, local: boolean): string {
  const fields = fieldsOf(epochMs, local);
  const table = tokens[style];
  const pieces: string[] = [];
  const closing = style === 'dayjs' ? { '[': ']' } : { "'": "'", '"': '"' };
  for (let at = 0; at < pattern.length;) {
    const char = pattern.charAt(at);
    const close = Object.entries(closing).find(([open]) => open === char)?.[1];
    const end = close === undefined ? -1 : pattern.indexOf(close, at + 1);
    if (end >= 0) {
      pieces.push(pattern.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const token = longestToken(table, pattern, at);
    pieces.push(token === null ? char : (table[token]?.(fields) ?? ''));
    at += token?.length ?? 1;
  }
  return pieces.join('');
}

export function rfc1123(epochMs: number, local: boolean): string {
  return local
    ? formatDate(epochMs, 'ddd, DD MMM YYYY HH:mm:ss ZZ', 'dayjs', true)
    : new Date(epochMs).toUTCString();
}

export function iso8601(epochMs: number, local: boolean): string {
  return local
    ? formatDate(epochMs, 'YYYY-MM-DD[T]HH:mm:ss.SSSZ', 'dayjs', true)
    : new Date(epochMs).toISOString();
}

const longest = 4;

function longestToken(table: Readonly<Record<string, Writer>>, pattern: string, at: number): string | null {
  for (let length = longest; length > 0; length--) {
    const token = pattern.slice(at, at + length);
    if (token.length === length && Object.hasOwn(table, token)) return token;
  }
  return null;
}

function fieldsOf(epochMs: number, local: boolean): Fields {
  const offsetMinutes = local ? -new Date(epochMs).getTimezoneOffset() : 0;
  const date = new Date(epochMs + offsetMinutes * 60_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    offsetMinutes,
    epochMs,
  };
}

/** Adds `amount` of a unit (`y`, `Q`, `M`, `w`, `d`, `h`, `m`, `s`, `ms`); null for another unit. */
export function addToDate(epochMs: number, amount: number, unit: string): number | null {
  const factor = unitMs[unit];
  if (factor !== undefined) return epochMs + amount * factor;
  const perUnit = unitMonths[unit];
  if (perUnit === undefined) return null;
  const date = new Date(epochMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + amount * perUnit);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}

const unitMs: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};
const unitMonths: Readonly<Record<string, number>> = { y: 12, Q: 3, M: 1 };
