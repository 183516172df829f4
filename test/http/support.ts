import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import { addressSpace, type AddressSpace } from '../../src/http/addressSpace.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/http/client.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/http/message.ts';
import type { Network } from '../../src/http/network.ts';

/** Runs after the test, last one first. */
export function onCleanup(cleanup: () => unknown): void {
  onTestFinished(async () => {
    await cleanup();
  });
}

export function newClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ proxy: null, caCertificates: [], ...options });
  onCleanup(() => client.close());
  return client;
}

export type RequestInput = Partial<Omit<HttpRequest, 'url'>> & { readonly url: string | URL };

export function newRequest({ url, ...rest }: RequestInput): HttpRequest {
  return {
    method: 'GET',
    url: new URL(url),
    headers: [],
    body: null,
    secrets: [],
    followRedirects: true,
    verifyTls: true,
    connectTimeoutMs: 5000,
    totalTimeoutMs: 10_000,
    maxBodyBytes: 10_000_000,
    ...rest,
  };
}

/** Listens on a free loopback port; gives the origin without its scheme, and every socket that was ever opened. */
export async function listen(
  server: net.Server,
  address = '127.0.0.1',
): Promise<{ host: string; port: number; sockets: Set<net.Socket> }> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, address);
  await once(server, 'listening');
  onCleanup(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { host: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`, port, sockets };
}

/**
 * A network of loopback addresses that plays the rest of the world: names by their addresses, and where those are said
 * to lie. The names that were asked for come into `asked`.
 */
export function pretendNetwork(
  names: Readonly<Record<string, readonly string[]>>,
  spaces: Readonly<Record<string, AddressSpace>>,
  asked: string[] = [],
): Network {
  return {
    lookup: (hostname, _options, done) => {
      asked.push(hostname);
      const addresses = names[hostname];
      if (addresses === undefined) done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
      else
        done(
          null,
          addresses.map((address) => ({ address, family: net.isIP(address) })),
        );
    },
    spaceOf: (address) => spaces[address] ?? addressSpace(address),
  };
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly sockets: Set<net.Socket>;
}

export async function httpServer(listener: http.RequestListener): Promise<TestServer> {
  const { host, port, sockets } = await listen(http.createServer(listener));
  return { url: `http://${host}`, port, sockets };
}

export async function httpsServer(listener: http.RequestListener, pems: Pems): Promise<TestServer> {
  const { port, sockets } = await listen(https.createServer({ key: pems.key, cert: pems.cert }, listener));
  return { url: `https://localhost:${port}`, port, sockets };
}

export async function http2Server(
  listener: (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
  pems: Pems,
): Promise<TestServer> {
  const server = http2.createSecureServer({ key: pems.key, cert: pems.cert, allowHTTP1: true }, listener);
  const { port, sockets } = await listen(server);
  return { url: `https://localhost:${port}`, port, sockets };
}

/** A peer that answers every connection by hand. */
export async function rawServer(onSocket: (socket: net.Socket) => void): Promise<TestServer> {
  const { host, port, sockets } = await listen(net.createServer(onSocket));
  return { url: `http://${host}`, port, sockets };
}

export interface Pems {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for `localhost` or for other names and times, self-signed unless there is an issuer. */
export async function certificate(
  options: { names?: readonly string[]; notBefore?: Date; notAfter?: Date; issuer?: Pems } = {},
): Promise<Pems> {
  const { names = ['localhost'], notBefore, notAfter, issuer } = options;
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(issuer ? { ca: { key: issuer.key, cert: issuer.cert } } : {}),
    ...(notBefore ? { notBeforeDate: notBefore } : {}),
    ...(notAfter ? { notAfterDate: notAfter } : {}),
    extensions: [
      { name: 'basicConstraints', cA: issuer === undefined },
      {
        name: 'subjectAltName',
        altNames: names.map((value) => ({ type: 2 as const, value })),
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** The error that the promise rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

/** Why the body of an answer is not whole, beside its head. */
export async function bodyFaultOf(sending: Promise<HttpResponse>): Promise<unknown> {
  return (await sending).bodyFault;
}
