const LONGEST_DESCRIPTION = 200;

/** Server text in a message: masked before it is shortened, since half a secret would not be recognised. */
export function serverText(
  text: string,
  mask: (text: string) => string,
  longest = LONGEST_DESCRIPTION,
): string {
  const line = mask(text.slice(0, 20_000))
    .replace(/[\s\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+/g, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest).trimEnd()}…`;
}
