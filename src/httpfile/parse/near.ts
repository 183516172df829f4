import { distance } from 'fastest-levenshtein';

/** More candidates than this are not compared: a file may define as many names as it likes. */
const mostCompared = 500;

/**
 * The word that was probably meant: the nearest within one slip of the keyboard (a letter too many, too few, wrong, or
 * two in the wrong order), in a longer word within two. Case and hyphens do not count. Null where none is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = plain(word);
  const most = wanted.length < 6 ? 1 : 2;
  let best: string | null = null;
  let fewest = most + 1;
  let left = mostCompared;
  for (const candidate of candidates) {
    if (left-- <= 0) break;
    const known = plain(candidate);
    if (Math.abs(known.length - wanted.length) > most || known.length < 2) continue;
    const slips = areSwapped(wanted, known) ? 1 : distance(wanted, known);
    if (slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

/** The same word but for two neighbours that changed places. */
function areSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return (
    at + 1 < a.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
  );
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll('-', '');
}
