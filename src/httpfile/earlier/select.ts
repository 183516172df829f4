import { KeyturnError } from '../../base/errors.ts';
import { exactJson, numberSpelling, parseExactJson } from '../../base/exactJson.ts';
import { isTooDeep } from '../../base/jsonDepth.ts';
import { decodeText } from '../../http/content.ts';
import { headerValue, headerValues } from '../../http/message.ts';
import { parameterOf } from '../resolve/charset.ts';
import { quotedCode, quotedPart } from '../resolve/quotedPart.ts';
import type { Exchange, Message } from './exchange.ts';
import type { BodyQuery, Reference } from './reference.ts';

/** In longer XML a path could look for minutes. */
const LONGEST_XML = 5_000_000;
/** A person reads no more names in one sentence. */
const MOST_NAMES = 12;
const LONGEST_NAME = 60;

/**
 * The text that a reference stands for: strings as they are, numbers with all their digits, objects and lists as JSON,
 * several results as a list. Fails with `variable_unknown` where the exchange has no such part: the message says which
 * part is missing and names what stands beside it, never a value. `line` is zero-based.
 */
export async function select(exchange: Exchange, reference: Reference, line: number): Promise<string> {
  const message = reference.message === 'request' ? exchange.request : exchange.response;
  const at = new Place(exchange, reference, line);
  const { part } = reference;
  if (part.kind === 'status') return String(exchange.response.status);
  if (part.kind === 'header') {
    const value = headerValues(message.headers, part.header);
    if (value.length > 0) return value.join(', ');
    const names = [...new Set(message.headers.map(([name]) => name))];
    throw at.missing(
      `no header ${quotedPart(part.header)}`,
      names.length > 0 ? `It has: ${listed(names)}.` : null,
    );
  }
  const text = bodyText(at, message);
  if (part.query.kind === 'all') return text;
  return part.query.kind === 'jsonpath'
    ? fromJson(at, parsedJson(at, message, text), part.query.path)
    : fromXml(at, text, part.query);
}

/**
 * The one value at a JSONPath of an answer in JSON, or of the request's own body, as JSON has it. Fails like `select`, and
 * with `variable_invalid` where there are several.
 */
export async function selectValue(
  exchange: Exchange,
  path: string,
  line: number,
  message: Reference['message'] = 'response',
): Promise<unknown> {
  const { name } = exchange;
  const part = { kind: 'body', query: { kind: 'jsonpath', path } } as const;
  const at = new Place(exchange, { name, message, part }, line);
  const held = exchange[message];
  const nodes = await jsonNodes(at, parsedJson(at, held, bodyText(at, held)), path);
  if (nodes.length > 1) throw at.invalid(`${quotedCode(path)} leads to ${nodes.length} values`);
  return nodes[0].value;
}

function bodyText(at: Place, message: Message): string {
  if (message.body !== null) return decodeText(message.body, charsetOf(message));
  throw at.missing(
    'no whole body any more',
    'Keyturn keeps bodies of a session up to a limit: send the request again.',
  );
}

/** Bodies are read once, however many requests refer to them. */
const parsed = new WeakMap<Message, unknown>();

function parsedJson(at: Place, message: Message, text: string): unknown {
  if (parsed.has(message)) return parsed.get(message);
  try {
    if (isTooDeep(text)) throw new SyntaxError('too deep');
    const json = parseExactJson(text);
    parsed.set(message, json);
    return json;
  } catch {
    const type = headerValue(message.headers, 'content-type');
    throw at.missing('no JSON', `Its Content-Type is ${type === null ? 'missing' : quotedPart(type)}.`);
  }
}

interface FoundNode {
  readonly value: unknown;
  readonly location: readonly (string | number)[];
}

async function jsonNodes(
  at: Place,
  json: unknown,
  path: string,
): Promise<readonly [FoundNode, ...FoundNode[]]> {
  const { jsonPathNodes } = await import('./jsonPath.ts');
  const query = (): FoundNode[] => {
    try {
      return [...jsonPathNodes(path, json)];
    } catch {
      throw at.invalid(`${quotedCode(path)} is no JSONPath (RFC 9535)`);
    }
  };
  const [first, ...more] = query();
  if (first === undefined) throw at.missing(`nothing at ${quotedCode(path)}`, heldInJson(json, path));
  return [first, ...more];
}

