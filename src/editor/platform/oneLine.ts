import { onOneLine } from './markdown.ts';

/** White space joined, what is not seen made visible, cut to a length. */
export function oneLine(text: string, maximum: number): string {
  const line = onOneLine(text.slice(0, maximum * 4));
  return line.length > maximum ? `${line.slice(0, maximum - 1)}…` : line;
}
