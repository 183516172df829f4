import { X509Certificate } from 'node:crypto';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';
import { KeyturnError } from '../base/errors.ts';
import type { ShownCertificate } from './message.ts';

/** What a person decides about certificates, and the words for how. */
export interface PersonalTrust {
  /** Whether exactly this certificate (SHA-256, in pairs of digits) is trusted for exactly this host (`name:port`). */
  accepts?(host: string, sha256: string): Promise<boolean>;
  /** How to trust a certificate that no trusted authority vouches for. */
  readonly hint: string;
}

/**
 * Which certificate authorities are trusted: Node's own and the extra ones first, and the system's only once a server
 * needs them, since reading the system's store costs more than a whole request.
 */
export class Trust {
  readonly #extra: readonly string[];
  readonly #personal: PersonalTrust | null;
  #first: SecureContext | null = null;
  #withSystem: SecureContext | null = null;
  #client: ClientContext | null = null;

  /** `extra`: certificates in PEM. */
  constructor(extra: readonly string[], personal: PersonalTrust | null = null) {
    this.#extra = extra;
    this.#personal = personal;
  }

  async accepts(host: string, sha256: string): Promise<boolean> {
    return (await this.#personal?.accepts?.(host, sha256)) === true;
  }

  get hint(): string {
    return this.#personal?.hint ?? 'Trust the issuer of the certificate.';
  }

  /**
   * What a TLS connection is made with; `client` is the certificate of this side. Fails with `tls_failed` when one of
   * the certificates is none.
   */
  context(withSystem: boolean, client: ShownCertificate | null = null): SecureContext {
    if (client !== null) return this.#contextOf(client, withSystem);
    if (withSystem) {
      this.#withSystem ??= tls.createSecureContext(this.#authorities(true));
      return this.#withSystem;
    }
    this.#first ??= tls.createSecureContext(this.#authorities(false));
    return this.#first;
  }

  /** The last one is kept: a batch opens many connections, and reading the authorities costs more than a request. */
  #contextOf(shown: ShownCertificate, withSystem: boolean): SecureContext {
    const last = this.#client;
    if (last?.withSystem === withSystem && isSame(last.shown, shown)) return last.context;
    const authorities = this.#authorities(withSystem);
    try {
      const own =
        'pfx' in shown
          ? { pfx: Buffer.from(shown.pfx), passphrase: shown.passphrase }
          : { cert: shown.certificate, key: shown.key };
      const context = tls.createSecureContext({ ...authorities, ...own });
      this.#client = { shown, withSystem, context };
      return context;
    } catch (cause) {
      throw new KeyturnError('tls_failed', "Couldn't use the client certificate and its key.", {
        cause,
        hint: 'Check that both are in PEM and belong together.',
      });
    }
  }

  #authorities(withSystem: boolean): SecureContextOptions {
    this.#extra.forEach(checkCertificate);
    if (withSystem) return { ca: [...authorities('default'), ...authorities('system'), ...this.#extra] };
    return this.#extra.length === 0 ? {} : { ca: [...authorities('default'), ...this.#extra] };
  }

  /** Whether asking again with the system's authorities can change the answer. */
  get hasSystem(): boolean {
    return systemReadable();
  }
}

function isSame(one: ShownCertificate, other: ShownCertificate): boolean {
  if ('pfx' in one || 'pfx' in other) return one === other;
  return one.certificate === other.certificate && one.key === other.key;
}

interface ClientContext {
  readonly shown: ShownCertificate;
  readonly withSystem: boolean;
  readonly context: SecureContext;
}

/** `tls.getCACertificates` came with Node 22.15. */
function systemReadable(): boolean {
  return 'getCACertificates' in tls;
}

function authorities(kind: 'default' | 'system'): readonly string[] {
  if (systemReadable()) return tls.getCACertificates(kind);
  return kind === 'default' ? tls.rootCertificates : [];
}

/** Node passes over what it cannot read, and the person would look for the fault at the server. */
function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new KeyturnError('tls_failed', "Couldn't read one of the extra CA certificates.", {
      cause,
      hint: 'Use certificates in PEM: text that starts with -----BEGIN CERTIFICATE-----.',
    });
  }
}
