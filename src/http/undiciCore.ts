// The only door to undici. Its front door loads lib/global.js, which changes `fetch` for every extension in the
// host; these deep paths do not.
import type { Socket } from 'node:net';
import Client from 'undici/lib/dispatcher/client.js';
import symbols from 'undici/lib/core/symbols.js';
import type Dispatcher from 'undici/types/dispatcher.js';

export type ProtocolClient = Dispatcher;
export type DispatchHandler = Dispatcher.DispatchHandler;
export type DispatchController = Dispatcher.DispatchController;
export interface DispatchOptions extends Dispatcher.DispatchOptions {
  /** Missing in undici's own types. */
  servername?: string;
}

/** What a request fails with when its kept connection turned out to be closed: it was not sent, so send it anew. */
class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
  readonly code = 'KEYTURN_STALE_CONNECTION';
}

/** Idle connections are closed after this; a server's own `Keep-Alive: timeout=` comes first. */
const KEEP_ALIVE_MS = 30_000;
/** Node's own limit is 16 KiB, which long tokens in cookies and policies overrun. */
const MAX_HEADER_BYTES = 256 * 1024;

/**
 * HTTP/1.1 or, where ALPN chose it, HTTP/2 over one open socket. It never connects by itself: once the socket is
 * closed its requests fail with StaleConnectionError. Timeouts are the caller's.
 */
export function createProtocolClient(origin: string, socket: Socket): ProtocolClient {
  let given = false;
  const client = new Client(origin, {
    // Must answer later: undici only goes on with its queue from a callback that it is not itself inside of.
    connect: (_options, callback) => {
      if (given) {
        process.nextTick(callback, new StaleConnectionError('The connection was closed.'), null);
        return;
      }
      given = true;
      process.nextTick(callback, null, socket);
    },
    pipelining: 1,
    allowH2: true,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  // Emitted once the parser is there and before anything is sent.
  client.on('connect', () => {
    takeOldHeads(socket);
    passOverContinue(socket);
  });
  return client;
}

/**
 * Lines that are folded (obs-fold, which a user agent must replace by spaces: RFC 9112 section 5.2) and that end in a
 * bare line feed (which it may take: section 2.2), as curl and browsers take them.
 */
function takeOldHeads(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, symbols.kParser);
  if (!isParser(parser)) return;
  parser.llhttp.llhttp_set_lenient_headers(parser.ptr, 1);
  parser.llhttp.llhttp_set_lenient_optional_cr_before_lf(parser.ptr, 1);
}

/**
 * A client has to pass over an unrequested `100 Continue` (RFC 9110 section 15.2): undici
 * breaks off, and passes over every other informational response, such as 102.
 */
function passOverContinue(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, symbols.kParser);
  if (!isParser(parser)) return;
  const read = parser.onHeadersComplete.bind(parser);
  parser.onHeadersComplete = (status, ...more) => read(status === 100 ? 102 : status, ...more);
}

/** The minor version of the HTTP/1 response that is being read on a socket, from undici's parser. */
export function responseMinorVersion(socket: Socket): 0 | 1 {
  const parser: unknown = Reflect.get(socket, symbols.kParser);
  return isParser(parser) && parser.llhttp.llhttp_get_http_minor(parser.ptr) === 0 ? 0 : 1;
}

interface Parser {
  readonly llhttp: Readonly<Record<ParserFunction, (parser: unknown, value?: number) => unknown>>;
  readonly ptr: unknown;
  onHeadersComplete: (status: number, ...more: readonly unknown[]) => number;
}

function isParser(value: unknown): value is Parser {
  if (typeof value !== 'object' || value === null || !('llhttp' in value) || !('ptr' in value)) return false;
  if (!('onHeadersComplete' in value) || typeof value.onHeadersComplete !== 'function') return false;
  const { llhttp } = value;
  if (typeof llhttp !== 'object' || llhttp === null) return false;
  return PARSER_FUNCTIONS.every((name) => typeof Reflect.get(llhttp, name) === 'function');
}

const PARSER_FUNCTIONS = [
  'llhttp_get_http_minor',
  'llhttp_set_lenient_headers',
  'llhttp_set_lenient_optional_cr_before_lf',
] as const;
type ParserFunction = (typeof PARSER_FUNCTIONS)[number];
