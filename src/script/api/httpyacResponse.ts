import type { ScriptResponse } from '../job.ts';
import { contentTypeOf, type Pairs, parsedBody, valueOf, valuesOf } from './headers.ts';

/** httpyac's `response`. The body is read when the script first names it. */
export function httpyacResponse(response: ScriptResponse, readBody: () => string): object {
  const pairs: Pairs = response.headers.map(([name, value]) => [name.toLowerCase(), value]);
  const type = contentTypeOf(pairs);
  const headers: Record<string, string | string[]> = {};
  for (const [name] of pairs) {
    const values = valuesOf(pairs, name);
    headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  let parsed: { readonly value: unknown } | null = null;
  return {
    statusCode: response.status,
    statusMessage: response.statusText,
    headers,
    contentType: { ...type, contentType: valueOf(pairs, 'content-type') ?? '' },
    timings: { total: response.durationMs },
    get body() {
      return readBody();
    },
    get parsedBody() {
      parsed ??= { value: parsedBody(readBody(), type) };
      return parsed.value;
    },
  };
}
