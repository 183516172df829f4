import type { HttpFile } from '../parse/tree.ts';

const known = new WeakMap<HttpFile, ReadonlyMap<string, number>>();

/** Names that scripts of the file give a value, with the zero-based line of the script. */
export function scriptVariables(tree: HttpFile): ReadonlyMap<string, number> {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const found = new Map<string, number>();
  for (const { metadata, extras } of [...tree.loose, ...tree.requests]) {
    for (const { text, span } of extras) {
      for (const [, called, exported] of text.matchAll(
        /\.set\(\s{0,5}["'`]([\w.-]{1,100})|\b(?:exports|\$global)\.([\w-]{1,100})\s{0,5}=/g,
      )) {
        found.set(called ?? exported ?? '', span.start.line);
      }
    }
    for (const { key, value, span } of metadata) {
      if (/^env-(?:json|header)-key$/.test(key)) found.set(value.split(/\s/, 1)[0] ?? '', span.start.line);
    }
  }
  known.set(tree, found);
  return found;
}
