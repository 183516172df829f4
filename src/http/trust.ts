import { X509Certificate } from 'node:crypto';
import tls, { type SecureContext } from 'node:tls';
import { KeyturnError } from '../errors.ts';

/**
 * Which certificate authorities are trusted: Node's own and the extra ones first, and the system's only once a server
 * needs them, since reading the system's store costs more than a whole request.
 */
export class Trust {
  readonly #extra: readonly string[];
  #first: SecureContext | null = null;
  #withSystem: SecureContext | null = null;

  /** `extra`: certificates in PEM. */
  constructor(extra: readonly string[]) {
    this.#extra = extra;
  }

  /** Fails with `tls_failed` when one of the extra certificates is none. */
  context(withSystem: boolean): SecureContext {
    if (withSystem) {
      this.#withSystem ??= tls.createSecureContext({
        ca: [...authorities('default'), ...authorities('system'), ...this.#extra],
      });
      return this.#withSystem;
    }
    if (this.#first === null) this.#extra.forEach(checkCertificate);
    this.#first ??=
      this.#extra.length === 0
        ? tls.createSecureContext()
        : tls.createSecureContext({ ca: [...authorities('default'), ...this.#extra] });
    return this.#first;
  }

  /** Whether asking again with the system's authorities can change the answer. */
  get hasSystem(): boolean {
    return systemReadable();
  }
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
    throw new KeyturnError('tls_failed', 'One of the extra CA certificates cannot be read.', {
      cause,
      hint: 'Give certificates in PEM: text that starts with -----BEGIN CERTIFICATE-----.',
    });
  }
}
