import { isAssertion, wordAt } from './text.ts';
import type { HeaderNode } from './tree.ts';

const scriptEvents = new Set(['', 'request', 'streaming', 'response', 'after', 'responseLogging']);
const streamingUrl = /^(wss?|mqtts?|amqps?|grpc):\/\//i;
export const statusLine = /^HTTP\/\S+ *[1-5]\d\d/;
export const query = /^(query|mutation)(?=[\s({]|$)/;
export const queryFile = /^gql(\s+[^\s({]+)?\s+<\s+\S/;
export const fragment = /^fragment +[^\s({]+ +on +/;

/** Name of a GraphQL fragment that begins with this line, or of the file that holds it; null for neither. */
export function fragmentName(line: string): string | null {
  return /^(?:fragment +([^\s({]+) +on\b|gql\s+([^\s({<]+)\s+<)/.exec(line)?.slice(1).find(Boolean) ?? null;
}

export function isScriptStart(text: string): boolean {
  let inner = text.slice(2).trim();
  if (inner.startsWith('@js ')) inner = inner.slice(4).trim();
  if (inner.startsWith('+') || inner.startsWith('@')) inner = inner.slice(1);
  return scriptEvents.has(inner);
}

/**
 * When a script runs: `{{@request` and the like say so; without, `{{` runs where it stands. `{{+` runs for every request
 * of the file.
 */
export function scriptKind(
  text: string,
  afterRequest: boolean,
): { isGlobal: boolean; kind: 'pre-request-script' | 'response-handler' } {
  const inner = text.slice(2).trim().replace(/^@js /, '').trim();
  const isGlobal = inner.startsWith('+');
  const event = inner.replace(/^[+@]/, '');
  const before = event === '' ? isGlobal || !afterRequest : event === 'request';
  return { isGlobal, kind: before ? 'pre-request-script' : 'response-handler' };
}

export function isHeadComment(text: string, indent: number): boolean {
  if (text.startsWith('//', indent)) return true;
  return text[indent] === '#' && (text[indent + 1] === ' ' || text[indent + 1] === '\t');
}

/** `/path` (without a star, which begins a comment), `?name=value`, `&name=value` or `?{{query}}`. */
export function isUrlPart(text: string, indent: number): boolean {
  const rest = text.slice(indent).trimEnd();
  if (rest.startsWith('/')) return !rest.includes('*');
  if ((!rest.startsWith('?') && !rest.startsWith('&')) || isAssertion(rest)) return false;
  return rest.indexOf('=') > 1 || (rest.startsWith('{{', 1) && rest.endsWith('}}'));
}

export function methodOfUrl(url: string): string {
  const scheme = streamingUrl.exec(url)?.[1]?.toUpperCase();
  if (scheme === undefined) return 'GET';
  return scheme === 'WSS' ? 'WS' : scheme.replace(/^(MQTT|AMQP)S$/, '$1');
}

export function boundaryOf(headers: readonly HeaderNode[]): string {
  const value = headers.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  const at = value.toLowerCase().indexOf('boundary=');
  return at < 0 ? '' : wordAt(value, at + 'boundary='.length).replace(/[;"]/g, '');
}
