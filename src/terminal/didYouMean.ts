import { nearest } from '../httpfile/parse/near.ts';

/** Shorter beginnings fit too many words. */
const SHORTEST_PREFIX = 3;

/** The known word that was probably meant: the nearest by spelling, else the only one with this beginning. */
export function didYouMean(word: string, known: readonly string[]): string | null {
  const near = nearest(word, known);
  if (near !== null || word.length < SHORTEST_PREFIX) return near;
  const [only, ...more] = known.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  return only !== undefined && more.length === 0 ? only : null;
}
