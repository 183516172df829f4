import { KeyturnError } from '../base/errors.ts';
import type { Asker, RunOptions } from './engine.ts';

/** True for a host whose certificate the person said not to verify, with or without its port. */
export function isInsecureHost({ hostname, host }: URL, { trusted, insecureHosts }: RunOptions): boolean {
  return trusted && (insecureHosts.includes(hostname) || insecureHosts.includes(host));
}

/**
 * Whether tokens may go over a connection that the file says not to verify. The person names hosts for good in the
 * settings; a file may come from a stranger. One for each request: an answer holds for its repetition.
 */
export class UnverifiedCheck {
  readonly #asker: Pick<Asker, 'sendUnverified'>;
  readonly #allowed = new Set<string>();

  constructor(asker: Pick<Asker, 'sendUnverified'>) {
    this.#asker = asker;
  }

  /** Fails with `certificate_not_verified`. */
  async check(tokenName: string, url: URL): Promise<void> {
    if (url.protocol !== 'https:') return;
    const key = `${tokenName} ${url.origin}`;
    if (this.#allowed.has(key)) return;
    if (!(await this.#asker.sendUnverified({ tokenName, origin: url.origin }))) {
      throw new KeyturnError(
        'certificate_not_verified',
        `Token ${tokenName} was not sent to ${url.origin}: the request turns certificate verification off.`,
        {
          hint: 'Remove `# @insecure`, trust the authority of the server (keyturn.tls.caCertificates), or name the host: keyturn.tls.insecureHosts, for the command `--insecure-host`.',
          data: { token: tokenName, origin: url.origin },
        },
      );
    }
    this.#allowed.add(key);
  }
}
