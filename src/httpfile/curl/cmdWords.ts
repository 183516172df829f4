import { continuation, templateAt, WordBuilder, type Fault, type Words } from './words.ts';

/** What cmd hands on: pieces of text, each with its place in the source. */
interface Line {
  readonly pieces: string[];
  readonly places: number[];
  readonly fault: Fault | null;
  readonly end: number;
}

/** Words as Windows' cmd and then curl.exe's own start-up split them. */
export function cmdWords(source: string): Words {
  const { pieces, places, fault, end } = cmdLine(source);
  const builder = new WordBuilder();
  const placeAt = (index: number) => places[index] ?? end;
  let inQuotes = false;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at] ?? '';
    const place = placeAt(at);
    if (!inQuotes && (piece === ' ' || piece === '\t')) {
      builder.close(place);
    } else if (piece === '\\') {
      let slashes = 1;
      while (pieces[at + slashes] === '\\') slashes++;
      const isBeforeQuote = pieces[at + slashes] === '"';
      builder.add('\\'.repeat(isBeforeQuote ? slashes >> 1 : slashes), place);
      at += slashes - 1;
      if (isBeforeQuote && slashes % 2 === 1) {
        builder.add('"', place);
        at++;
      }
    } else if (piece === '"') {
      if (inQuotes && pieces[at + 1] === '"') {
        builder.add('"', place);
        at++;
      } else {
        builder.add('', place);
        inQuotes = !inQuotes;
      }
    } else builder.add(piece, place);
  }
  builder.close(end);
  if (fault === null && inQuotes) {
    const message = 'A quote in this cURL command is not closed.';
    return { words: builder.words, fault: { message, start: end, end }, end: source.length };
  }
  return { words: builder.words, fault, end };
}

/** The line after cmd's own reading: carets escape, outside of quotes, and join lines. */
function cmdLine(source: string): Line {
  const pieces: string[] = [];
  const places: number[] = [];
  let inQuotes = false;
  const push = (piece: string, at: number) => {
    pieces.push(piece);
    places.push(at);
  };
  const stop = (message: string, at: number, length: number): Line => {
    return { pieces, places, fault: { message, start: at, end: at + length }, end: source.length };
  };
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    const template = templateAt(source, at);
    if (template !== null) {
      push(template, at);
      at += template.length - 1;
    } else if (char === '^' && !inQuotes) {
      if (source.charAt(at + 1) === '\n') at++;
      at++;
      if (at < source.length) push(source.charAt(at), at);
    } else if (char === '\n') {
      const next = inQuotes ? null : continuation(source, at);
      if (next === null) return { pieces, places, fault: null, end: at };
      push(' ', at);
      at = next - 1;
    } else if (!inQuotes && '&|<>()'.includes(char)) {
      return stop(
        `Keyturn runs no shell, so ${char} does nothing here: remove it, or escape it as ^${char}.`,
        at,
        1,
      );
    } else if (char === '%') {
      const name = variableAt(source, at);
      if (name !== null)
        return stop(
          `Keyturn runs no shell, so ${name} has no value: use a variable such as {{name}}.`,
          at,
          name.length,
        );
      push(char, at);
    } else {
      if (char === '"') inQuotes = !inQuotes;
      push(char, at);
    }
  }
  return { pieces, places, fault: null, end: source.length };
}

/** `%NAME%`; shorter names are left to percent-encoding. */
function variableAt(source: string, at: number): string | null {
  const name = /%[A-Za-z_]\w{2,60}%/y;
  name.lastIndex = at;
  return name.exec(source)?.[0] ?? null;
}
