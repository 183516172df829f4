import { KeyturnError } from '../base/errors.ts';
import { SingleFlight } from '../base/singleFlight.ts';
import type { AskedSecret } from '../profile/key.ts';
import { secretKey, type SecretKind } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { TokenStore } from './store.ts';

/** Secrets that Keyturn makes itself, such as the key of DPoP proofs. */
export type KeptSecret = Exclude<SecretKind, AskedSecret>;

/**
 * Makes each such secret once and keeps it in the store. Where the store cannot be read or written, as with a
 * keychain that is not there, the secret lives as long as the program does.
 */
export class KeptSecrets {
  readonly #store: TokenStore;
  readonly #redactor: Redactor;
  readonly #unsaved = new Map<string, string>();
  readonly #making = new SingleFlight<string>();

  constructor(store: TokenStore, redactor: Redactor) {
    this.#store = store;
    this.#redactor = redactor;
  }

  /** What was made before; null when nothing was. */
  async find(kind: KeptSecret, profile: TokenProfile): Promise<string | null> {
    const key = secretKey(kind, profile);
    const value = this.#unsaved.get(key) ?? (await this.#store.getSecret(key));
    return value === null ? null : this.#known(value, profile);
  }

  /** What was made before, else what `make` makes now. */
  async keep(kind: KeptSecret, profile: TokenProfile, make: () => Promise<string>): Promise<string> {
    const key = secretKey(kind, profile);
    return this.#known(await this.#making.run(key, () => this.#findOrMake(key, make)), profile);
  }

  async #findOrMake(key: string, make: () => Promise<string>): Promise<string> {
    const unsaved = this.#unsaved.get(key);
    if (unsaved !== undefined) return unsaved;
    try {
      const stored = await this.#store.getSecret(key);
      if (stored !== null) return stored;
    } catch (error) {
      // Nothing is written over what could not be read: tokens may be bound to it.
      if (!(error instanceof KeyturnError)) throw error;
      return this.#keepUnsaved(key, await make());
    }
    const made = await make();
    try {
      await this.#store.setSecret(key, made);
      // Another process may have made one at the same moment; the store says which one counts.
      return (await this.#store.getSecret(key)) ?? made;
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      return this.#keepUnsaved(key, made);
    }
  }

  #keepUnsaved(key: string, value: string): string {
    this.#unsaved.set(key, value);
    return value;
  }

  #known(value: string, profile: TokenProfile): string {
    const label = `key of ${profile.name}`;
    this.#redactor.register(value, label);
    // Of a JWK the private part alone is a secret too (RFC 7518 section 6.2.2).
    const privatePart = /"d":"([\w-]+)"/.exec(value)?.[1];
    if (privatePart !== undefined) this.#redactor.register(privatePart, label);
    return value;
  }
}
