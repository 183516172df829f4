import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { targetOf } from '../base/url.ts';
import { farthest, hostSpace, isNearer, type AddressSpace } from './addressSpace.ts';
import { closeQuietly, DiscardWriter, MemoryWriter, SinkWriter, type BodyWriter } from './body.ts';
import { Cancellation } from './cancellation.ts';
import { decodedInto } from './codedBody.ts';
import type { Route } from './route.ts';
import { exchange, UnsentError, type Exchanged, type ResponseHead } from './exchange.ts';
import { connectFailure, placeName, type Place } from './failure.ts';
import { takeCookies, withCookies } from './cookies/hopCookies.ts';
import { firstHop, type Hop } from './hop.ts';
import {
  headerValue,
  type HeaderList,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type HttpTimings,
  type Redirect,
  type RequestSigner,
  type ShownCertificate,
} from './message.ts';
import { addressesOf, systemNetwork, type Network } from './network.ts';
import { Pool, type Slot } from './pool.ts';
import {
  proxyAuthorization,
  proxyFor,
  proxySettingOf,
  proxySettingsFault,
  type ProxySettings,
} from './proxy.ts';
import { hopKey, MAX_REDIRECTS, nextHop, redirectLoop, redirectTarget, redirectTooNear } from './redirect.ts';
import { Trust, type PersonalTrust } from './trust.ts';
import { credentialsWanted } from './tunnel.ts';
import type { DispatchOptions } from './undiciCore.ts';

export interface HttpClientOptions {
  readonly proxy: ProxySettings | null;
  /** Certificates in PEM, trusted besides Node's own and the system's. */
  readonly caCertificates: readonly string[];
  /** What the person trusts besides, and how to trust more. */
  readonly trust?: PersonalTrust;
  /** Missing: the system's. */
  readonly network?: Network;
  /** Is told of settings that cannot be followed in full; called while the client is made. */
  readonly report?: (fault: KeyturnError) => void;
}

/**
 * A client with its own pool of kept connections, over HTTP/1.1 and, where a server chooses it, HTTP/2. Nothing global
 * is touched: not `fetch`, not Node's agents. Close it to close its connections.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new PooledClient(options);
}

/** A kept connection may turn out to be closed; the last attempt gets a new one. */
const MAX_ATTEMPTS = 3;

class PooledClient implements HttpClient {
  readonly #proxy: ProxySettings | null;
  readonly #network: Network;
  readonly #pool: Pool;
  readonly #running = new Set<Cancellation>();
  #closed = false;

  constructor({ proxy, caCertificates, network = systemNetwork, report, trust }: HttpClientOptions) {
    const fault = proxySettingsFault(proxy);
    if (fault !== null) report?.(fault);
    this.#proxy = proxy;
    this.#network = network;
    this.#pool = new Pool(new Trust(caCertificates, trust), network);
  }

  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const sink = request.saveBodyTo === undefined ? null : new SinkWriter(request.saveBodyTo);
    const cancellation = new Cancellation(signal, request.totalTimeoutMs, placeName(placeOf(request.url)));
    let held = false;
    this.#running.add(cancellation);
    try {
      if (this.#closed) throw closedError();
      cancellation.throwIfCancelled();
      const response = await this.#follow(request, sink, cancellation);
      held = request.holdsBody?.(response) === true;
      return held || sink === null ? response : await closed(sink, response);
    } finally {
      this.#running.delete(cancellation);
      cancellation.dispose();
      if (sink !== null && !held) await closeQuietly(sink);
    }
  }

