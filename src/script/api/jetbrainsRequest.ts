import type { ScriptRequest } from '../job.ts';
import type { Pairs } from './headers.ts';
import type { Host } from './host.ts';
import { fromJson, toJson } from './values.ts';
import { Variables } from './variables.ts';

/**
 * JetBrains' `request`. Before the request its parts are objects with `getRaw()` and `tryGetSubstituted()`, after it
 * `url()` and `body()` are functions; a function with these properties is both.
 */
export function jetbrainsRequest(host: Host, request: ScriptRequest | undefined): object {
  const variables = new Variables(host, 'variables', 'variable', 'request.variables');
  const raw = request?.raw ?? null;
  let headers: Pairs = (request?.headers ?? []).map(([name, value]) => [name, value]);
  const body = request?.body ?? null;
  const url = request?.url ?? '';
  const header = ([name, value]: readonly [string, string]) => {
    const written = raw?.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
    return {
      name: callable(name, {}),
      getRawValue: () => written ?? value,
      tryGetSubstitutedValue: () => value,
      tryGetSubstituted: () => value,
      value: () => value,
    };
  };
  const change = () => host.report('request', 'headers', toJson(headers, 'request.headers'));
  const without = (name: unknown) =>
    headers.filter(([known]) => known.toLowerCase() !== String(name).toLowerCase());
  return {
    method: request?.method ?? '',
    url: callable(url, { getRaw: () => raw?.url ?? url, tryGetSubstituted: () => url }),
    body: callable(body, {
      getRaw: () => raw?.body ?? body,
      tryGetSubstituted: () => body,
      getComputed: () => body,
    }),
    headers: {
      all: () => headers.map(header),
      findByName: (name: unknown) => {
        const found = headers.find(([known]) => known.toLowerCase() === String(name).toLowerCase());
        return found === undefined ? null : header(found);
      },
      set: (name: unknown, value: unknown) => {
        headers = [...without(name), [String(name), String(value)]];
        change();
      },
      remove: (name: unknown) => {
        headers = without(name);
        change();
      },
    },
    environment: {
      get: (name: unknown) => {
        const values = (fromJson(host.state('environment')) ?? {}) as Readonly<Record<string, unknown>>;
        return Object.hasOwn(values, String(name)) ? values[String(name)] : null;
      },
      getName: () => fromJson(host.state('environmentName')) ?? null,
    },
    variables: {
      get: (name: unknown) => variables.get(name),
      set: (name: unknown, value: unknown) => variables.set(name, value),
      isEmpty: () => variables.isEmpty(),
      clear: (name: unknown) => variables.clear(name),
      clearAll: () => variables.clearAll(),
    },
    iteration: () => fromJson(host.state('iteration')) ?? 0,
    /** The value of the n-th `{{ }}` of the body, from the text around it; null where it cannot be told. */
    templateValue: (place: unknown) => templateValue(raw?.body ?? '', body ?? '', Number(place)),
    skip: () => host.report('skip', ''),
  };
}

/** Also a text wherever a text is needed, as in `${request.url}`. */
function callable<Parts extends object>(value: string | null, parts: Parts): (() => string | null) & Parts {
  const text = value ?? '';
  return Object.assign(() => value, parts, { toString: () => text, toJSON: () => value });
}

function templateValue(written: string, sent: string, place: number): string | null {
  const fixed = written.split(/\{\{[^{}]*\}\}/);
  let at = 0;
  for (let index = 0; index < fixed.length - 1; index++) {
    const before = fixed[index] ?? '';
    const after = fixed[index + 1] ?? '';
    if (!sent.startsWith(before, at)) return null;
    const from = at + before.length;
    const to = after === '' && index === fixed.length - 2 ? sent.length : sent.indexOf(after, from);
    if (to < 0) return null;
    if (index === place) return sent.slice(from, to);
    at = to;
  }
  return null;
}
