const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;

/**
 * A text without any percent escape and any escape of JSON, however often they were applied: `%252F`, `%2F` and `\/`
 * all become `/`. In time proportional to the text: what an escape stood for is looked at together with what follows.
 */
export function fullyDecoded(text: string): string {
  if (!text.includes('%') && !text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8');
  return bytes.toString('utf8', 0, decodeInPlace(bytes));
}

/** The same for bytes, in a copy. */
export function fullyDecodedBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  return copy.subarray(0, decodeInPlace(copy));
}

/** How many bytes are left. */
function decodeInPlace(given: Buffer): number {
  // An escape is longer than what it stands for, so the same bytes can be written over.
  let length = 0;
  for (const byte of given) {
    given[length++] = byte;
    for (;;) {
      const shorter = withoutLastEscape(given, length);
      if (shorter === length) break;
      length = shorter;
    }
  }
  return length;
}

/** Undoes the escape that the bytes end with, if they do; the new length. */
function withoutLastEscape(bytes: Buffer, length: number): number {
  if (length >= 3 && bytes[length - 3] === PERCENT) {
    const code = hexAt(bytes, length - 2, 2);
    if (code >= 0) {
      bytes[length - 3] = code;
      return length - 2;
    }
  }
  if (length >= 2 && bytes[length - 2] === BACKSLASH) {
    const last = bytes[length - 1];
    if (last === BACKSLASH || last === 0x2f || last === 0x22) {
      bytes[length - 2] = last;
      return length - 1;
    }
  }
  if (length >= 6 && bytes[length - 6] === BACKSLASH && bytes[length - 5] === SMALL_U) {
    const code = hexAt(bytes, length - 4, 4);
    // A lone half of a pair says nothing.
    if (code >= 0 && (code < 0xd800 || code > 0xdfff)) {
      return length - 6 + bytes.write(String.fromCharCode(code), length - 6, 'utf8');
    }
  }
  return length;
}

/** The number that `digits` hexadecimal digits at `start` make; -1 where they are none. */
function hexAt(bytes: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let at = start; at < start + digits; at++) {
    const byte = bytes[at] ?? 0;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
          ? (byte | 0x20) - 0x57
          : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
