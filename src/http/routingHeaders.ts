/** Headers that frame a message or say where it goes: proxies and servers on the way read them, and hand them on. */
const ROUTING = new Set([
  ...[
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'trailers',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
  ],
  ...[
    'content-length',
    'expect',
    'max-forwards',
    'host',
    'via',
    'forwarded',
    'alt-used',
    'cdn-loop',
    'proxy',
  ],
  ...['x-forwarded', 'x-host', 'x-real-ip', 'x-original-host', 'x-original-url', 'x-rewrite-url'],
  ...['x-http-host-override', 'x-forward-for', 'x-remote-addr', 'x-client-ip', 'x-cluster-client-ip'],
]);

const PREFIXES = ['proxy-', 'x-proxy-', 'x-forwarded-'];

/**
 * The headers that a Connection header names: the first proxy or server on the way reads them (RFC 9110 section 7.6.1).
 * In lower case.
 */
export function connectionOptions(headers: readonly (readonly [name: string, value: string])[]): Set<string> {
  const named = headers.flatMap(([name, value]) =>
    name.toLowerCase() === 'connection' ? value.toLowerCase().split(',') : [],
  );
  return new Set(named.map((name) => name.trim()));
}

/** Whether a secret must not stand in this header. */
export function isRoutingHeader(name: string): boolean {
  const key = name.trim().toLowerCase().replaceAll('_', '-');
  return ROUTING.has(key) || PREFIXES.some((prefix) => key.startsWith(prefix));
}
