import { KeyturnError } from '../../base/errors.ts';
import type { TokenSource } from '../../httpfile/earlier/exchange.ts';
import { quotedPart } from '../../httpfile/resolve/quotedPart.ts';
import { isSecureUrl, originAllowed } from '../../profile/origin.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { Asker, RunInput } from '../engine.ts';

/**
 * Whether tokens of earlier requests may go where a request goes. Those that an answer brought: to the origin that they
 * came from, and wherever a request of the same file sends them; the person is asked about a request of another file.
 * Those of a profile: only to its origins.
 */
export class CapturedTokenCheck {
  readonly #asker: Pick<Asker, 'allowOrigin'>;
  readonly #input: Pick<RunInput, 'file' | 'memory'>;

  constructor(asker: Pick<Asker, 'allowOrigin'>, input: Pick<RunInput, 'file' | 'memory'>) {
    this.#asker = asker;
    this.#input = input;
  }

  /** Fails with `insecure_origin` or `origin_not_allowed`. */
  async check(sources: readonly TokenSource[], destinations: readonly URL[]): Promise<void> {
    for (const source of sources) for (const url of destinations) await this.#checkOne(source, url);
  }

  async #checkOne({ file, name, origin, allowedOrigins }: TokenSource, url: URL): Promise<void> {
    if (url.origin === origin || (allowedOrigins !== undefined && originAllowed(allowedOrigins, url))) return;
    const data = { token: quotedPart(name), origin: url.origin };
    if (!isSecureUrl(url)) {
      const message = `The token of ${quotedPart(name)} was not sent to ${url.origin}: the connection is not encrypted.`;
      throw new KeyturnError('insecure_origin', message, {
        hint: 'Use https: Keyturn allows plain http only for this computer, and for the server that issued the token.',
        data,
      });
    }
    if (allowedOrigins !== undefined) {
      const message = `Token ${quotedPart(name)} was not sent: ${url.origin} is not an allowed origin.`;
      throw new KeyturnError('origin_not_allowed', message, {
        hint: `An earlier request sent it. Allowed origins: ${shownAddresses(allowedOrigins)}.`,
        data,
      });
    }
    const allowed = this.#input.memory?.allowedOrigins;
    const key = `${file}\n${name}\n${url.origin}`;
    if (file === this.#input.file || allowed?.has(key) === true) return;
    const answer = await this.#asker.allowOrigin({
      tokenName: quotedPart(name),
      origin: url.origin,
      allowed: [origin],
    });
    // A session keeps it no longer than the token itself.
    if (answer === 'remember') allowed?.add(key);
    if (answer !== 'refuse') return;
    const message = `The token of ${quotedPart(name)} was not sent: it came from ${origin}, and this request goes to ${url.origin}.`;
    throw new KeyturnError('origin_not_allowed', message, {
      hint: 'Allow the origin when Keyturn asks, or with --allow-origin.',
      data,
    });
  }
}
