/** Deeper levels stay on one line: indenting them would make the text grow with the square of the depth. */
const MAX_INDENTED_DEPTH = 64;
/** A text that grows more than this is made to do harm, not to be read. */
const MAX_GROWTH = 16;
const ALWAYS_ALLOWED_LENGTH = 1024 * 1024;

/**
 * The same JSON text (RFC 8259), one member a line: every number, string, escape and duplicate key as it was written,
 * which parsing and printing anew would not keep. Null when the text is not valid JSON, or would grow beyond measure.
 * Linear, and free of recursion, so that depth does no harm.
 */
export function formatJson(text: string, indent = 2): string | null {
  const newlines = Array.from(
    { length: MAX_INDENTED_DEPTH + 1 },
    (_, depth) => `\n${' '.repeat(depth * indent)}`,
  );
  const longest = Math.max(ALWAYS_ALLOWED_LENGTH, text.length * MAX_GROWTH);
  /** The closing bracket of each open container. */
  const open: string[] = [];
  let out = '';
  let at = skipSpace(text, 0);
  const newline = (): string => (open.length > MAX_INDENTED_DEPTH ? '' : (newlines[open.length] ?? ''));

  for (;;) {
    // A value starts here; inside an object its key comes first.
    if (open.at(-1) === '}') {
      const end = stringEnd(text, at);
      if (end < 0) return null;
      const colon = skipSpace(text, end);
      if (text.charCodeAt(colon) !== COLON) return null;
      out += `${text.slice(at, end)}: `;
      at = skipSpace(text, colon + 1);
    }
    const first = text.charCodeAt(at);
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const close = first === OPEN_BRACE ? '}' : ']';
      const inside = skipSpace(text, at + 1);
      if (text[inside] !== close) {
        open.push(close);
        out += (first === OPEN_BRACE ? '{' : '[') + newline();
        at = inside;
        continue;
      }
      out += first === OPEN_BRACE ? '{}' : '[]';
      at = inside + 1;
    } else {
      const end = scalarEnd(text, at);
      if (end < 0) return null;
      out += text.slice(at, end);
      at = end;
    }
    // A value has ended: close what ends with it, then comes a comma or the end of the text.
    at = skipSpace(text, at);
    while (open.length > 0 && text[at] === open.at(-1)) {
      const close = open.pop() ?? '';
      // The level that closes was indented when its content was.
      out += (open.length >= MAX_INDENTED_DEPTH ? '' : newline()) + close;
      at = skipSpace(text, at + 1);
    }
    if (out.length > longest) return null;
    if (open.length === 0) return at === text.length ? out : null;
    if (text.charCodeAt(at) !== COMMA) return null;
    out += `,${newline()}`;
    at = skipSpace(text, at + 1);
  }
}

const COLON = 0x3a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const MINUS = 0x2d;
const ZERO = 0x30;

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return at;
}

/** Where the string, number or literal that starts at `from` ends; -1 when there is none. */
function scalarEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return stringEnd(text, from);
  if (first === MINUS || isDigit(first)) return numberEnd(text, from);
  const literal = ['true', 'false', 'null'].find((word) => text.startsWith(word, from));
  return literal === undefined ? -1 : from + literal.length;
}

function stringEnd(text: string, from: number): number {
  if (text.charCodeAt(from) !== QUOTE) return -1;
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 0x20) return -1;
    if (code !== BACKSLASH) continue;
    at += 1;
    if (text[at] === 'u') {
      for (let i = 1; i <= 4; i += 1) if (!isHex(text.charCodeAt(at + i))) return -1;
      at += 4;
    } else if (at >= text.length || !'"\\/bfnrt'.includes(text[at] ?? ' ')) {
      return -1;
    }
  }
  return -1;
}

function numberEnd(text: string, from: number): number {
  let at = text.charCodeAt(from) === MINUS ? from + 1 : from;
  if (text.charCodeAt(at) === ZERO) at += 1;
  else if ((at = digitsEnd(text, at)) < 0) return -1;
  if (text[at] === '.' && (at = digitsEnd(text, at + 1)) < 0) return -1;
  if (text[at] === 'e' || text[at] === 'E') {
    const sign = text[at + 1] === '+' || text[at + 1] === '-' ? 1 : 0;
    at = digitsEnd(text, at + 1 + sign);
  }
  return at;
}

/** Behind the digits at `from`; -1 when there is not even one. */
function digitsEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at === from ? -1 : at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
