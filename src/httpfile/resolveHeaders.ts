import { KeyturnError } from '../errors.ts';
import { basicCredentials, sentAuthorization } from './authorization.ts';
import type { Expander, Written } from './expander.ts';
import { oauthFlow } from './foreignToken.ts';
import { isAuthorization, isClientCertificate, refuseClientPart } from './schemes.ts';
import { firstOutside } from './template.ts';
import { isToken } from './text.ts';
import type { Dialect, HeaderNode } from './tree.ts';

/** The headers of a request with their variables replaced and their credentials encoded. */
export async function resolveHeaders(
  nodes: readonly HeaderNode[],
  expander: Expander,
  dialect: Dialect,
): Promise<[string, string][]> {
  const headers: [string, string][] = [];
  for (const node of nodes) {
    const line = node.span.start.line;
    for (const header of await writtenHeaders(node, expander)) {
      const name = (await expander.expandWritten(header.name)).trim();
      const value = await sentValue(name, header, expander, dialect);
      addHeader(headers, [name, value], line);
    }
  }
  return headers;
}

/**
 * Fails with `unsupported` where a header holds a secret for a scheme that is not computed here. Asks for no token when
 * `expander` has none to give.
 */
export async function refuseClientParts(nodes: readonly HeaderNode[], expander: Expander): Promise<void> {
  for (const node of nodes) {
    if (!mayHoldSecret(node)) continue;
    for (const header of await writtenHeaders(node, expander)) {
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
  const lines = held === written ? expander.done(await expander.expandWritten(written)) : held;
  for (const text of lines.text.split(/\r?\n/)) {
    if (text.trim() === '') continue;
    const line: Written = { ...lines, text: text.trim() };
    const colon = firstOutside(line.text, /:/);
    if (colon >= 0) {
      const [name, value] = [line.text.slice(0, colon).trim(), line.text.slice(colon + 1).trim()];
      found.push({ name: { ...line, text: name }, value: { ...line, text: value }, exact: false });
    } else if (lines.done !== true && line.text.startsWith('{{')) {
      await collectHeaders(line, expander, found);
    } else {
      found.push({ name: line, value: expander.done(''), exact: false });
    }
  }
}

/** curl asks for a password that `-u` leaves out. */
function withPassword(credentials: string): string {
  if (credentials.includes(':')) return credentials;
  throw new KeyturnError(
    'unsupported',
    'The user of this cURL command has no password, which curl asks for.',
    {
      hint: 'Write -u user:password, or -u user: for an empty one.',
    },
  );
}

async function sentValue(
  name: string,
  { value, exact }: WrittenHeader,
  expander: Expander,
  dialect: Dialect,
): Promise<string> {
  if (exact) return basicCredentials(withPassword(await expander.expandWritten(value)));
  if (!isAuthorization(name)) return (await expander.expandWritten(value)).trim();
  const held = expander.unwrap(value);
  if (dialect === 'httpyac' && /^\s*(?:oauth2|openid)\b/i.test(held.text)) {
    const flow = oauthFlow(await expander.expandWritten(held));
    if (flow !== null) return `Bearer ${await expander.flowToken(flow, held.site.line)}`;
  }
  return (await sentAuthorization(held, expander, dialect)).trim();
}

/** The message names no value: it may be a secret. */
function addHeader(headers: [string, string][], header: [string, string], line: number): void {
  const [name, value] = header;
  if (!isToken(name)) {
    throw new KeyturnError('request_invalid', `Line ${line + 1} cannot be a header.`, {
      hint: 'Write it as Name: value, or leave a blank line before the body.',
    });
  }
  if (/[\r\n\0]/.test(value)) {
    throw new KeyturnError('request_invalid', `The header ${name} on line ${line + 1} holds a line break.`, {
      hint: 'A variable or token in it ends with one: remove it there.',
    });
  }
  headers.push(header);
}
