/** What `# @loop` says: a number of passes, or a list whose items are the values of a variable. */
export type Loop =
  /** `variable` counts from 0; null where none does. */
  | { readonly variable: string | null; readonly count: number }
  /** Absent `name`: the list itself, as JSON. */
  | { readonly variable: string; readonly list: { readonly name: string } | { readonly json: string } };

/** More passes than a person means. */
export const mostPasses = 10_000;

/**
 * Reads `for 3`, `for n of 3`, `for item of list`, `for item of {{list}}` and `for item of ["a", "b"]`. Null for what only a
 * script can tell: `while …`, and lists that are expressions.
 */
export function parseLoop(value: string): Loop | null {
  const [, variable = null, of = ''] =
    /^for\s+(?:([\w$-]{1,100})\s+of\s+)?(\S[^\n]*)$/.exec(value.trim()) ?? [];
  const source = of.trim();
  if (/^\d{1,9}$/.test(source)) return { variable, count: Number(source) };
  if (variable === null) return null;
  const name = /^(?:\{\{\s{0,5}([\w-]{1,100})\s{0,5}\}\}|([A-Za-z_][\w-]{0,99}))$/.exec(source);
  if (name !== null) return { variable, list: { name: name[1] ?? name[2] ?? '' } };
  return isJsonList(source) ? { variable, list: { json: source } } : null;
}

function isJsonList(text: string): boolean {
  return text.startsWith('[') && listItems(text) !== null;
}

/** The items of a JSON array; null for any other text. */
export function listItems(text: string): readonly unknown[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map((item: unknown) => item) : null;
  } catch {
    return null;
  }
}
