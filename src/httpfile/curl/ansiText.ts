const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  E: 27,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

/**
 * The text of bash's `$'…'`, given what stands between the quotes. Null where its bytes are no UTF-8, or end in the
 * middle, as bash ends it at a NUL.
 */
export function ansiText(source: string): string | null {
  const pieces: (string | number)[] = [];
  const escape =
    /\\(?:([0-7]{1,3})|x([\dA-Fa-f]{1,2}|\{[\dA-Fa-f]*\}?)|u([\dA-Fa-f]{1,4})|U([\dA-Fa-f]{1,8})|c([^])|([^]))/g;
  let done = 0;
  for (const found of source.matchAll(escape)) {
    if (found.index > done) pieces.push(source.slice(done, found.index));
    done = found.index + found[0].length;
    const [whole, octal, hex, short, long, control, other = ''] = found;
    const point = short ?? long;
    if (octal !== undefined) pieces.push(parseInt(octal, 8) & 255);
    else if (hex !== undefined) pieces.push(lastByte(hex));
    else if (point !== undefined) {
      const code = parseInt(point, 16);
      if (code === 0 || code > 0x10ffff) return null;
      pieces.push(String.fromCodePoint(code));
    } else if (control !== undefined) pieces.push(control === '?' ? 127 : control.charCodeAt(0) & 31);
    else pieces.push(simple[other] ?? whole);
  }
  if (done < source.length) pieces.push(source.slice(done));
  const text = joined(pieces);
  return text === null || /\p{Surrogate}|\0/u.test(text) ? null : text;
}

/** Of `41`, and of any number of digits in braces. */
function lastByte(hex: string): number {
  return parseInt(hex.replace(/[{}]/g, '').slice(-2) || '0', 16);
}

/** Bytes beside one another make characters together. */
function joined(pieces: readonly (string | number)[]): string | null {
  const texts: string[] = [];
  let bytes: number[] = [];
  for (const piece of [...pieces, '']) {
    if (typeof piece === 'number') {
      bytes.push(piece);
      continue;
    }
    try {
      texts.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
    } catch {
      return null;
    }
    bytes = [];
    texts.push(piece);
  }
  return texts.join('');
}
