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

/** Whether a secret must not stand in this header. */
export function isRoutingHeader(name: string): boolean {
  const key = name.trim().toLowerCase().replaceAll('_', '-');
  return ROUTING.has(key) || PREFIXES.some((prefix) => key.startsWith(prefix));
}
