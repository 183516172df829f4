import { KeyturnError } from '../../base/errors.ts';
import type { SchemeCredentials } from '../../http/auth/credentials.ts';
import type { HeaderList, MadeFromSecrets } from '../../http/message.ts';
import type { TokenSource } from '../earlier/exchange.ts';
import { bodyBytes, curlSource } from './bodyBytes.ts';
import { addBoundary, utf8Header, withQuery } from './curlTarget.ts';
import { Expander } from './expander.ts';
import type { RequestTarget } from './foreignToken.ts';
import { fragmentNote } from '../parse/fragment.ts';
import { refuseClientParts, resolveHeaders, type TracedHeader } from './resolveHeaders.ts';
import { requireRunnable } from '../marks/runnable.ts';
import { sharedParts } from '../marks/stops.ts';
import { normalKey } from '../parse/directives.ts';
import type { HttpFile } from '../parse/tree.ts';
import { type ResponseFile, responseFilesOf } from './responseFile.ts';
import { Traced } from './traced.ts';
import type { RequestNode } from '../parse/tree.ts';
import type { ResolveContext, TokenValue } from './resolveContext.ts';

export interface ResolvedRequest {
  readonly method: string;
  /** As written, variables replaced; not yet checked to be a URL. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
  /** Names of headers, in lower case, that are not added by themselves. */
  readonly omittedHeaders: readonly string[];
  /** What must not follow a redirect to another origin. */
  readonly tokenValues: readonly TokenValue[];
  /** Of the tokens in the request that earlier ones brought or sent. */
  readonly tokenSources: readonly TokenSource[];
  /** The parts that were made from secrets. */
  readonly made: MadeFromSecrets;
  /** The URL with other words in the place of its secrets: it must lead to the same host. Empty without secrets. */
  readonly disguises: readonly string[];
  /** What the secrets in the URL are called, in their order there. */
  readonly urlSecrets: readonly string[];
  /** How headers are shown that were made from secrets, by their values. */
  readonly shownHeaders: ReadonlyMap<string, string>;
  /** What Authorization is computed from for each message, for a scheme that needs that; null for others. */
  readonly credentials: SchemeCredentials | null;
  /** What the person should know of its variables and its URL: sentences. */
  readonly notes: readonly string[];
  /** Get the body of the response. */
  readonly responseFiles: readonly ResponseFile[];
}

/**
 * Makes a concrete request of a node: variables, authorization, body. Does not apply `# @token`. Fails with
 * `variable_unknown`, `variable_cycle`, `variable_invalid`, `file_unreadable`, `request_invalid`,
 * `untrusted_workspace`, `unsupported`, or whatever `token` fails with.
 */
export async function resolveRequest(context: ResolveContext): Promise<ResolvedRequest> {
  requireRunnable(context.tree, context.node, context.scripted !== undefined);
  return workOutRequest(context);
}

/** The same for a request that is not to be sent, whatever stands in its way. */
export async function workOutRequest(context: ResolveContext): Promise<ResolvedRequest> {
  const { node, tree } = context;
  await refuseClientParts(node.headers, tokenlessExpander(context));
  const expander = new Expander(
    context,
    once(() => requestTarget(context)),
  );
  const { headers: traced, credentials } = await resolveHeaders(node.headers, expander, tree.dialect);
  const source = {
    files: context.files,
    file: context.file,
    trusted: context.trusted,
    dialect: tree.dialect,
    graphqlFragments: tree.graphqlFragments ?? [],
    injectsVariables: injectsVariables(tree, node),
  };
  const target = await resolveUrl(context, expander, traced);
  const url = await withQuery(target, node, curlSource(node.line, source, expander), expander);
  const isGraphql = node.body.kind === 'graphql';
  const sentText = node.curl === undefined ? (text: string) => text : utf8Header;
  const headers = traced.map(([name, value]): [string, string] => [name, sentText(value.text)]);
  if (isGraphql && valueOf(headers, 'content-type') === null) {
    headers.push(['Content-Type', 'application/json']);
  }
  const boundary = `keyturn-${crypto.randomUUID()}`;
  if (node.body.kind === 'multipart' && node.body.form !== undefined) addBoundary(headers, boundary);
  const contentType = valueOf(headers, 'content-type') ?? '';
  const before = expander.secretTexts;
  const body = await bodyBytes(node.body, { ...source, contentType, boundary }, expander);
  const notes = [
    ...expander.notes,
    fragmentNote(node.url, url.text),
    lengthNote(headers, body),
    encodingNote(headers, node),
  ];
  const secretHeaders = traced.filter(([, value]) => value.isSecret);
  return {
    method: node.method === 'GRAPHQL' ? 'POST' : node.method,
    url: url.text,
    disguises: url.isSecret ? disguisesOf(url) : [],
    urlSecrets: url.origins.map(({ name }) => name),
    headers: headers.filter(([name]) => !dropped(name, isGraphql)),
    body,
    omittedHeaders: node.curl?.omitted ?? [],
    tokenValues: tokenValues(expander.tokenValues, traced),
    tokenSources: [...expander.tokenSources],
    made: {
      headers: new Set(secretHeaders.map(([name]) => name.toLowerCase())),
      body: expander.secretTexts > before,
    },
    shownHeaders: new Map(
      secretHeaders.map(([, value]) => [
        sentText(value.text),
        value.disguised(({ name }) => `•••${name}•••`),
      ]),
    ),
    credentials: await withScope(credentials, node, expander),
    notes: notes.filter((note) => note !== null),
    responseFiles: await responseFilesOf(node, expander),
  };
}

