import { KeyturnError } from '../../base/errors.ts';
import type { SchemeCredentials } from '../../http/auth/credentials.ts';
import { basicCredentials, sentAuthorization } from './authorization.ts';
import { awsCredentials } from './awsWords.ts';
import type { Expander } from './expander.ts';
import type { Written } from './site.ts';
import { oauthFlow } from './foreignToken.ts';
import { notAHeader } from '../parse/headerLine.ts';
import { connectionOptions, isRoutingHeader } from '../../http/routingHeaders.ts';
import { isAuthorization, isClientCertificate, refuseClientPart } from '../parse/schemes.ts';
import { firstOutside } from './template.ts';
import { isToken } from '../parse/text.ts';
import { Traced } from './traced.ts';
import type { Dialect, HeaderNode } from '../parse/tree.ts';

export interface ResolvedHeaders {
  readonly headers: readonly TracedHeader[];
  /** What the value of Authorization is computed from, for a scheme that needs that. */
  readonly credentials: SchemeCredentials | null;
}

/** The headers of a request with their variables replaced and their credentials encoded. */
export async function resolveHeaders(
  nodes: readonly HeaderNode[],
  expander: Expander,
  dialect: Dialect,
): Promise<ResolvedHeaders> {
  const headers: TracedHeader[] = [];
  let credentials: SchemeCredentials | null = null;
  const lines: number[] = [];
  for (const node of nodes) {
    const line = node.span.start.line;
    for (const header of await writtenHeaders(node, expander)) {
      const traced = (await expander.trace(header.name)).trimmed();
      if (traced.isSecret) throw secretIn('the name of a header', line);
      const name = traced.text;
      const value = await sentValue(name, header, expander, dialect, line);
      if (!(value instanceof Traced)) {
        credentials = value;
        continue;
      }
      if (value.isSecret && isRoutingHeader(name)) throw secretIn(`the header ${name}`, line);
      headers.push(checkedHeader(name, value, line));
      lines.push(line);
    }
  }
  const hopByHop = connectionOptions(headers.map(([name, value]) => [name, value.text]));
  for (const [index, [name, value]] of headers.entries()) {
    if (value.isSecret && hopByHop.has(name.toLowerCase()))
      throw secretIn(`the header ${name}, which Connection names`, lines[index] ?? 0);
  }
  return { headers, credentials };
}

/** A header, and what of its value is secret. */
export type TracedHeader = readonly [name: string, value: Traced];

function secretIn(place: string, line: number): KeyturnError {
  return new KeyturnError('request_invalid', `There is a secret in ${place} on line ${line + 1}.`, {
    hint: 'Put it into the path, the query, the body, or a header that only the API reads.',
    data: { line: line + 1 },
  });
}

/**
 * Fails with `unsupported` where a header holds a secret for a scheme that is not computed here. Asks for no token when
 * `expander` has none to give.
 */
export async function refuseClientParts(nodes: readonly HeaderNode[], expander: Expander): Promise<void> {
  for (const node of nodes) {
    if (!mayHoldSecret(node)) continue;
    for (const header of await writtenHeaders(node, expander)) {
      if (header.exact) continue;
      const name = (await expander.expandWritten(header.name)).trim();
      if (!isAuthorization(name) && !isClientCertificate(name)) continue;
      refuseClientPart(name, await expander.expandWritten(header.value), node.span.start.line);
    }
  }
}

function mayHoldSecret({ name }: HeaderNode): boolean {
  return name.includes('{{') || isAuthorization(name) || isClientCertificate(name);
}

interface WrittenHeader {
  readonly name: Written;
  readonly value: Written;
  readonly exact: boolean;
}

/** A variable may hold whole headers, one a line; where one of these is a variable again, that one's. */
async function writtenHeaders(node: HeaderNode, expander: Expander): Promise<readonly WrittenHeader[]> {
  const { name, value, exact = false, span } = node;
  const written = expander.written(name, span.start.line);
  if (value !== '' || !name.startsWith('{{')) {
    return [{ name: written, value: expander.written(value, span.start.line), exact }];
  }
  const found: WrittenHeader[] = [];
  await collectHeaders(written, expander, found);
  return found;
}

