/** A command line as the shell sees it. */
export interface SplitLine {
  /** Without quotes; the last one is being typed, and is empty behind a blank. */
  readonly words: readonly string[];
  /** True where the last word stands in quotes that are still open. */
  readonly isQuoted: boolean;
}

/** Splits a line as bash does, without expanding anything. */
export function splitLine(line: string): SplitLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + (character === '\\' && quote === '"' ? line.charAt(++at) : character);
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + (character === '\\' ? line.charAt(++at) : character);
    }
  }
  return { words: [...words, word ?? ''], isQuoted: quote !== null };
}
