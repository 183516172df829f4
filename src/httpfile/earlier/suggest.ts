import { isTooDeep } from '../../base/jsonDepth.ts';
import { decodeText } from '../../http/content.ts';
import { headerValue } from '../../http/message.ts';
import type { HttpFile } from '../parse/tree.ts';
import { parameterOf } from '../resolve/charset.ts';
import type { EarlierRequests, Message } from './exchange.ts';

/** The beginning of a reference that a person may want to go on with. */
export interface Suggestion {
  /** The whole expression so far. */
  readonly text: string;
  /** What is there: names and types, never values. */
  readonly kind: 'request' | 'part' | 'header' | 'object' | 'list' | 'string' | 'number' | 'boolean' | 'null';
  /** The expression goes on behind it. */
  readonly goesOn: boolean;
}

/** More members than a person looks through. */
const MOST_MEMBERS = 200;
const LONGEST_BODY = 1_000_000;

/** What may follow `typed` in `{{ }}`: names of requests, parts of them, and members of the last answer. */
export function suggestReferences(
  typed: string,
  { requests, dialect }: Pick<HttpFile, 'requests' | 'dialect'>,
  earlier: EarlierRequests,
): Suggestion[] {
  const names = requests.flatMap(({ name }) => (name === null || !/^[\w-]+$/.test(name) ? [] : [name]));
  const name = names.find((each) => typed.startsWith(`${each}.`));
  if (name === undefined) {
    return [...new Set(names)].map((each) => ({ text: `${each}.`, kind: 'request', goesOn: true }));
  }
  const rest = typed.slice(name.length + 1);
  const exchange = earlier.exchange(name);
  const message = /^(response|request)\./.exec(rest)?.[1];
  if (message !== undefined) {
    const of = exchange === null ? null : message === 'request' ? exchange.request : exchange.response;
    return inMessage(`${name}.${message}.`, rest.slice(message.length + 1), of);
  }
  const parts = ['response.', 'request.'].map((part) => partOf(`${name}.${part}`, true));
  if (dialect !== 'httpyac' || exchange === null) return parts;
  return [...membersAt(`${name}.`, rest, exchange.response), ...parts];
}

function inMessage(start: string, rest: string, message: Message | null): Suggestion[] {
  if (/^headers\.[\w-]*$/.test(rest)) {
    const names = new Set(message?.headers.map(([name]) => name) ?? []);
    return [...names].map((name) => ({ text: `${start}headers.${name}`, kind: 'header', goesOn: false }));
  }
  const body = /^body\.(\$\.?)?/.exec(rest)?.[0];
  if (body === undefined) {
    return [
      partOf(`${start}body.$.`, true),
      partOf(`${start}body.*`, false),
      partOf(`${start}headers.`, true),
    ];
  }
  const path = body.endsWith('$') ? `${body}.` : body;
  return message === null ? [] : membersAt(start + path, rest.slice(body.length), message);
}

function partOf(text: string, goesOn: boolean): Suggestion {
  return { text, kind: 'part', goesOn };
}

/** The members at the path that `rest` begins with; the step that is being typed does not count. */
function membersAt(start: string, rest: string, message: Message): Suggestion[] {
  const steps = [...rest.matchAll(/([^.[\]'"]+)\.|\[(\d+)\]\.?|\['([^']*)'\]\.?|([^.[\]'"]+)(?=\[)/g)];
  let level: unknown = jsonOf(message);
  let path = start;
  for (const step of steps) {
    const key = step[1] ?? step[2] ?? step[3] ?? step[4] ?? '';
    if (typeof level !== 'object' || level === null || !Object.hasOwn(level, key)) return [];
    level = Reflect.get(level, key);
    path += step[0];
  }
  if (Array.isArray(level)) {
    const bare = path.endsWith('.') ? path.slice(0, -1) : path;
    return level.length === 0 ? [] : [member(`${bare}[0]`, level[0])];
  }
  if (typeof level !== 'object' || level === null) return [];
  return Object.entries(level)
    .slice(0, MOST_MEMBERS)
    .map(([name, value]) => {
      const plain = /^[A-Za-z_][\w-]*$/.test(name);
      const bare = path.endsWith('.') ? path.slice(0, -1) : path;
      const dot = path.endsWith('.') ? '' : '.';
      return member(
        plain ? `${path}${dot}${name}` : `${bare}['${name.replaceAll(/['\\]/g, '\\$&')}']`,
        value,
      );
    });
}

function member(text: string, value: unknown): Suggestion {
  const kind = kindOf(value);
  return { text, kind, goesOn: kind === 'object' || kind === 'list' };
}

function kindOf(value: unknown): Suggestion['kind'] {
  if (Array.isArray(value)) return 'list';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value as 'string' | 'number' | 'boolean';
    default:
      return 'object';
  }
}

function jsonOf({ headers, body }: Message): unknown {
  if (body === null || body.byteLength > LONGEST_BODY) return null;
  const text = decodeText(body, parameterOf(headerValue(headers, 'content-type') ?? '', 'charset'));
  try {
    return isTooDeep(text) ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
