import { visible } from '../../base/visible.ts';

const LONGEST = 200;
const LONGEST_CODE = 500;

/** Text that stands for itself in Markdown, tables included: no link, address, image, icon or HTML comes out of it. */
export function escapeMarkdown(text: string, longest = LONGEST): string {
  // "www." begins a link as a scheme does.
  return cut(onOneLine(text), longest).replace(
    /[\\`*_{}[\]()#+\-!|<>~&$:@]|(?<=www)\./gi,
    (character) => `\\${character}`,
  );
}

/** A value in a code span, which nothing in it can end. */
export function codeSpan(text: string): string {
  const shown = cut(onOneLine(text), LONGEST_CODE).replaceAll('`', "'");
  return `\`${shown === '' ? ' ' : shown}\``;
}

/** White space joined, and what would end a line or not be seen made visible. */
export function onOneLine(text: string): string {
  return visible(text.replace(/[\s\x85]+/g, ' ').trim());
}

function cut(line: string, longest: number): string {
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