async function fromJson(at: Place, json: unknown, path: string): Promise<string> {
  const nodes = await jsonNodes(at, json, path);
  if (nodes.length > 1) return exactJson(nodes.map(({ value }) => value));
  const [{ value, location }] = nodes;
  if (typeof value === 'string') return value;
  const key = location.at(-1);
  if (typeof value !== 'number' || key === undefined) return exactJson(value);
  return numberSpelling(memberAt(json, location.slice(0, -1)), String(key)) ?? String(value);
}

function memberAt(json: unknown, location: readonly (string | number)[]): unknown {
  return location.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
}

/** What stands at the deepest level of a plain path that is there: names of members, never values. */
function heldInJson(json: unknown, path: string): string | null {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)].map(
    ([, dot, index, single, double]) => dot ?? index ?? single ?? double ?? '',
  );
  let level = json;
  let shown = '$';
  for (const step of steps) {
    if (typeof level !== 'object' || level === null || !Object.hasOwn(level, step)) break;
    level = Reflect.get(level, step);
    shown += Array.isArray(level) ? `.${step}[]` : `.${step}`;
  }
  const place = shown === '$' ? 'The body' : quotedCode(shown);
  if (Array.isArray(level)) return `${place} is a list of ${level.length}.`;
  if (typeof level !== 'object' || level === null)
    return `${place} is a ${level === null ? 'null' : typeof level}.`;
  const names = Object.keys(level);
  return names.length === 0 ? `${place} is an empty object.` : `${place} has: ${listed(names)}.`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => quotedPart(name.slice(0, LONGEST_NAME)));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function fromXml(
  at: Place,
  text: string,
  { path }: Exclude<BodyQuery, { kind: 'all' }>,
): Promise<string> {
  if (text.length > LONGEST_XML) throw at.missing('too much XML to look into', null);
  // They may declare entities that stand for other files or for more text than memory holds.
  if (/<!DOCTYPE/i.test(text)) throw at.missing('no XML that can be read', 'It declares a document type.');
  // Bundled, these modules have a default export alone.
  const [{ default: xmldom }, { default: xpath }] = await Promise.all([
    import('@xmldom/xmldom'),
    import('xpath'),
  ]);
  const parser = new xmldom.DOMParser({ onError: onXmlError });
  let document;
  try {
    document = parser.parseFromString(text, 'text/xml');
  } catch {
    throw at.missing('no XML that can be read', null);
  }
  let found;
  try {
    found = xpath.select(path, document as unknown as Node);
  } catch {
    throw at.invalid(`${quotedCode(path)} is no XPath`);
  }
  if (typeof found !== 'object') return String(found);
  if (!Array.isArray(found)) return textOf(found);
  if (found.length === 0) throw at.missing(`nothing at ${quotedCode(path)}`, null);
  return found.map((node) => textOf(node)).join(', ');
}

function onXmlError(level: string): void {
  if (level !== 'warning') throw new SyntaxError('XML');
}

function textOf(node: unknown): string {
  if (typeof node !== 'object' || node === null) return String(node);
  const text: unknown = Reflect.get(node, 'textContent') ?? Reflect.get(node, 'nodeValue');
  return typeof text === 'string' ? text : '';
}

function charsetOf({ headers }: Message): string | null {
  return parameterOf(headerValue(headers, 'content-type') ?? '', 'charset');
}

/** Where a reference stands and what it looks into, for messages. */
class Place {
  readonly #exchange: Exchange;
  readonly #reference: Reference;
  readonly #line: number;

  constructor(exchange: Exchange, reference: Reference, line: number) {
    this.#exchange = exchange;
    this.#reference = reference;
    this.#line = line;
  }

  missing(what: string, held: string | null): KeyturnError {
    const { name, message } = this.#reference;
    const { status } = this.#exchange.response;
    const whose =
      message === 'response'
        ? `The response of ${quotedPart(name)} (${status})`
        : `The request ${quotedPart(name)}`;
    return new KeyturnError('variable_unknown', `${whose} has ${what} (line ${this.#line + 1}).`, {
      ...(held !== null && { hint: held }),
      data: { name: quotedPart(name), line: this.#line + 1 },
    });
  }

  invalid(what: string): KeyturnError {
    return new KeyturnError('variable_invalid', `${what} (line ${this.#line + 1}).`, {
      data: { name: quotedPart(this.#reference.name), line: this.#line + 1 },
    });
  }
}