  async locate(url: URL): Promise<AddressSpace> {
    const place = placeOf(url);
    if (isIP(place.hostname) !== 0) return this.#network.spaceOf(place.hostname);
    const known = hostSpace(place.hostname);
    if (known !== null) return known;
    if (proxyFor(url, this.#proxy) !== null) return 'public';
    try {
      const addresses = await addressesOf(this.#network, place.hostname, 'loopback');
      return farthest(addresses.map(({ address }) => this.#network.spaceOf(address)));
    } catch (error) {
      throw connectFailure(error, place, false);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancellation of this.#running) cancellation.cancel(closedError());
    await this.#pool.close();
  }

  async #follow(
    request: HttpRequest,
    sink: SinkWriter | null,
    cancellation: Cancellation,
  ): Promise<HttpResponse> {
    const startedAt = performance.now();
    const redirects: Redirect[] = [];
    let hop = firstHop(request);
    let seen: Set<string> | null = null;
    let signer = request.signer ?? null;
    let nearest = request.nearest ?? 'loopback';
    let cookies = request.cookies ?? null;
    for (;;) {
      const current = withCookies(hop, cookies);
      const memory = new MemoryWriter(request.maxBodyBytes);
      let target: MemoryWriter | SinkWriter = memory;
      const targetOf = (head: ResponseHead): URL | null =>
        request.followRedirects ? redirectTarget(head, current.url) : null;
      const writerFor = (head: ResponseHead): BodyWriter => {
        if (targetOf(head) !== null) return new DiscardWriter();
        if (sink !== null && request.holdsBody?.(head) !== true) target = sink;
        const longest = target === sink ? Infinity : request.maxBodyBytes;
        return decodedInto(contentEncoding(current.method, head), target, longest);
      };
      const { exchanged, timings, space } = await this.#exchange(
        { ...current, nearest },
        request,
        signer,
        cancellation,
        writerFor,
      ).catch((error: unknown) => {
        throw redirectTooNear(redirects, error);
      });
      const { head, fault } = exchanged;
      signer?.answered(hop.url, head.headers);
      await takeCookies(hop, head.headers, cookies);
      // Of what broke off nothing more is known than that: the time may be over.
      const next = fault === null ? targetOf(head) : null;
      if (next === null) {
        return {
          status: head.status,
          statusText: head.statusText,
          httpVersion: head.httpVersion,
          headers: head.headers,
          body: memory.bytes(),
          bodyFault: fault,
          bodyTruncated: memory.truncated,
          sizeBytes: target.sizeBytes,
          timings: { ...timings, totalMs: performance.now() - startedAt },
          redirects,
          url: withoutFragment(hop.url).href,
          tlsVerified: hop.url.protocol === 'https:' ? hop.verifyTls : null,
          receivedAtMs: head.receivedAtMs,
        };
      }
      const { hop: following, dropped } = nextHop(hop, head.status, next);
      // Nor goes in clear what came encrypted.
      if (hop.url.protocol === 'https:' && following.url.protocol === 'http:') cookies = null;
      seen ??= new Set([hopKey(current)]);
      const key = hopKey(withCookies(following, cookies));
      const again = seen.has(key);
      if (again || redirects.length === MAX_REDIRECTS) throw redirectLoop(hop.url, again);
      seen.add(key);
      redirects.push({ status: head.status, from: hop.url.href, to: next.href, dropped });
      // What was left behind with the origin does not come back with it.
      if (following.url.origin !== hop.url.origin) signer = null;
      hop = following;
      // What started out there comes no nearer; what started here may go anywhere.
      if (redirects.length === 1 && isNearer(nearest, space)) nearest = space;
    }
  }

  async #exchange(
    hop: Hop & Pick<Route, 'nearest'>,
    request: HttpRequest,
    signer: RequestSigner | null,
    cancellation: Cancellation,
    writerFor: (head: ResponseHead) => BodyWriter,
  ): Promise<Sent> {
    const place = { ...placeOf(hop.url), clientCertificate: hop.clientCertificate };
    const route = routeTo(hop, place, this.#proxy);
    const key = routeKey(hop, route);
    for (let attempt = 1; ; attempt += 1) {
      const options = dispatchOptions(hop, route, (await signer?.sign(hop.method, hop.url, hop)) ?? []);
      const { slot, fresh } =
        (attempt < MAX_ATTEMPTS ? this.#pool.take(key) : null) ??
        (await this.#pool.open(key, route, request.connectTimeoutMs, cancellation));
      const sentAt = performance.now();
      try {
        const exchanged = await exchange({
          slot,
          fresh,
          options: isChunked(hop) ? { ...options, body: Readable.from([hop.body]) } : options,
          place,
          cancellation,
          writerFor,
          release: () => this.#pool.release(key, slot),
        });
        return {
          exchanged: { ...exchanged, fault: exchanged.fault ?? proxyRefusal(route, exchanged.head) },
          timings: timingsOf(slot, fresh, sentAt, exchanged),
          space: slot.connection.space,
        };
      } catch (error) {
        if (!(error instanceof UnsentError)) throw error;
        if (attempt === MAX_ATTEMPTS) throw error.cause;
      }
    }
  }
}

function withoutFragment(url: URL): URL {
  const sent = new URL(url);
  sent.hash = '';
  return sent;
}

/** A body that could not be saved to its end is a fault of the body. */
async function closed(sink: SinkWriter, response: HttpResponse): Promise<HttpResponse> {
  try {
    await sink.close();
    return response;
  } catch (error) {
    return { ...response, bodyFault: response.bodyFault ?? asKeyturnError(error) };
  }
}

interface Sent {
  readonly exchanged: Exchanged;
  readonly timings: Omit<HttpTimings, 'totalMs'>;
  readonly space: AddressSpace;
}

function timingsOf(
  { connection }: Slot,
  fresh: boolean,
  sentAt: number,
  exchanged: Exchanged,
): Sent['timings'] {
  return {
    dnsMs: fresh ? connection.dnsMs : null,
    connectMs: fresh ? connection.connectMs : null,
    tlsMs: fresh ? connection.tlsMs : null,
    firstByteMs: exchanged.firstByteAt - sentAt,
    downloadMs: exchanged.endedAt - exchanged.firstByteAt,
  };
}

/** A plain request is answered by the proxy where that wants credentials (RFC 9110 section 15.5.8). */
function proxyRefusal({ proxy, secure }: Route, { status }: ResponseHead): KeyturnError | null {
  return proxy === null || secure || status !== 407 ? null : credentialsWanted(proxy, '');
}

function placeOf(url: URL): Place & { hostname: string } {
  const { hostname } = url;
  return {
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  };
}

function routeTo(
  hop: Hop & Pick<Route, 'nearest'>,
  place: Place & Pick<Route, 'hostname' | 'clientCertificate'>,
  settings: ProxySettings | null,
): Route {
  const proxy = proxyFor(hop.url, settings);
  return {
    secure: hop.url.protocol === 'https:',
    ...place,
    verifyTls: hop.verifyTls,
    nearest: hop.nearest,
    proxy: proxy && {
      secure: proxy.protocol === 'https:',
      ...placeOf(proxy),
      setting: settings === null ? '' : proxySettingOf(hop.url, settings),
      authorization: headerValue(hop.headers, 'proxy-authorization') ?? proxyAuthorization(proxy, settings),
    },
  };
}

/**
 * Connections that are used for one another: same origin, same verification, same certificate of ours, same proxy and
 * credentials for it, same limit to where they may lead.
 */
function routeKey(hop: Hop, { proxy, verifyTls, clientCertificate, nearest }: Route): string {
  const via =
    proxy === null
      ? ''
      : ` ${proxy.secure ? 'https' : 'http'} ${placeName(proxy)} ${proxy.authorization ?? ''}`;
  const as = clientCertificate === null ? '' : ` as ${fingerprint(clientCertificate)}`;
  return `${hop.url.origin}${verifyTls ? '' : ' unverified'}${as}${via} ${nearest}`;
}

function fingerprint(shown: ShownCertificate): string {
  const hash = createHash('sha256');
  if ('pfx' in shown) hash.update(shown.pfx).update(shown.passphrase);
  else hash.update(`${shown.certificate}\n${shown.key}`);
  return hash.digest('base64url');
}

/** Header lines that undici writes itself, from the body and the connection. */
const WRITTEN_BELOW = new Set(['content-length', 'transfer-encoding', 'keep-alive', 'proxy-connection']);

function dispatchOptions(hop: Hop, { hostname, secure, proxy }: Route, signed: HeaderList): DispatchOptions {
  const { url, method, body } = hop;
  const headers: string[] = [];
  const replaced = new Set(signed.map(([name]) => name.toLowerCase()));
  const kept = hop.headers.filter(([name]) => !replaced.has(name.toLowerCase()));
  for (const [name, value] of [...kept, ...signed]) {
    const key = name.toLowerCase();
    if (WRITTEN_BELOW.has(key) || (proxy !== null && key === 'proxy-authorization')) continue;
    headers.push(name, value);
  }
  const path = targetOf(url);
  // The absolute form is for plain requests through a proxy (RFC 9112 section 3.2.2).
  const forwarded = proxy !== null && !secure;
  if (forwarded && proxy.authorization !== null) headers.push('Proxy-Authorization', proxy.authorization);
  return {
    path: forwarded ? `${url.origin}${path}` : path,
    method,
    headers,
    body,
    // Kept the same for all requests of a connection: undici would open another for a different Host header.
    servername: hostname,
  };
}

/** Whether the request asks for the chunked coding by a header of its own. */
function isChunked(hop: Hop): boolean {
  return hop.body !== null && hop.headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
}

/** The codings to undo: none where there is no body, or only a piece of one. */
function contentEncoding(method: string, { status, headers }: ResponseHead): string | null {
  if (method === 'HEAD' || status === 204 || status === 206 || status === 304) return null;
  return headerValue(headers, 'content-encoding');
}

function closedError(): KeyturnError {
  return new KeyturnError('cancelled', 'The client was closed.');
}