/** The value of a variable as a request sees it; null where there is none. Tokens in it are not obtained. */
export function lookUp(context: ResolveContext, name: string, line: number): Promise<Traced | null> {
  return tokenlessExpander(context).lookup(name, line);
}

function injectsVariables(tree: HttpFile, node: RequestNode): boolean {
  return [node, ...sharedParts(tree, node)].some(({ metadata }) =>
    metadata.some(({ key, value }) => normalKey(key) === 'injectvariables' && value !== 'false'),
  );
}

async function resolveUrl(
  context: ResolveContext,
  expander: Expander,
  headers: readonly TracedHeader[],
): Promise<Traced> {
  const { node, tree } = context;
  const line = node.urlSpan.start.line;
  if (node.url === '')
    throw new KeyturnError('request_invalid', `The request on line ${node.line + 1} has no URL.`);
  const url = (await expander.trace(expander.written(node.url, line))).trimmed();
  // httpyac puts the variable `host` before a bare path.
  const isPath = tree.dialect === 'httpyac' && url.text.startsWith('/');
  if (!isPath || headers.some(([name]) => name.toLowerCase() === 'host')) return url;
  const host = await expander.lookup('host', line);
  if (host === null) return url;
  const { length } = host;
  return Traced.join([host.text.endsWith('/') ? host.slice(0, length - 1) : host, url]);
}

/** With the region and the service that `--aws-sigv4` names. */
async function withScope(
  credentials: SchemeCredentials | null,
  { curl, line }: RequestNode,
  expander: Expander,
): Promise<SchemeCredentials | null> {
  if (credentials?.scheme !== 'aws' || curl?.sigv4 === undefined) return credentials;
  const [region, service] = [
    await expander.expand(curl.sigv4.region, line),
    await expander.expand(curl.sigv4.service, line),
  ];
  return { ...credentials, region: region === '' ? null : region, service: service === '' ? null : service };
}

/** Words that stand where a secret stood, with its number: the same in a host, in lower case, in every encoding. */
const STAND_INS = ['keyturnsecreta', 'keyturnsecretb'] as const;

/** The text with such words in the place of its secrets, twice. */
function disguisesOf(text: Traced): [string, string] {
  const [first, second] = STAND_INS;
  const numbered = (word: string) => {
    let number = 0;
    return text.disguised(() => `${word}${number++}z`);
  };
  return [numbered(first), numbered(second)];
}

/** A disguised text with masks in the place of those words. */
export function maskedDisguise(text: string, names: readonly string[]): string {
  return text.replace(/keyturnsecreta(\d{1,9})z/g, (_word, number: string) => {
    const name = names[Number(number)];
    return name === undefined ? '•••' : `•••${name}•••`;
  });
}

/** Where the request goes, without any of the tokens in it: they may be bound to that place. */
async function requestTarget(context: ResolveContext): Promise<RequestTarget> {
  const expander = tokenlessExpander(context);
  const nodes = context.node.headers.filter(({ name }) => name.toLowerCase() === 'host');
  const { headers } = await resolveHeaders(nodes, expander, context.tree.dialect);
  const [url, disguise] = disguisesOf(await resolveUrl(context, expander, headers));
  return { url, disguise, headers: headers.map(([name, value]) => [name, value.text]) };
}

/** Puts a word in the place of every token: none is obtained. */
function tokenlessExpander(context: ResolveContext): Expander {
  const { foreign, refreshToken } = context;
  const [word] = STAND_INS;
  const without: ResolveContext = {
    ...context,
    token: () => Promise.resolve(word),
    ...(refreshToken && { refreshToken: () => ({ tokenName: word, value: word }) }),
    ...(foreign && {
      foreign: { ...foreign, token: () => Promise.resolve({ text: word, secret: word }) },
    }),
  };
  const nowhere: RequestTarget = { url: '', disguise: '', headers: [] };
  return new Expander(without, () => Promise.resolve(nowhere));
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}

function valueOf(headers: HeaderList, name: string): string | null {
  return headers.findLast(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}

/** Where the length of the body was written and is another. */
function lengthNote(headers: HeaderList, body: Uint8Array | null): string | null {
  const written = valueOf(headers, 'content-length');
  const bytes = body?.length ?? 0;
  return written === null || written.trim() === String(bytes)
    ? null
    : `The Content-Length that is written is not sent: the body has ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}.`;
}

/** A file may hold what is compressed already. No tool compresses what stands in the request. */
function encodingNote(headers: HeaderList, { body }: RequestNode): string | null {
  const encoding = valueOf(headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || body.kind === 'none' || body.kind === 'file' || body.kind === 'multipart')
    return null;
  const isCoding = /^(?:x-)?(?:gzip|deflate|br|zstd|compress)$/.test(encoding);
  return isCoding
    ? `The Content-Encoding says ${encoding}, and the body is sent as it is written: not compressed.`
    : null;
}

/** The length is counted anew, and the mark for GraphQL is for clients alone. */
function dropped(name: string, isGraphql: boolean): boolean {
  const lower = name.toLowerCase();
  return lower === 'content-length' || (isGraphql && lower === 'x-request-type');
}

/** What the headers made of secrets, besides the spellings that the expander knows. */
function tokenValues(known: readonly TokenValue[], headers: readonly TracedHeader[]): TokenValue[] {
  const forms = new Map(known.map(({ tokenName, value }) => [value, tokenName]));
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'authorization') continue;
    for (const { text, origin } of value.secrets) if (!forms.has(text)) forms.set(text, origin.name);
  }
  return [...forms].map(([value, tokenName]) => ({ tokenName, value }));
}
