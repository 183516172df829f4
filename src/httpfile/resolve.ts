import type { Clock } from '../clock.ts';
import { KeyturnError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { HeaderList } from '../http/message.ts';
import { bodyBytes } from './bodyBytes.ts';
import { Expander } from './expander.ts';
import type { ForeignTokenSource, RequestTarget } from './foreignToken.ts';
import { refuseClientParts, resolveHeaders } from './resolveHeaders.ts';
import { requireRunnable } from './runnable.ts';
import { wellFormed } from './text.ts';
import type { HttpFile, RequestNode } from './tree.ts';

export interface ResolveContext {
  readonly tree: HttpFile;
  readonly node: RequestNode;
  /** Location of the `.http` file. */
  readonly file: string;
  readonly files: Files;
  /** Stand above all other variables. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Variables of the chosen environment, shared ones included. */
  readonly environment: ReadonlyMap<string, string>;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The value of a token, obtained or refreshed where needed. */
  token(name: string): Promise<string>;
  /**
   * Stands between `$guid` and its like and their values: `make` makes a new one, or null where the expression is no
   * such variable. Absent: always a new one.
   */
  readonly generate?: (expression: string, make: () => string | null) => string | null;
  /** Tokens that the file asks for in the words of another tool. Absent: they are refused. */
  readonly foreign?: ForeignTokenSource;
  /** False in an untrusted workspace: no process environment, no body files outside the folder of the file. */
  readonly trusted: boolean;
}

/** A token's value as it stands in the request, in one of the forms it was given on the way. */
export interface TokenValue {
  readonly tokenName: string;
  readonly value: string;
}

export interface ResolvedRequest {
  readonly method: string;
  /** As written, variables replaced; not yet checked to be a URL. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
  /** What must not follow a redirect to another origin. */
  readonly tokenValues: readonly TokenValue[];
}

/**
 * Makes a concrete request of a node: variables, authorization, body. Does not apply `# @token`. Fails with
 * `variable_unknown`, `variable_cycle`, `variable_invalid`, `file_unreadable`, `request_invalid`,
 * `untrusted_workspace`, `unsupported`, or whatever `token` fails with.
 */
export async function resolveRequest(context: ResolveContext): Promise<ResolvedRequest> {
  const { node, tree } = context;
  requireRunnable(tree, node);
  await refuseClientParts(node.headers, markedExpander(context));
  const expander = new Expander(
    context,
    once(() => requestTarget(context)),
  );
  const headers = await resolveHeaders(node.headers, expander, tree.dialect);
  const url = await resolveUrl(context, expander, headers);
  if (expander.tokenValues.length > 0) await requestTarget(context);
  const isGraphql = node.body.kind === 'graphql';
  const contentType = valueOf(headers, 'content-type');
  if (isGraphql && contentType === null) headers.push(['Content-Type', 'application/json']);
  const body = await bodyBytes(
    node.body,
    {
      files: context.files,
      file: context.file,
      trusted: context.trusted,
      dialect: tree.dialect,
      contentType: contentType ?? '',
    },
    expander,
  );
  return {
    method: node.method === 'GRAPHQL' ? 'POST' : node.method,
    url,
    headers: headers.filter(([name]) => !dropped(name, isGraphql)),
    body,
    tokenValues: withOtherForms(expander.tokenValues, headers),
  };
}

async function resolveUrl(context: ResolveContext, expander: Expander, headers: HeaderList): Promise<string> {
  const { node, tree } = context;
  const line = node.urlSpan.start.line;
  if (node.url === '')
    throw new KeyturnError('request_invalid', `The request on line ${node.line + 1} has no URL.`);
  const url = (await expander.expand(node.url, line)).trim();
  // httpyac puts the variable `host` before a bare path.
  if (tree.dialect !== 'httpyac' || !url.startsWith('/') || valueOf(headers, 'host') !== null) return url;
  const host = await expander.lookup('host', line);
  return host === null ? url : host.replace(/\/$/, '') + url;
}

/** What stands where a token stood. */
const MARK = '\u0001';

/**
 * Where the request goes, with a mark in place of every token. A token in the name of the host would choose where it
 * goes, and DNS would tell it to everybody: fails with `request_invalid`.
 */
async function requestTarget(context: ResolveContext): Promise<RequestTarget> {
  const expander = markedExpander(context);
  const headers: [string, string][] = [];
  for (const { name, value, span } of context.node.headers) {
    if (name.toLowerCase() !== 'host') continue;
    headers.push([name, (await expander.expand(value, span.start.line)).trim()]);
  }
  const url = await resolveUrl(context, expander, headers);
  const hosts = [hostOf(url), ...headers.map(([, value]) => value)];
  if (!hosts.some((host) => host.includes(MARK) || host.includes(encodeURIComponent(MARK)))) {
    return { url, headers };
  }
  throw new KeyturnError(
    'request_invalid',
    `The token in the URL on line ${context.node.line + 1} stands in its host.`,
    { hint: 'Put the token into a header, the path, the query or the body.' },
  );
}

/** Puts a mark in place of every token: none is obtained. */
function markedExpander(context: ResolveContext): Expander {
  const { foreign } = context;
  const marked: ResolveContext = {
    ...context,
    token: () => Promise.resolve(MARK),
    ...(foreign && {
      foreign: { ...foreign, token: () => Promise.resolve({ text: MARK, secret: MARK }) },
    }),
  };
  const nowhere: RequestTarget = { url: '', headers: [] };
  return new Expander(marked, () => Promise.resolve(nowhere));
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}

/** Scheme, host and port of a URL as it is written; user information is no part of them. */
function hostOf(url: string): string {
  const scheme = url.indexOf('://');
  const start = scheme < 0 ? 0 : scheme + 3;
  const length = url.slice(start).search(/[/?#\\]/);
  const authority = length < 0 ? url.slice(start) : url.slice(start, start + length);
  return url.slice(0, start) + authority.slice(authority.lastIndexOf('@') + 1);
}

function valueOf(headers: HeaderList, name: string): string | null {
  return headers.findLast(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}

/** The length is counted anew, and the mark for GraphQL is for clients alone. */
function dropped(name: string, isGraphql: boolean): boolean {
  const lower = name.toLowerCase();
  return lower === 'content-length' || (isGraphql && lower === 'x-request-type');
}

/** Besides the bare value: how it looks inside Basic credentials, in a URL and in JSON. */
function withOtherForms(values: readonly TokenValue[], headers: HeaderList): TokenValue[] {
  const forms = new Map<string, string>();
  for (const { tokenName, value } of values) {
    forms.set(value, tokenName);
    forms.set(encodeURI(wellFormed(value)), tokenName);
    forms.set(encodeURIComponent(wellFormed(value)), tokenName);
    forms.set(JSON.stringify(value).slice(1, -1), tokenName);
    for (const [name, text] of headers) {
      const credentials = /^Basic (\S+)$/.exec(text)?.[1];
      if (name.toLowerCase() !== 'authorization' || credentials === undefined) continue;
      if (Buffer.from(credentials, 'base64').toString('utf8').includes(value))
        forms.set(credentials, tokenName);
    }
  }
  return [...forms].map(([value, tokenName]) => ({ tokenName, value }));
}
