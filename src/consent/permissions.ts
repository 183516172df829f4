import { createHash } from 'node:crypto';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import { type AllowedOrigin, createConsentStore, type ConsentStore, originText } from './origins.ts';
import { readSecretKey, readTokenKey, type SecretKind } from '../profile/key.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import { placeText } from './places.ts';
import type { ConsentQuestion } from './question.ts';
import { certificateText, type TrustedCertificate, TrustedCertificates } from './trustedCertificates.ts';
import { consentText, keptConsents, toldConsent, withdrawConsent } from './record.ts';

/** What the person allowed until it is withdrawn. */
export type Permission = {
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
export class Permissions {
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
  async list(): Promise<Permission[]> {
    const [kept, tokens, certificates] = await Promise.all([
      keptConsents(this.#values),
      this.#consent.all(),
      this.#certificates.all(),
    ]);
    const permissions: Permission[] = kept.map((question) => {
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
        permissions.push({
          kind: 'origin',
          id: idOf([tokenKey, originText(allowed.origin)]),
          tokenName,
          tokenKey,
          ...allowed,
        });
      }
      for (const place of places) {
        permissions.push({
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
      permissions.push({ kind: 'certificate', id: idOf([host, sha256]), tokenName: host, certificate });
    }
    const order = (one: Permission) => `${one.tokenName}\n${permissionText(one)}`;
    return permissions.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  /** From then on the person is asked. Fails like the store. */
  async withdraw(permission: Permission, cause: string): Promise<void> {
    switch (permission.kind) {
      case 'source':
        await withdrawConsent(this.#values, permission.question);
        break;
      case 'origin':
        await this.#consent.withdrawOrigin(permission.tokenKey, permission.origin);
        break;
      case 'place':
        await this.#consent.withdrawPlace(permission.tokenKey, permission.place);
        break;
      case 'certificate':
        await this.#certificates.withdraw(permission.certificate);
        break;
    }
    const event = tokenEvent('withdrawn', { name: permission.tokenName, accessToken: null }, cause);
    const origin = permission.kind === 'origin' ? permission.origin : null;
    this.#audit.record({ ...event, origin, detail: permissionText(permission) });
  }
}

/** What a permission covers, in one line, as the audit has it. */
export function permissionText(permission: Permission): string {
  switch (permission.kind) {
    case 'source':
      return toldConsent(permission.question);
    case 'origin':
      return originText(permission.origin);
    case 'place':
      return placeText(permission.place, permission.secret === null ? [] : [permission.secret]);
    case 'certificate':
      return certificateText(permission.certificate);
  }
}

/** The file that asked for it; null for a token that no file declares. */
export function askedForBy(permission: Permission): string | null {
  switch (permission.kind) {
    case 'source':
      return permission.question.declaredIn;
    case 'origin':
      return permission.declaredIn;
    case 'place':
      return permission.place;
    case 'certificate':
      return null;
  }
}

function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
