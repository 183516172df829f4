import type { SecretStorage } from 'vscode';
import { KeyturnError } from '../errors.ts';
import type { SecretStore } from '../token/store.ts';

/** The editor's SecretStorage, encrypted with a key of the system's keychain and never synchronised. */
export class SecretTokenStore implements SecretStore {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  async get(key: string): Promise<string | null> {
    try {
      return (await this.#secrets.get(key)) ?? null;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async set(key: string, value: string): Promise<void> {
    try {
      await this.#secrets.store(key, value);
    } catch (error) {
      throw refused(error);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#secrets.delete(key);
    } catch (error) {
      throw refused(error);
    }
  }

  async keys(): Promise<string[]> {
    try {
      return await this.#secrets.keys();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Fires for changes of every window, this one included. */
  onDidChange(listener: (key: string) => void): { dispose(): void } {
    return this.#secrets.onDidChange((event) => listener(event.key));
  }
}

function refused(cause: unknown): KeyturnError {
  return new KeyturnError(
    'store_write_failed',
    'The secret storage of the editor refused to write; nothing was changed.',
    {
      cause,
      hint: 'Unlock the keychain of your system, then try again.',
    },
  );
}

function unavailable(cause: unknown): KeyturnError {
  return new KeyturnError('store_unavailable', 'The secret storage of the editor could not be read.', {
    cause,
    hint: 'Unlock the keychain of your system, then reload the window.',
  });
}
