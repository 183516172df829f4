import type { CookieJar } from '../../http/cookies/cookieJar.ts';
import { headerValues, type HeaderList, type RequestCookies } from '../../http/message.ts';
import { decoded } from '../bodyCredentials.ts';
import { isCredentialName } from '../../redaction/credentialNames.ts';
import type { Redactor } from '../../redaction/redactor.ts';

/** Shorter values of cookies that do not look like a login stand in any text: `de`, `dark`, `collapsed`. */
const SHORTEST_PLAIN = 12;

/** The cookies of one request: those of the session, unless it goes without, their values known to the redactor. */
export class SessionCookies implements RequestCookies {
  readonly #jar: CookieJar | null;
  readonly #redactor: Pick<Redactor, 'registerGiven'>;
  readonly #sent = new Set<string>();

  constructor(jar: CookieJar | null, redactor: Pick<Redactor, 'registerGiven'>) {
    this.#jar = jar;
    this.#redactor = redactor;
  }

  /** Names of the cookies that were sent from the session. */
  get sent(): readonly string[] {
    return [...this.#sent];
  }

  headerFor(url: URL): string | null {
    const value = this.#jar?.headerFor(url) ?? null;
    for (const pair of value?.split('; ') ?? []) this.#sent.add(pair.split('=', 1)[0] ?? '');
    return value;
  }

  /** Also what is not kept is masked. */
  async answered(url: URL | null, headers: HeaderList): Promise<void> {
    for (const line of headerValues(headers, 'set-cookie')) {
      const [, name = '', value = ''] = setCookie.exec(line) ?? [];
      const isLogin = isCredentialName(name.trim()) || /;\s*httponly/i.test(line);
      if (!isLogin && value.length < SHORTEST_PLAIN) continue;
      for (const form of new Set([value, decoded(value)])) this.#redactor.registerGiven(form);
    }
    if (url !== null) await this.#jar?.take(url, headers);
  }
}

const setCookie = /^([^=;]*)=\s*"?([^";]*?)"?\s*(?:;|$)/;

/** A line of Set-Cookie as people see it: its name and its attributes. */
export function maskedSetCookie(line: string): string {
  return line.replace(/^([^=;]*)=[^;]+/, '$1=•••');
}
