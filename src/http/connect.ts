import net, { type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { KeyturnError } from '../base/errors.ts';
import { hostSpace, isNearer, type AddressSpace } from './addressSpace.ts';
import { connectFailure, placeName, untrusted, type Place } from './failure.ts';
import { isLocalhost, withoutTrailingDot } from './localhost.ts';
import { lookupWithin, tooNear, type Network } from './network.ts';
import { openTunnel } from './tunnel.ts';
import { isTlsError, isUntrustedIssuer } from './tlsReasons.ts';
import type { Trust } from './trust.ts';
import type { Route } from './route.ts';

/** An open connection, ready for a request. Times in milliseconds; null for what did not happen. */
export interface Connection {
  readonly socket: Socket;
  readonly h2: boolean;
  /** Where the server is. Behind a proxy a name counts as public. */
  readonly space: AddressSpace;
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
 * far. Fails with `host_not_found`, `connection_refused`, `connection_failed`, `tls_failed`, `proxy_failed`,
 * `address_too_near`, or with the reason of the signal.
 */
export async function openConnection(
  route: Route,
  trust: Trust,
  network: Network,
  signal: AbortSignal,
): Promise<Connection> {
  if (!route.secure || !route.verifyTls || !trust.hasSystem) {
    return attempt(route, trust, false, network, signal);
  }
  try {
    return await attempt(route, trust, false, network, signal);
  } catch (error) {
    if (!KeyturnError.is(error, 'tls_failed') || !isUntrustedIssuer(error.cause)) throw error;
    return attempt(route, trust, true, network, signal);
  }
}

async function attempt(
  route: Route,
  trust: Trust,
  withSystem: boolean,
  network: Network,
  signal: AbortSignal,
): Promise<Connection> {
  const { proxy, nearest } = route;
  // Made before anything is opened, since certificates may turn out not to be readable.
  const context = route.secure ? trust.context(withSystem, route.clientCertificate) : null;
  const proxyContext = proxy?.secure === true ? trust.context(withSystem) : null;
  const first: Place = proxy === null ? route : { ...proxy, isProxy: true };
  const startedAt = performance.now();
  const known = knownSpace(route, network);
  if (known !== null && isNearer(known, nearest)) throw tooNear(route.hostname, known);
  // A proxy is where the person put it.
  const opened = await openTcp(first, network, proxy === null ? nearest : 'loopback', signal);
  let { socket } = opened;
  if (proxy !== null) {
    try {
      if (proxyContext !== null)
        socket = await startTls(socket, first, proxyContext, trust, ['http/1.1'], signal);
      // Plain requests are handed to the proxy as they are (RFC 9112 section 3.2.2).
      if (route.secure) await openTunnel(socket, route, proxy, signal);
    } catch (error) {
      socket.destroy();
      opened.socket.destroy();
      throw error;
    }
  }
  const space = proxy === null ? opened.space : (known ?? 'public');
  const connectedAt = performance.now();
  const connectMs = connectedAt - startedAt - (opened.dnsMs ?? 0);
  if (context === null) {
    return { socket, h2: false, space, dnsMs: opened.dnsMs, connectMs, tlsMs: null, tlsError: () => null };
  }
  const secured = await startTls(
    socket,
    route,
    context,
    route.verifyTls ? trust : null,
    ['h2', 'http/1.1'],
    signal,
  );
  let tlsError: Error | null = null;
  secured.on('error', (error: Error) => {
    if (tlsError === null && isTlsError(error)) tlsError = error;
  });
  return {
    socket: secured,
    h2: secured.alpnProtocol === 'h2',
    space,
    dnsMs: opened.dnsMs,
    connectMs,
    tlsMs: performance.now() - connectedAt,
    tlsError: () => tlsError,
  };
}

/** Where the URL itself says that its host is; null when only a resolver can tell. */
function knownSpace({ hostname }: Route, network: Network): AddressSpace | null {
  return net.isIP(hostname) === 0 ? hostSpace(hostname) : network.spaceOf(hostname);
}

interface Opened {
  readonly socket: Socket;
  readonly dnsMs: number | null;
  readonly space: AddressSpace;
}

async function openTcp(
  place: Place,
  network: Network,
  nearest: AddressSpace,
  signal: AbortSignal,
): Promise<Opened> {
  const startedAt = performance.now();
  let dnsMs: number | null = null;
  const socket = net.connect({
    host: place.hostname,
    port: place.port,
    lookup: lookupWithin(network, nearest),
    // One address after the other, of both families.
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
  });
  socket.once('lookup', () => {
    if (!isLocalhost(place.hostname)) dnsMs = performance.now() - startedAt;
  });
  await settled(socket, socket, 'connect', place, false, signal);
  return { socket, dnsMs, space: network.spaceOf(socket.remoteAddress ?? '') };
}

async function startTls(
  below: Socket,
  place: Place,
  secureContext: tls.SecureContext,
  /** Null: the server is not verified. */
  trust: Trust | null,
  ALPNProtocols: string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = tls.connect({
    socket: below,
    secureContext,
    // Judged below, where the certificate can still be looked at. Nothing is sent before.
    rejectUnauthorized: false,
    ALPNProtocols,
    host: place.hostname,
    // Server Name Indication carries no address and no dot at the end (RFC 6066 section 3).
    ...(net.isIP(place.hostname) === 0 ? { servername: withoutTrailingDot(place.hostname) } : {}),
  });
  await settled(socket, below, 'secureConnect', place, true, signal);
  if (trust === null || socket.authorized) return socket;
  const certificate = socket.getPeerX509Certificate();
  const name = placeName({ ...place, isProxy: false });
  if (certificate !== undefined && (await trust.accepts(name, certificate.fingerprint256))) return socket;
  const failure = untrusted(socket.authorizationError, place, certificate, trust.hint);
  socket.destroy();
  below.destroy();
  throw failure;
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
