import net, { type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { KeyturnError } from '../errors.ts';
import { connectFailure, type Place } from './failure.ts';
import type { ClientCertificate } from './message.ts';
import { openTunnel } from './tunnel.ts';
import { isTlsError, isUntrustedIssuer } from './tlsReasons.ts';
import type { Trust } from './trust.ts';

/** Where a connection leads, and through what. */
export interface Route {
  readonly secure: boolean;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly verifyTls: boolean;
  /** Shown to the host itself, never to the proxy. */
  readonly clientCertificate: ClientCertificate | null;
  readonly proxy: ProxyRoute | null;
}

export interface ProxyRoute {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Value of Proxy-Authorization. */
  readonly authorization: string | null;
}

/** An open connection, ready for a request. Times in milliseconds; null for what did not happen. */
export interface Connection {
  readonly socket: Socket;
  readonly h2: boolean;
  readonly dnsMs: number | null;
  /** TCP, and the way through the proxy. */
  readonly connectMs: number;
  readonly tlsMs: number | null;
  /**
   * What the TLS library said first since then; null when it said nothing. In TLS 1.3 a server refuses a client
   * certificate after the handshake, with an alert that can be there before the first request is.
   */
  tlsError(): Error | null;
}

/**
 * Opens a connection: DNS, TCP (all addresses of the host are tried), proxy, TLS. Aborting destroys what was opened so
 * far. Fails with `host_not_found`, `connection_refused`, `connection_failed`, `tls_failed`, `proxy_failed`, or with
 * the reason of the signal.
 */
export async function openConnection(route: Route, trust: Trust, signal: AbortSignal): Promise<Connection> {
  if (!route.secure || !route.verifyTls || !trust.hasSystem) return attempt(route, trust, false, signal);
  try {
    return await attempt(route, trust, false, signal);
  } catch (error) {
    if (!KeyturnError.is(error, 'tls_failed') || !isUntrustedIssuer(error.cause)) throw error;
    return attempt(route, trust, true, signal);
  }
}

async function attempt(
  route: Route,
  trust: Trust,
  withSystem: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  const { proxy } = route;
  // Made before anything is opened, since certificates may turn out not to be readable.
  const context = route.secure ? trust.context(withSystem, route.clientCertificate) : null;
  const proxyContext = proxy?.secure === true ? trust.context(withSystem) : null;
  const first: Place = proxy === null ? route : { ...proxy, isProxy: true };
  const startedAt = performance.now();
  const opened = await openTcp(first, signal);
  let { socket } = opened;
  if (proxy !== null) {
    try {
      if (proxyContext !== null)
        socket = await startTls(socket, first, proxyContext, true, ['http/1.1'], signal);
      // Plain requests are handed to the proxy as they are (RFC 9112 section 3.2.2).
      if (route.secure) await openTunnel(socket, route, proxy, signal);
    } catch (error) {
      socket.destroy();
      opened.socket.destroy();
      throw error;
    }
  }
  const connectedAt = performance.now();
  const connectMs = connectedAt - startedAt - (opened.dnsMs ?? 0);
  if (context === null) {
    return { socket, h2: false, dnsMs: opened.dnsMs, connectMs, tlsMs: null, tlsError: () => null };
  }
  const secured = await startTls(socket, route, context, route.verifyTls, ['h2', 'http/1.1'], signal);
  let tlsError: Error | null = null;
  secured.on('error', (error: Error) => {
    if (tlsError === null && isTlsError(error)) tlsError = error;
  });
  return {
    socket: secured,
    h2: secured.alpnProtocol === 'h2',
    dnsMs: opened.dnsMs,
    connectMs,
    tlsMs: performance.now() - connectedAt,
    tlsError: () => tlsError,
  };
}

async function openTcp(place: Place, signal: AbortSignal): Promise<{ socket: Socket; dnsMs: number | null }> {
  const startedAt = performance.now();
  let dnsMs: number | null = null;
  const socket = net.connect({ host: place.hostname, port: place.port, noDelay: true, keepAlive: true });
  socket.once('lookup', () => {
    dnsMs = performance.now() - startedAt;
  });
  await settled(socket, socket, 'connect', place, false, signal);
  return { socket, dnsMs };
}

async function startTls(
  below: Socket,
  place: Place,
  secureContext: tls.SecureContext,
  verify: boolean,
  ALPNProtocols: string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = tls.connect({
    socket: below,
    secureContext,
    rejectUnauthorized: verify,
    ALPNProtocols,
    host: place.hostname,
    // Server Name Indication must not carry an address (RFC 6066 section 3).
    ...(net.isIP(place.hostname) === 0 ? { servername: place.hostname } : {}),
  });
  await settled(socket, below, 'secureConnect', place, true, signal);
  return socket;
}

/** Waits for the event; on an error or the abort destroys both sockets and fails. */
function settled(
  socket: Socket,
  below: Socket,
  event: 'connect' | 'secureConnect',
  place: Place,
  inTls: boolean,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off(event, onReady);
      // A socket without a listener for errors would end the process.
      socket.on('error', ignore);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.destroy();
      below.destroy();
      reject(error instanceof KeyturnError ? error : connectFailure(error, place, inTls));
    };
    const onReady = (): void => {
      settle();
      resolve();
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(new Error('closed'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError).once('close', onClose).once(event, onReady);
    if (signal.aborted) onAbort();
  });
}

function ignore(): void {
  // What matters is told by the one who uses the socket.
}
