/** A piece of a raw text: literal, or what stands between `{{` and `}}`. */
export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string; readonly offset: number }
  /** `text` is trimmed; `offset` is that of the `{{`, `length` counts both pairs of braces. */
  | { readonly kind: 'expression'; readonly text: string; readonly offset: number; readonly length: number };

/**
 * Splits a raw text at its `{{ }}`, in time proportional to its length. An expression holds no line break; braces
 * that do not pair up within a line are literal. Of nested braces the innermost pair counts: `{{{x}}}` is the
 * expression `x` in single braces.
 */
export function splitTemplate(raw: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let done = 0;
  // Nothing before this can open an expression any more; without it `}}}}}}` would be searched again and again.
  let floor = 0;
  let close = raw.indexOf('}}');
  while (close >= 0) {
    const open = lastOpening(raw, floor, close);
    if (open < 0) {
      floor = close - 1;
      close = raw.indexOf('}}', close + 1);
      continue;
    }
    if (open > done) parts.push({ kind: 'literal', text: raw.slice(done, open), offset: done });
    const text = raw.slice(open + 2, close).trim();
    parts.push({ kind: 'expression', text, offset: open, length: close + 2 - open });
    done = close + 2;
    floor = done;
    close = raw.indexOf('}}', done);
  }
  if (done < raw.length) parts.push({ kind: 'literal', text: raw.slice(done), offset: done });
  return parts;
}

/** Offset of the last `{{` between `from` and `close` in the line of `close`; -1 where there is none. */
function lastOpening(raw: string, from: number, close: number): number {
  for (let at = close - 2; at >= from; at--) {
    const char = raw.charCodeAt(at);
    if (char === 123 && raw.charCodeAt(at + 1) === 123) return at;
    if (char === 10 || char === 13) return -1;
  }
  return -1;
}

/** Offset of the first match outside `{{ }}`; -1 where there is none. */
export function firstOutside(raw: string, pattern: RegExp): number {
  for (const part of splitTemplate(raw)) {
    if (part.kind !== 'literal') continue;
    const found = part.text.search(pattern);
    if (found >= 0) return part.offset + found;
  }
  return -1;
}

/** Name after `$token` in an expression; null when it is no token, an empty string when the name is missing. */
export function tokenNameOf(expression: string): string | null {
  const found = /^\$token(?:\s+(\S+))?$/.exec(expression);
  return found === null ? null : (found[1] ?? '');
}

/** Names of the tokens that `{{$token name}}` in a raw text asks for. */
export function tokenNamesIn(raw: string): string[] {
  if (!raw.includes('$token')) return [];
  const names = splitTemplate(raw).map((part) =>
    part.kind === 'expression' ? tokenNameOf(part.text) : null,
  );
  return names.filter((name): name is string => name !== null && name !== '');
}
