import { formEncodedSecret } from '../../redaction/secretForms.ts';
import type { AskedSecret } from '../../profile/key.ts';
import { secretKey } from '../../profile/key.ts';
import type { TokenManagerOptions } from '../../token/managerOptions.ts';
import { missingSecret } from '../../token/missingSecret.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { registerKey } from '../../profile/keys/registerKey.ts';

export type InspectionSecretOptions = Pick<
  TokenManagerOptions,
  'store' | 'redactor' | 'preset' | 'askSecret' | 'places'
>;

/** Keys that a person gives so that tokens can be checked and opened without asking a server. */
export type HeldKey = 'verification_key' | 'decryption_key';

/** The secrets with which a client asks about tokens, and the keys that check and open them. */
export class InspectionSecrets {
  readonly #options: InspectionSecretOptions;

  constructor(options: InspectionSecretOptions) {
    this.#options = options;
  }

  /** From outside, from the store, or from the person where one may be asked. Fails with `secret_missing`. */
  async secret(profile: TokenProfile, kind: AskedSecret, interactive: boolean): Promise<string> {
    const { preset, store, askSecret, redactor, places } = this.#options;
    const key = secretKey(kind, profile);
    const given = preset?.secret(kind, profile) ?? null;
    const stored = given === null ? await store.getSecret(key) : null;
    if (stored !== null) await places?.requireSecret(profile, kind, interactive);
    const known = given ?? stored;
    const value = known ?? (interactive ? await askSecret(profile, { kind, refused: false }) : null) ?? '';
    const name = kind.replaceAll('_', ' ');
    if (value === '') throw missingSecret(profile, kind);
    const label = `${name} of ${profile.name}`;
    redactor.registerKept(value, label);
    redactor.registerKept(formEncodedSecret(value), label);
    if (known === null) {
      await store.setSecret(key, value);
      await places?.secretStored(profile, kind);
    }
    return value;
  }

  /** Null when no such key is stored, or the store cannot be read. */
  async held(profile: TokenProfile, kind: HeldKey): Promise<string | null> {
    const { store, redactor } = this.#options;
    const value = await store.getSecret(secretKey(kind, profile)).catch(() => null);
    if (value !== null) registerKey(value, profile.name, (secret, label) => redactor.register(secret, label));
    return value;
  }
}
