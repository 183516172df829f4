import { createHash } from 'node:crypto';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import { type AllowedOrigin, createConsentStore, type ConsentStore, originText } from './origins.ts';
import { readSecretKey, readTokenKey, type SecretKind } from '../profile/key.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import { placeText } from './places.ts';
import type { ConsentQuestion } from './question.ts';
import { certificateText, type TrustedCertificate, TrustedCertificates } from './trustedCertificates.ts';
import { consentText, keptConsents, toldConsent, withdrawConsent } from './record.ts';

/** What the person agreed to until it is withdrawn. */
export type Agreement = {
  /** Eight hexadecimal digits, the same each time. */
  readonly id: string;
  /** Of a certificate its host. */
  readonly tokenName: string;
} & (
  | ({ readonly kind: 'origin'; readonly tokenKey: string } & AllowedOrigin)
  | {
      readonly kind: 'place';
      readonly tokenKey: string;
      readonly place: string;
      /** Of the client that `tokenName` names; null for the token itself. */
      readonly secret: SecretKind | null;
    }
  | { readonly kind: 'certificate'; readonly certificate: TrustedCertificate }
  /** That a keyturn.json uses what is the person's: a command, an account and so on. */
  | { readonly kind: 'source'; readonly question: ConsentQuestion }
);

/** Everything that is not asked about again, and the way to have it asked about again. */
export class Agreements {
  readonly #values: KeyValueStore;
  readonly #consent: ConsentStore;
  readonly #certificates: TrustedCertificates;
  readonly #audit: AuditRecorder;

  constructor(values: KeyValueStore, audit: AuditRecorder) {
    this.#values = values;
    this.#consent = createConsentStore(values);
    this.#certificates = new TrustedCertificates(values);
    this.#audit = audit;
  }

  /** By the names of the tokens. Fails like the store. */
  async list(): Promise<Agreement[]> {
    const [kept, tokens, certificates] = await Promise.all([
      keptConsents(this.#values),
      this.#consent.all(),
      this.#certificates.all(),
    ]);
    const agreements: Agreement[] = kept.map((question) => {
      const { tokenName, declaredIn } = question;
      return {
        kind: 'source',
        id: idOf([tokenName, declaredIn, consentText(question)]),
        tokenName,
        question,
      };
    });
    for (const { tokenKey, origins, places } of tokens) {
      const ofSecret = readSecretKey(tokenKey);
      const tokenName = readTokenKey(tokenKey)?.name ?? ofSecret?.name ?? tokenKey;
      const secret = ofSecret?.kind ?? null;
      for (const allowed of origins) {
        agreements.push({
          kind: 'origin',
          id: idOf([tokenKey, originText(allowed.origin)]),
          tokenName,
          tokenKey,
          ...allowed,
        });
      }
      for (const place of places) {
        agreements.push({
          kind: 'place',
          id: idOf([tokenKey, placeText(place)]),
          tokenName,
          tokenKey,
          place,
          secret,
        });
      }
    }
    for (const certificate of certificates) {
      const { host, sha256 } = certificate;
      agreements.push({ kind: 'certificate', id: idOf([host, sha256]), tokenName: host, certificate });
    }
    const order = (one: Agreement) => `${one.tokenName}\n${agreementText(one)}`;
    return agreements.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  /** From then on the person is asked. Fails like the store. */
  async withdraw(agreement: Agreement, cause: string): Promise<void> {
    switch (agreement.kind) {
      case 'source':
        await withdrawConsent(this.#values, agreement.question);
        break;
      case 'origin':
        await this.#consent.withdrawOrigin(agreement.tokenKey, agreement.origin);
        break;
      case 'place':
        await this.#consent.withdrawPlace(agreement.tokenKey, agreement.place);
        break;
      case 'certificate':
        await this.#certificates.withdraw(agreement.certificate);
        break;
    }
    const event = tokenEvent('withdrawn', { name: agreement.tokenName, accessToken: null }, cause);
    const origin = agreement.kind === 'origin' ? agreement.origin : null;
    this.#audit.record({ ...event, origin, detail: agreementText(agreement) });
  }
}

/** What an agreement covers, in one line, as the audit has it. */
export function agreementText(agreement: Agreement): string {
  switch (agreement.kind) {
    case 'source':
      return toldConsent(agreement.question);
    case 'origin':
      return originText(agreement.origin);
    case 'place':
      return placeText(agreement.place, agreement.secret === null ? [] : [agreement.secret]);
    case 'certificate':
      return certificateText(agreement.certificate);
  }
}

/** The file that asked for it; null for a token that no file declares. */
export function askedForBy(agreement: Agreement): string | null {
  switch (agreement.kind) {
    case 'source':
      return agreement.question.declaredIn;
    case 'origin':
      return agreement.declaredIn;
    case 'place':
      return agreement.place;
    case 'certificate':
      return null;
  }
}

function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
