import type { Encode } from './charset.ts';
import { splitTemplate } from './template.ts';
import { wellFormed } from '../parse/text.ts';
import type { Dialect } from '../parse/tree.ts';

/**
 * The text of a form (`application/x-www-form-urlencoded`) that is written over several lines. REST Client and Visual
 * Studio join lines where a `&` stands at either end, kulala joins all. httpyac and JetBrains join all too, and drop
 * the blanks around `=` and `&`, so that `a = 1 &` reads as `a=1&`.
 */
export function joinFormLines(text: string, dialect: Dialect): string {
  const lines = text.split(/\r?\n/);
  if (dialect === 'httpyac' || dialect === 'jetbrains') return lines.map(withoutBlanks).join('');
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const pieces = lines.map((line, index) => {
    const glued = dialect === 'kulala' || line.startsWith('&') || lines[index - 1]?.endsWith('&') !== false;
    return glued ? line : `${ending}${line}`;
  });
  return pieces.join('');
}

/** Blanks in a variable's value, and in what stands between braces, are no part of the layout. */
function withoutBlanks(line: string): string {
  const text = line.trim();
  if (!/\s/.test(text)) return text;
  const parts = splitTemplate(text).map((part) =>
    part.kind === 'expression'
      ? text.slice(part.offset, part.offset + part.length)
      : trimmedAround(trimmedAround(part.text, '='), '&'),
  );
  return parts.join('');
}

function trimmedAround(text: string, separator: string): string {
  const pieces = text.split(separator);
  const trimmed = pieces.map((piece, index) => {
    const start = index > 0 ? piece.trimStart() : piece;
    return index < pieces.length - 1 ? start.trimEnd() : start;
  });
  return trimmed.join(separator);
}

/**
 * Percent-encodes what cannot stand in a form body, in its charset, and a `%` that begins no escape too; leaves what is
 * encoded.
 */
export function encodeForm(text: string, written: string, encode: Encode): string {
  return wellFormed(text).replace(/%(?![\dA-Fa-f]{2})|[^!#-;=?-[\]_a-z~]+/g, (found) =>
    Array.from(encode(found, written), (byte) => `%${hex(byte)}`).join(''),
  );
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
