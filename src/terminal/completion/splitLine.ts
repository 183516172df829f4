/** A command line as the shell sees it. */
export interface SplitLine {
  /** Without quotes; the last one is being typed, and is empty behind a blank. */
  readonly words: readonly string[];
  /** The quote in which the last word is being typed, and what of the word stands before it; null outside of quotes. */
  readonly openQuote: { readonly mark: Quote; readonly before: string } | null;
}

export type Quote = '"' | "'";

/** Splits a line as bash does, without expanding anything. */
export function splitLine(line: string): SplitLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: SplitLine['openQuote'] = null;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== null) {
      if (character === quote.mark) quote = null;
      else word = (word ?? '') + (character === '\\' && quote.mark === '"' ? line.charAt(++at) : character);
    } else if (character === '"' || character === "'") {
      word ??= '';
      quote = { mark: character, before: word };
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + (character === '\\' ? line.charAt(++at) : character);
    }
  }
  return { words: [...words, word ?? ''], openQuote: quote };
}
