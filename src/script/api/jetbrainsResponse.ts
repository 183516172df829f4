import type { ScriptResponse } from '../job.ts';
import { contentTypeOf, cookiesOf, type Pairs, parsedBody, valueOf, valuesOf } from './headers.ts';
import { unsupported } from './values.ts';

/** JetBrains' `response`, with kulala's `code`, `json` and `errors`. The body is read when the script first names it. */
export function jetbrainsResponse(response: ScriptResponse, readBody: () => string): object {
  const pairs: Pairs = response.headers.map(([name, value]) => [name, value]);
  const contentType = contentTypeOf(pairs);
  let body: unknown;
  let read = false;
  const readOnce = () => {
    if (!read) body = parsedBody(readBody(), contentType);
    read = true;
    return body;
  };
  return {
    status: response.status,
    code: response.status,
    response_code: response.status,
    statusText: response.statusText,
    responseTime: response.durationMs,
    contentType,
    headers: {
      valueOf: (name: unknown) => valueOf(pairs, name),
      valuesOf: (name: unknown) => valuesOf(pairs, name),
      all: () => pairs.map(([name, value]) => ({ name: () => name, value: () => value })),
    },
    get body() {
      return readOnce();
    },
    set body(value: unknown) {
      body = value;
      read = true;
    },
    get json() {
      const value = readOnce();
      return typeof value === 'string' ? null : value;
    },
    cookies: () => cookiesOf(pairs),
    cookiesByName: (name: unknown) => cookiesOf(pairs).filter((cookie) => cookie.name === String(name)),
    onEachLine: () => unsupported('"response.onEachLine"'),
  };
}
