/** Words inside header names, bucket names and values that tell a window or a unit. */

const SECONDS_OF_WORD: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['sec', 1],
  ['second', 1],
  ['seconds', 1],
  ['secondly', 1],
  ['m', 60],
  ['min', 60],
  ['mins', 60],
  ['minute', 60],
  ['minutes', 60],
  ['minutely', 60],
  ['h', 3600],
  ['hr', 3600],
  ['hour', 3600],
  ['hours', 3600],
  ['hourly', 3600],
  ['d', 86_400],
  ['day', 86_400],
  ['days', 86_400],
  ['daily', 86_400],
  ['w', 604_800],
  ['week', 604_800],
  ['weekly', 604_800],
  ['month', 2_592_000],
  ['monthly', 2_592_000],
  ['year', 31_536_000],
  ['yearly', 31_536_000],
]);

const UNIT_OF_WORD: ReadonlyMap<string, string> = new Map([
  ['request', 'requests'],
  ['requests', 'requests'],
  ['req', 'requests'],
  ['tokens', 'tokens'],
  ['complexity', 'complexity'],
  ['points', 'points'],
  ['bytes', 'bytes'],
  ['bandwidth', 'bytes'],
  ['credits', 'credits'],
  ['reads', 'requests'],
  ['writes', 'requests'],
  ['deletes', 'requests'],
  ['weight', 'weight'],
]);

/** `minute`, `24hour`, `15min`, `1M`: seconds; a single letter needs its number. Else null. */
export function windowOfWord(word: string): number | null {
  const parts = /^(\d{0,6})([a-z]{1,8})$/.exec(word.toLowerCase());
  const count = parts?.[1] ?? '';
  const unit = parts?.[2] ?? '';
  if (count === '' && unit.length === 1) return null;
  const seconds = SECONDS_OF_WORD.get(unit);
  if (seconds === undefined) return null;
  const total = (count === '' ? 1 : Number(count)) * seconds;
  return total > 0 ? total : null;
}

/** The window that a label tells (`unified-5h`, `per_hour`, `DeleteVMScaleSet3Min`), in seconds. */
export function windowOfLabel(label: string): number | null {
  for (const word of label.split(/[-_ ]/)) {
    const seconds = windowOfWord(word);
    if (seconds !== null) return seconds;
  }
  const tail = /(\d{1,6})(sec|min|hour|day)s?$/i.exec(label.slice(-16));
  return tail === null ? null : windowOfWord(`${tail[1] ?? ''}${tail[2] ?? ''}`);
}

/** The unit that a label tells (`input-tokens`), or null. */
export function unitOfLabel(label: string): string | null {
  for (const word of label.toLowerCase().split(/[-_ ]/)) {
    const unit = UNIT_OF_WORD.get(word);
    if (unit !== undefined) return unit;
  }
  return null;
}
