import * as v from 'valibot';
import type { PeerCertificate } from '../http/peerCertificate.ts';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import type { KeyValueStore } from '../base/keyValue.ts';

/** A certificate that the person trusts for one host, although no trusted authority vouches for it. */
export type TrustedCertificate = Pick<PeerCertificate, 'host' | 'sha256' | 'subject' | 'issuer' | 'validTo'>;

/** A key for each host, so that windows do not overwrite one another's. */
const KEY_PREFIX = 'certificate ';

const schema = v.object({
  host: v.string(),
  sha256: v.string(),
  subject: v.string(),
  issuer: v.string(),
  validTo: v.string(),
});

/** The store is read at every handshake: what one window withdraws holds in the others. */
export class TrustedCertificates {
  readonly #values: KeyValueStore;

  constructor(values: KeyValueStore) {
    this.#values = values;
  }

  /** Whether exactly this certificate is trusted for exactly this host. */
  async accepts(host: string, sha256: string): Promise<boolean> {
    return (await this.#read(KEY_PREFIX + host))?.sha256 === sha256;
  }

  /** Takes the place of another one of the host. */
  async trust(certificate: PeerCertificate, audit: AuditRecorder, cause: string): Promise<void> {
    const { host, sha256, subject, issuer, validTo } = certificate;
    await this.#values.set(KEY_PREFIX + host, { host, sha256, subject, issuer, validTo });
    const event = tokenEvent('allowed', { name: host, accessToken: null }, cause);
    audit.record({ ...event, detail: certificateText(certificate) });
  }

  async withdraw({ host }: TrustedCertificate): Promise<void> {
    await this.#values.set(KEY_PREFIX + host, undefined);
  }

  async all(): Promise<TrustedCertificate[]> {
    const keys = (await this.#values.keys()).filter((key) => key.startsWith(KEY_PREFIX));
    const kept = await Promise.all(keys.map((key) => this.#read(key)));
    return kept.filter((one) => one !== null);
  }

  async #read(key: string): Promise<TrustedCertificate | null> {
    const read = v.safeParse(schema, await this.#values.get(key));
    return read.success && key === KEY_PREFIX + read.output.host ? read.output : null;
  }
}

/** In one line, as the audit has it. */
export function certificateText({ subject, sha256 }: Pick<TrustedCertificate, 'subject' | 'sha256'>): string {
  return `certificate ${subject} ${sha256}`;
}
