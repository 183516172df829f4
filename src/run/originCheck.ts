import { KeyturnError } from '../base/errors.ts';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import { type ConsentStore, originText } from '../consent/origins.ts';
import { tokenKey } from '../profile/key.ts';
import { isSecureUrl, originAllowed } from '../profile/origin.ts';
import { originFault } from '../profile/originFault.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { shownAddresses } from '../profile/shownOrigin.ts';
import type { Asker } from './engine.ts';

export interface OriginCheckParts {
  readonly asker: Pick<Asker, 'allowOrigin'>;
  readonly consent: Pick<ConsentStore, 'allowed' | 'remember'>;
  /** Told of what the person allowed for good. */
  readonly audit?: AuditRecorder;
}

/** Whether tokens may go where a request goes. One for each request: a permission for once holds for its repetition. */
export class OriginCheck {
  readonly #parts: OriginCheckParts;
  /** The line of the request, for the audit. */
  readonly #cause: string;
  readonly #allowedOnce = new Set<string>();

  constructor(parts: OriginCheckParts, cause: string) {
    this.#parts = parts;
    this.#cause = cause;
  }

  /** Fails with `insecure_origin` or `origin_not_allowed`. */
  async check(profile: TokenProfile, destinations: readonly URL[]): Promise<void> {
    for (const destination of destinations) await this.#checkOne(profile, destination, profile.origins);
  }

  /**
   * The same for a profile that was made for this request, from a file that does not say where its tokens may go: the
   * person is asked even for the origin that it is bound to.
   */
  async checkUndeclared(profile: TokenProfile, destinations: readonly URL[]): Promise<void> {
    for (const destination of destinations) await this.#checkOne(profile, destination, []);
  }

  async #checkOne(profile: TokenProfile, url: URL, declared: readonly string[]): Promise<void> {
    // A wildcard that an earlier version took may be too wide today.
    const good = declared.filter((origin) => originFault(origin) === null);
    if (originAllowed(good, url)) return;
    if (!isSecureUrl(url)) {
      throw new KeyturnError(
        'insecure_origin',
        `Token ${profile.name} was not sent to ${url.origin}: the connection is not encrypted.`,
        {
          hint: 'Use https: Keyturn allows plain http only for this computer.',
          data: { token: profile.name, origin: url.origin },
        },
      );
    }
    // What is allowed for a token is allowed for the same one with less scope.
    const key = tokenKey(profile.parent ?? profile);
    if (this.#allowedOnce.has(`${key} ${url.origin}`)) return;
    const { asker, consent, audit } = this.#parts;
    if ((await consent.allowed(key)).includes(url.origin)) return;
    const answer = await asker.allowOrigin({
      tokenName: profile.name,
      origin: url.origin,
      allowed: declared,
    });
    if (answer === 'remember') {
      await consent.remember(key, url.origin, profile.declaredIn);
      const event = tokenEvent('allowed', { name: profile.name, accessToken: null }, this.#cause);
      audit?.record({ ...event, origin: url.origin, detail: originText(url.origin) });
    }
    if (answer === 'once') this.#allowedOnce.add(`${key} ${url.origin}`);
    if (answer !== 'refuse') return;
    throw new KeyturnError(
      'origin_not_allowed',
      `Token ${profile.name} was not sent: ${url.origin} is not an allowed origin.`,
      {
        hint:
          declared.length === 0
            ? 'The file does not say which origins to allow: allow it when Keyturn asks, or declare the token in keyturn.json.'
            : `Allowed origins: ${shownAddresses(declared)}. Add the origin to its profile to allow it.`,
        data: { token: profile.name, origin: url.origin },
      },
    );
  }
}
