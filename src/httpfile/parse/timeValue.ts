const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * The milliseconds of `10`, `10 s`, `500 ms`, `2 m`; `usual` is the unit where none is given: milliseconds for httpyac's
 * `@timeout`, else seconds. Null for what is no time.
 */
export function timeValue(text: string, usual: 'ms' | 's' = 's'): number | null {
  const found = /^(\d{1,9})\s{0,5}(ms|s|m|)$/.exec(text.trim());
  const unit = unitMs[(found?.[2] ?? '') || usual];
  return found?.[1] === undefined || unit === undefined ? null : Number(found[1]) * unit;
}

/** Of a directive whose value is none. */
export function noTime(key: string): string {
  return `\`# @${key}\` takes a time such as 10, 500 ms or 2 m.`;
}
