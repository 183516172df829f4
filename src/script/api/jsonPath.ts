import type { Host } from './host.ts';
import { library } from './values.ts';

type Query = (path: string, value: unknown) => unknown[];

function isQuery(value: unknown): value is Query {
  return typeof value === 'function';
}

/** `jsonPath(value, path)` (RFC 9535): the value that a path for one value leads to, or the list; null for none. */
export function jsonPathOf(host: Host): (value: unknown, path: unknown) => unknown {
  let query: Query | null = null;
  return (value, path) => {
    query ??= library(host.source('jsonPath'), isQuery);
    const found = query(String(path), value);
    // A path with a filter, a wildcard, a slice or a descendant may lead to several.
    const several = /\[\s*(?:\*|\?|-?\d*\s*:|[^\]'"]*,)|\.\*|\.\./.test(String(path));
    return several ? found : (found[0] ?? null);
  };
}
