import type { Cookie, CookieJar as ToughJar } from 'tough-cookie';
import { headerValues, type HeaderList } from '../message.ts';

/** The least that RFC 6265 section 6.1 asks of a client; of more the ones used longest ago are forgotten. */
const MOST_COOKIES = 3000;
/** Browsers take no more for name and value (RFC 6265bis section 5.6), and some attributes. */
const LONGEST_LINE = 8192;

/** A cookie as it is kept. */
export interface KeptCookie {
  readonly host: string;
  /** Whether only this host gets it, and none below. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly name: string;
  readonly value: string;
  /** Null for one that ends with the session. */
  readonly expiresAtMs: number | null;
  /** As the server wrote them: `Secure`, `HttpOnly`, `SameSite=Lax`. */
  readonly flags: readonly string[];
}

/**
 * The cookies of a session (RFC 6265, with the public suffix list), in memory alone. What reads them is loaded with the
 * first one.
 */
export class CookieJar {
  #jar: ToughJar | null = null;
  #taken = 0;

  /** Value of the Cookie header for a URL; null where there is none. */
  headerFor(url: URL): string | null {
    const text = this.#jar?.getCookieStringSync(url.href) ?? '';
    return text === '' ? null : asBytes(text);
  }

  /** Takes the Set-Cookie lines of what a URL answered; what the server may not set is left out. */
  async take(url: URL, headers: HeaderList): Promise<void> {
    const lines = headerValues(headers, 'set-cookie').filter(
      (line) => line.length <= LONGEST_LINE && !/[\0-\x08\x0a-\x1f\x7f]/.test(line),
    );
    if (lines.length === 0) return;
    if (this.#jar === null) {
      const tough = await import('tough-cookie');
      this.#jar ??= new tough.CookieJar();
    }
    for (const line of lines) {
      this.#jar.setCookieSync(line, url.href, { ignoreError: true });
      this.#taken++;
    }
    if (this.#taken > MOST_COOKIES) await this.#forgetOldest(this.#jar);
  }

  /** By host, path and name. */
  async all(): Promise<KeptCookie[]> {
    const cookies = (await this.#jar?.store.getAllCookies()) ?? [];
    return cookies
      .filter((cookie) => cookie.TTL() > 0)
      .map(keptCookie)
      .sort((a, b) => compare(a.host, b.host) || compare(a.path, b.path) || compare(a.name, b.name));
  }

  clear(): void {
    this.#jar = null;
    this.#taken = 0;
  }

  async #forgetOldest({ store }: ToughJar): Promise<void> {
    const cookies = await store.getAllCookies();
    this.#taken = Math.min(cookies.length, MOST_COOKIES / 2);
    if (cookies.length <= MOST_COOKIES) return;
    const oldestFirst = cookies.sort((a, b) => usedAtMs(a) - usedAtMs(b));
    for (const { domain, path, key } of oldestFirst.slice(0, -MOST_COOKIES / 2)) {
      await store.removeCookie(domain ?? '', path ?? '', key);
    }
  }
}

function keptCookie(cookie: Cookie): KeptCookie {
  const { domain, hostOnly, path, key, value, secure, httpOnly, sameSite } = cookie;
  const expiresAtMs = cookie.expiryTime() ?? Infinity;
  return {
    host: domain ?? '',
    hostOnly: hostOnly !== false,
    path: path ?? '/',
    name: key,
    value,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    flags: [
      ...(secure ? ['Secure'] : []),
      ...(httpOnly ? ['HttpOnly'] : []),
      ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
    ],
  };
}

function usedAtMs({ lastAccessed }: Cookie): number {
  return lastAccessed instanceof Date ? lastAccessed.getTime() : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A header is sent byte by byte, one for each character. */
function asBytes(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
