import { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import type { Keychain } from '../../sources/keychain.ts';

/** How long the keychain's process stays after its last use. */
const IDLE_MS = 60_000;

/**
 * The system's keychain as this window uses it: now and then, and for days. Its process is started when it is needed
 * and ends soon after; one that failed, over a keychain that was locked, is not asked again.
 */
export class WindowKeychain implements Keychain {
  #store: KeychainSecretStore | null = null;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  read(service: string, account: string | null, signal: AbortSignal): Promise<string | null> {
    return this.use((store) => store.read(service, account, signal));
  }

  async use<T>(work: (store: KeychainSecretStore) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    const store = (this.#store ??= new KeychainSecretStore());
    this.#users++;
    try {
      return await work(store);
    } catch (error) {
      if (this.#store === store) this.#store = null;
      throw error;
    } finally {
      this.#users--;
      if (this.#store !== store) store.dispose();
      else if (this.#users === 0) this.#idle = setTimeout(() => this.dispose(), IDLE_MS);
    }
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#store?.dispose();
    this.#store = null;
  }
}