async function collectHeaders(written: Written, expander: Expander, found: WrittenHeader[]): Promise<void> {
  const held = expander.unwrap(written);
  // What no variable of file or environment holds is worked out, and has no variables in it any more.
  if (held === written) {
    for (const line of (await expander.trace(written)).lines()) {
      const text = line.trimmed();
      if (text.length > 0) found.push(wholeHeader(text, expander));
    }
    return;
  }
  for (const each of held.text.split(/\r?\n/)) {
    const text = each.trim();
    if (text === '') continue;
    const line: Written = { ...held, text };
    // The variable may be called after what its headers hold.
    const named: Written = { text, site: held.site };
    const colon = firstOutside(text, /:/);
    if (colon >= 0) {
      const [name, value] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
      found.push({ name: { ...named, text: name }, value: { ...line, text: value }, exact: false });
    } else if (text.startsWith('{{')) await collectHeaders(line, expander, found);
    else found.push({ name: named, value: expander.done(Traced.plain('')), exact: false });
  }
}

function wholeHeader(text: Traced, expander: Expander): WrittenHeader {
  const at = text.text.indexOf(':');
  const colon = at < 0 ? text.length : at;
  const name = text.slice(0, colon).trimmed();
  const value = text.slice(colon + 1, text.length).trimmed();
  return { name: expander.done(name), value: expander.done(value), exact: false };
}

/** curl asks for a password that `-u` leaves out. */
function withPassword(credentials: string): string {
  if (credentials.includes(':')) return credentials;
  throw new KeyturnError(
    'unsupported',
    'The user of this cURL command has no password, which curl asks for.',
    {
      hint: 'Write -u user:password, or -u user: for an empty password.',
    },
  );
}

async function sentValue(
  name: string,
  { value, exact }: WrittenHeader,
  expander: Expander,
  dialect: Dialect,
  line: number,
): Promise<Traced | SchemeCredentials> {
  if (!exact && !isAuthorization(name)) return (await expander.trace(value)).trimmed();
  const before = expander.secretTexts;
  const credentials = exact
    ? await curlCredentials(value, expander)
    : await authorization(expander.unwrap(value), expander, dialect, line);
  if (typeof credentials !== 'string') {
    if (name.toLowerCase() === 'authorization') return credentials;
    throw new KeyturnError('unsupported', `Keyturn doesn't compute the header ${name} (line ${line + 1}).`);
  }
  const origin = expander.secretTexts > before ? expander.lastSecret : null;
  if (origin === null) return Traced.plain(credentials);
  // Encoded or not: what stands behind the scheme is a secret as a whole.
  const start = credentials.indexOf(' ') + 1;
  return Traced.join([
    Traced.plain(credentials.slice(0, start)),
    Traced.secret(credentials.slice(start), origin),
  ]);
}

/** Of `-u user:password`, with the name of the scheme before it; the first colon divides. */
async function curlCredentials(value: Written, expander: Expander): Promise<string | SchemeCredentials> {
  const gap = value.text.indexOf(' ');
  const pair = withPassword(await expander.expandWritten({ ...value, text: value.text.slice(gap + 1) }));
  const colon = pair.indexOf(':');
  const [user, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  switch (value.text.slice(0, gap)) {
    case 'Digest':
      return { scheme: 'digest', user, password };
    case 'AWS':
      return awsCredentials([user, password]);
    default:
      return basicCredentials(pair);
  }
}

async function authorization(
  held: Written,
  expander: Expander,
  dialect: Dialect,
  line: number,
): Promise<string | SchemeCredentials> {
  if (dialect === 'httpyac' && /^\s*(?:oauth2|openid)\b/i.test(held.text)) {
    const words = await expander.trace(held);
    const flow = oauthFlow(words.text);
    if (flow !== null && words.isSecret) throw secretIn('what names the token', line);
    if (flow !== null) return `Bearer ${await expander.flowToken(flow, held.site.line)}`;
  }
  const sent = await sentAuthorization(held, expander, dialect);
  return typeof sent === 'string' ? sent.trim() : sent;
}

/** The message names no value: it may be a secret. */
function checkedHeader(name: string, value: Traced, line: number): TracedHeader {
  if (!isToken(name)) throw notAHeader(line);
  if (/[\r\n\0]/.test(value.text)) {
    throw new KeyturnError('request_invalid', `The header ${name} on line ${line + 1} holds a line break.`, {
      hint: 'A variable or token in it ends with a line break: remove it there.',
    });
  }
  return [name, value];
}
