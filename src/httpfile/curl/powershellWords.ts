import { continuation, templateAt, WordBuilder, type Words } from './words.ts';

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Words as PowerShell splits them for a program. */
export function powershellWords(source: string): Words {
  const builder = new WordBuilder();
  let quote: '"' | "'" | null = null;
  let at = 0;
  const fault = (message: string): Words => {
    builder.close(at);
    return { words: builder.words, fault: { message, start: at, end: at + 1 }, end: source.length };
  };
  for (; at < source.length; at++) {
    const char = source.charAt(at);
    const next = source.charAt(at + 1);
    const template = quote === "'" ? null : templateAt(source, at, quote ?? '');
    if (template !== null) {
      builder.add(template, at);
      at += template.length - 1;
    } else if (quote === null && (char === ' ' || char === '\t')) {
      builder.close(at);
    } else if (quote === null && char === '\n') {
      builder.close(at);
      const goesOn = continuation(source, at);
      if (goesOn === null) break;
      at = goesOn - 1;
    } else if (char === '`' && quote !== "'") {
      if (next === '\n' && quote === null) builder.close(at);
      else builder.add(escapes[next] ?? next, at);
      at++;
    } else if (quote !== null && char === quote) {
      // Doubled, it stands for itself.
      if (next === quote) {
        builder.add(quote, at);
        at++;
      } else quote = null;
    } else if (char === '\\' && next === '"' && quote !== null) {
      // Windows PowerShell hands quotes to programs only behind a backslash.
      builder.add('"', at);
      at++;
    } else if (char === '$' && quote !== "'" && /[\w({]/.test(next)) {
      return fault(
        'Keyturn runs no shell, so $ has no value here: use a variable such as {{name}}, or single quotes.',
      );
    } else if (quote === null && (char === "'" || char === '"')) {
      builder.add('', at);
      quote = char;
    } else if (quote === null && char === '#' && !builder.isOpen) {
      const end = source.indexOf('\n', at);
      at = (end < 0 ? source.length : end) - 1;
    } else if (quote === null && '|;&<>(){}'.includes(char)) {
      return fault(
        `Keyturn runs no shell, so ${char} does nothing here: remove it, or put the word in quotes.`,
      );
    } else builder.add(char, at);
  }
  builder.close(at);
  if (quote === null) return { words: builder.words, fault: null, end: at };
  return fault('A quote in this cURL command is not closed.');
}
