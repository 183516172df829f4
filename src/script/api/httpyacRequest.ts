import type { ScriptRequest } from '../job.ts';
import type { Host } from './host.ts';
import { namesOf, shown, toJson } from './values.ts';

/** httpyac's `request`: a plain object, whose changes count. Headers by name; several of one name are a list. */
export function httpyacRequest({ method, url, headers, body }: ScriptRequest): Record<string, unknown> {
  const byName: Record<string, unknown> = {};
  for (const [name, value] of headers) {
    const known = byName[name];
    if (known === undefined) byName[name] = value;
    else byName[name] = Array.isArray(known) ? [...(known as unknown[]), value] : [known, value];
  }
  return { method, url, headers: byName, body: body ?? undefined };
}

/** Tells the host what the request is now. */
export function changedRequest(host: Host, request: Readonly<Record<string, unknown>>): void {
  const { method, url, headers, body } = request;
  if (typeof method === 'string') host.report('request', 'method', method);
  if (typeof url === 'string') host.report('request', 'url', url);
  if (body !== undefined && body !== null) {
    host.report('request', 'body', typeof body === 'string' ? body : toJson(body, 'request.body'));
  }
  if (typeof headers !== 'object' || headers === null) return;
  const pairs = namesOf(headers).flatMap((name) => {
    const value: unknown = headers[name as keyof typeof headers];
    if (value === undefined || value === null) return [];
    return (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => [name, shown(one)]);
  });
  host.report('request', 'headers', toJson(pairs, 'request.headers'));
}
