import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeyturnError } from '../../src/base/errors.ts';
import type { GrantContext } from '../../src/token/grant.ts';
import { createObtain, type ObtainOptions } from '../../src/oauth/obtain.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { everythingAllowed } from '../token/sources/support.ts';
import { profileOf, TestClock } from '../token/support.ts';

export interface TestServer {
  readonly origin: string;
  /** Method and path of each request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** A server on loopback whose answers the test writes. */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function obtainOptions(options: Partial<ObtainOptions> = {}): ObtainOptions {
  return {
    fetch: globalThis.fetch,
    fetchAs: () => () => Promise.reject(new Error('No client certificate is expected here.')),
    files: privateFiles,
    consent: everythingAllowed,
    clock: new TestClock(),
    mask: (text) => text,
    register: () => undefined,
    ...options,
  };
}

export function obtainer(options: Partial<ObtainOptions> = {}) {
  return createObtain(obtainOptions(options));
}

export function contextOf(changes: Partial<GrantContext> = {}): GrantContext {
  return {
    refreshToken: null,
    idToken: null,
    secret: () => Promise.resolve('viewer-secret'),
    keptSecret: (_kind, make) => make(),
    otherToken: () => Promise.reject(new Error('must not be asked')),
    rotated: () => Promise.resolve(),
    waiting: true,
    signIn: null,
    reauthenticate: null,
    signal: new AbortController().signal,
    ...changes,
  };
}

export function endpointProfile(tokenEndpoint: string, changes: Partial<TokenProfile> = {}): TokenProfile {
  return profileOf({ issuer: null, tokenEndpoint, ...changes });
}

export async function failureOf(promise: Promise<unknown>): Promise<KeyturnError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeyturnError) return error;
  throw new Error('A KeyturnError was expected.', { cause: error });
}
