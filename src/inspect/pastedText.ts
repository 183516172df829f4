/** The schemes that stand before a token in a header. */
const SCHEMES = ['bearer ', 'dpop '];

/** What people copy along with a token: white space, quotes, a header name, the word Bearer. */
export function withoutScheme(text: string): string {
  let rest = withoutQuotes(text.trim());
  for (const prefix of ['authorization:', ...SCHEMES]) {
    if (rest.slice(0, prefix.length).toLowerCase() === prefix) rest = rest.slice(prefix.length).trim();
  }
  return withoutQuotes(rest);
}

/** A token that was wrapped, by a terminal or in a message, in one line again. */
export function unwrapped(text: string): string {
  // Not by one expression for blanks around a line end: it would look at a long row of blanks again and again.
  return text
    .split('\n')
    .map((line, index, { length }) => {
      const begun = index === 0 ? line : line.trimStart();
      return index === length - 1 ? begun : begun.trimEnd();
    })
    .join('');
}

function withoutQuotes(text: string): string {
  const quoted =
    text.length > 1 && (text.startsWith('"') || text.startsWith("'")) && text.endsWith(text.charAt(0));
  return quoted ? text.slice(1, -1).trim() : text;
}
