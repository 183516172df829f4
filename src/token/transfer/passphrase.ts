/** Shorter passphrases are refused. */
export const SHORTEST_PASSPHRASE = 8;

export type PassphraseStrength = 'too_short' | 'weak' | 'fair' | 'strong';

/**
 * How long a passphrase would hold against an attacker who tries passphrases, roughly: from its length and the kinds of
 * characters in it, where repeated and consecutive characters count little.
 */
export function passphraseStrength(passphrase: string): PassphraseStrength {
  const characters = Array.from(passphrase);
  if (characters.length < SHORTEST_PASSPHRASE) return 'too_short';
  const bits = countedLength(characters) * Math.log2(alphabetSize(passphrase));
  if (bits < 50) return 'weak';
  return bits < 75 ? 'fair' : 'strong';
}

function countedLength(characters: readonly string[]): number {
  const seen = new Set<string>();
  let length = 0;
  let before = 0;
  for (const character of characters) {
    const code = character.codePointAt(0) ?? 0;
    const easy = Math.abs(code - before) <= 1;
    length += easy ? 0.2 : seen.has(character) ? 0.6 : 1;
    seen.add(character);
    before = code;
  }
  return length;
}

function alphabetSize(passphrase: string): number {
  let size = 0;
  if (/[a-z]/.test(passphrase)) size += 26;
  if (/[A-Z]/.test(passphrase)) size += 26;
  if (/\d/.test(passphrase)) size += 10;
  if (/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/.test(passphrase)) size += 20;
  if (/[^\x00-\x7f]/.test(passphrase)) size += 100;
  return Math.max(2, size);
}
