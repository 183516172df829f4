import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { KeyturnError } from '../../base/errors.ts';
import { bearsState } from './redirectState.ts';
import type { Redirect } from '../../token/signIn.ts';
import { parseUrl } from '../../base/url.ts';
import { landingPage, safeHeaders } from './landingPage.ts';

/** A redirect URI on this computer (RFC 8252 section 7.3). */
export interface LoopbackAddress {
  readonly host: '127.0.0.1' | '[::1]' | 'localhost';
  /** 0: any that is free. */
  readonly port: number;
  readonly path: string;
}

/** Where a profile says no more than `loopback`. */
export const ANY_LOOPBACK: LoopbackAddress = { host: '127.0.0.1', port: 0, path: '/callback' };

/** What listens for each host; `localhost` may be either, so both must be ours. */
const LISTENED = {
  '127.0.0.1': ['127.0.0.1'],
  '[::1]': ['::1'],
  localhost: ['127.0.0.1', '::1'],
} as const;

/** Cookies of other servers on this computer come along: they count to no port. */
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 32;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often that is looked at; the default is longer than the time itself. */
const CHECK_EVERY_MS = 1_000;
/** The port that is free for one host may be taken for the other. */
const TRIES = 5;

/** `http://127.0.0.1:8400/callback`, or without a port; null for any other address. */
export function parseLoopbackAddress(text: string): LoopbackAddress | null {
  const url = parseUrl(text);
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return null;
  if (url.search !== '' || url.hash !== '') return null;
  const host = (['127.0.0.1', '[::1]', 'localhost'] as const).find((known) => known === url.hostname);
  if (host === undefined) return null;
  return { host, port: url.port === '' ? 0 : Number(url.port), path: url.pathname };
}

/**
 * Listens for the browser on this computer alone. Exactly one request is answered as the redirect: the first GET of
 * the path by a navigation that brings parameters with the expected `state`. Parameters with another one get a page that
 * says so, any other request gets 404; both change nothing. Fails with `authorization_failed` when the port is taken.
 */
export async function listenOnLoopback(address: LoopbackAddress): Promise<Redirect> {
  for (let attempt = 1; ; attempt++) {
    const listener = new LoopbackListener(address);
    try {
      await listener.open();
      return listener;
    } catch (error) {
      listener.dispose();
      if (address.port === 0 && attempt < TRIES && isTaken(error)) continue;
      const port = address.port === 0 ? 'any port' : `port ${address.port}`;
      throw new KeyturnError(
        'authorization_failed',
        `Keyturn could not listen on ${port} of ${address.host}.`,
        {
          cause: error,
          hint: 'Close the program that uses the port, or name another "redirectUri" in keyturn.json.',
        },
      );
    }
  }
}

class LoopbackListener implements Redirect {
  uri = '';
  strayed = false;
  readonly #address: LoopbackAddress;
  readonly #servers: Server[] = [];
  readonly #arrived: Promise<URL>;
  #arrive: (address: URL) => void = () => undefined;
  #giveUp: (error: KeyturnError) => void = () => undefined;
  #host = '';
  #state: string | null = null;
  #answered = false;

  constructor(address: LoopbackAddress) {
    this.#address = address;
    this.#arrived = new Promise((resolve, reject) => {
      this.#arrive = resolve;
      this.#giveUp = reject;
    });
    // It can fail before a caller waits, or after the last one left.
    this.#arrived.catch(() => undefined);
  }

  async open(): Promise<void> {
    const { host, path } = this.#address;
    let port = this.#address.port;
    for (const family of LISTENED[host]) {
      const limits = {
        maxHeaderSize: MAX_HEADER_BYTES,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: CHECK_EVERY_MS,
      };
      const server = createServer(limits, (request, response) => this.#answer(request, response));
      keepRoom(server);
      this.#servers.push(server);
      try {
        port = await listen(server, family, port);
      } catch (error) {
        // A computer without IPv6 is reached by the other address.
        if (!(family === '::1' && host === 'localhost' && isMissing(error))) throw error;
      }
    }
    const url = new URL(path, `http://${host}:${port}`);
    this.#host = url.host;
    this.uri = url.href;
  }

  expect(state: string): void {
    this.#state = state;
  }

  response(signal: AbortSignal): Promise<URL> {
    const cancel = () => this.dispose();
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return this.#arrived.finally(() => signal.removeEventListener('abort', cancel));
  }

  dispose(): void {
    this.#giveUp(new KeyturnError('cancelled', 'Cancelled.'));
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const query = this.#redirectQuery(request);
    if (query === null) {
      response.writeHead(404, { ...safeHeaders(), 'content-type': 'text/plain' }).end('Not found\n');
      return;
    }
    const address = new URL(this.uri);
    address.search = query;
    if (this.#state === null || !bearsState(address.searchParams, this.#state)) {
      this.strayed = true;
      const { html, headers } = landingPage('stray');
      response.writeHead(400, headers).end(html);
      return;
    }
    this.#answered = true;
    const { html, headers } = landingPage(address.searchParams.has('error') ? 'refused' : 'received');
    // The caller disposes of this, which would cut off a page that is still on its way.
    response.once('close', () => {
      this.#arrive(address);
      this.dispose();
    });
    response.writeHead(200, headers).end(html);
  }

  /** The query of the one request that counts; null for any other. */
  #redirectQuery({ method, url = '', headers }: IncomingMessage): string | null {
    const mark = url.indexOf('?');
    if (this.#answered || method !== 'GET' || mark < 0 || url.slice(0, mark) !== this.#address.path)
      return null;
    // A name that was made to lead to this computer is not our address.
    if (headers.host?.toLowerCase() !== this.#host) return null;
    // A page in the browser that tries addresses with pictures or scripts is no navigation.
    const destination = headers['sec-fetch-dest'];
    if (destination !== undefined && destination !== 'document') return null;
    const query = url.slice(mark + 1);
    const parameters = new URLSearchParams(query);
    return ['code', 'error', 'state'].some((name) => parameters.has(name)) ? query : null;
  }
}

/** Who only holds connections makes room for who comes: else another program could keep the browser out. */
function keepRoom(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size > MAX_CONNECTIONS) oldest?.destroy();
  });
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      // A connection that fails later concerns only itself.
      server.on('error', () => undefined);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function isTaken(error: unknown): boolean {
  return hasCode(error, 'EADDRINUSE');
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
