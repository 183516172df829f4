import { KeyturnError } from '../base/errors.ts';
import { isLoopbackHost } from './localhost.ts';
import { LOOPBACK_THROUGH_PROXY, readNoProxy } from './noProxy.ts';

/** What names the proxy in the editor. */
export const PROXY_SETTING = 'the setting http.proxy';

export interface ProxySettings {
  /** Proxy for http: requests, such as `http://proxy.example:3128`; null for none. Credentials may stand in it. */
  readonly httpProxy: string | null;
  /** Proxy for https: requests. */
  readonly httpsProxy: string | null;
  /** What names them, for messages: `HTTP_PROXY`, `the setting http.proxy`. */
  readonly namedBy?: { readonly http: string; readonly https: string };
  /** What is reached directly, as `readNoProxy` reads it. */
  readonly noProxy: readonly string[];
  /** Value of Proxy-Authorization; comes before credentials in the proxy's URL. */
  readonly authorization?: string;
}

/**
 * Settings from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in lower case first; null when no proxy is named. NO_PROXY is
 * separated by commas or spaces.
 */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ProxySettings | null {
  const read = (name: string): string | null => {
    const value = (env[name.toLowerCase()] ?? env[name] ?? '').trim();
    return value === '' ? null : value;
  };
  const nameOf = (name: string): string =>
    env[name.toLowerCase()] === undefined ? name : name.toLowerCase();
  const httpProxy = read('HTTP_PROXY');
  const httpsProxy = read('HTTPS_PROXY');
  if (httpProxy === null && httpsProxy === null) return null;
  return {
    httpProxy,
    httpsProxy,
    namedBy: { http: nameOf('HTTP_PROXY'), https: nameOf('HTTPS_PROXY') },
    noProxy: (read('NO_PROXY') ?? '').split(/[\s,]+/).filter(Boolean),
  };
}

/** The proxy that a request to `url` goes through, or null. Fails with `proxy_failed` when its address is no URL. */
export function proxyFor(url: URL, settings: ProxySettings | null): URL | null {
  if (settings === null) return null;
  const address = url.protocol === 'https:' ? settings.httpsProxy : settings.httpProxy;
  if (address === null || address === '') return null;
  if (isLoopbackHost(url.hostname) && !settings.noProxy.includes(LOOPBACK_THROUGH_PROXY)) return null;
  if (readNoProxy(settings.noProxy).covers(url)) return null;
  return parseProxy(address, proxySettingOf(url, settings));
}

/** What names the proxy for a URL, for messages. */
export function proxySettingOf(url: URL, { namedBy }: ProxySettings): string {
  const { http, https } = namedBy ?? { http: 'HTTP_PROXY', https: 'HTTPS_PROXY' };
  return url.protocol === 'https:' ? https : http;
}

/** What of the settings says nothing; null where all is understood. */
export function proxySettingsFault(settings: ProxySettings | null): KeyturnError | null {
  const { unreadable } = readNoProxy(settings?.noProxy ?? []);
  if (unreadable.length === 0) return null;
  const entries = unreadable.map((entry) => JSON.stringify(entry)).join(', ');
  return new KeyturnError(
    'proxy_failed',
    `Keyturn cannot read ${entries} in NO_PROXY or http.noProxy, and excludes nothing from the proxy by it.`,
    { hint: 'Write a host, .domain, an address or a range such as 10.0.0.0/8, with :port if needed, or *.' },
  );
}

/** Value of the Proxy-Authorization header; null when the proxy needs none. */
export function proxyAuthorization(proxy: URL, settings: ProxySettings | null): string | null {
  if (settings?.authorization !== undefined && settings.authorization !== '') return settings.authorization;
  if (proxy.username === '' && proxy.password === '') return null;
  return basicAuthorization(proxy);
}

/** Basic credentials (RFC 7617) from the user information of a URL. */
export function basicAuthorization(url: URL): string {
  const pair = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function parseProxy(address: string, setting: string): URL {
  const text = address.includes('://') ? address : `http://${address}`;
  let proxy: URL;
  try {
    proxy = new URL(text);
  } catch (cause) {
    throw new KeyturnError('proxy_failed', `The address of the proxy in ${setting} is not a valid URL.`, {
      cause,
      hint: 'Write it as http://host:port.',
    });
  }
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw new KeyturnError(
      'proxy_failed',
      `${setting} names a proxy of the kind ${proxy.protocol.slice(0, -1)}, which is not supported.`,
      {
        hint: 'Use an http or https proxy.',
      },
    );
  }
  return proxy;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
