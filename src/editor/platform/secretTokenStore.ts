import { l10n, type SecretStorage } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { SecretStore } from '../../base/secretStore.ts';

/** The editor's SecretStorage, encrypted with a key of the system's keychain and never synchronised. */
export class SecretTokenStore implements SecretStore {
  readonly #secrets: SecretStorage;
  readonly #subscription: { dispose(): void };
  readonly #listeners = new Set<(key: string) => void>();
  /** Keys that may be stored: asking for one that is not would cost a round trip to the editor's main process. */
  #known: Promise<Set<string>> | null = null;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => void this.#changed(key));
  }

  async get(key: string): Promise<string | null> {
    try {
      this.#known ??= this.#read();
      if (!(await this.#known).has(key)) return null;
      return (await this.#secrets.get(key)) ?? null;
    } catch (error) {
      this.#known = null;
      throw unavailable(error);
    }
  }

  async set(key: string, value: string): Promise<void> {
    try {
      await this.#secrets.store(key, value);
    } catch (error) {
      throw refused(error);
    }
    (await this.#known?.catch(() => null))?.add(key);
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
      this.#known = this.#read();
      return [...(await this.#known)];
    } catch (error) {
      this.#known = null;
      throw unavailable(error);
    }
  }

  /** Fires for changes of every window, this one included. */
  onDidChange(listener: (key: string) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  async #read(): Promise<Set<string>> {
    return new Set(await this.#secrets.keys());
  }

  async #changed(key: string): Promise<void> {
    const known = await this.#known?.catch(() => null);
    known?.add(key);
    for (const listener of [...this.#listeners]) listener(key);
  }
}

function refused(cause: unknown): KeyturnError {
  return new KeyturnError(
    'store_write_failed',
    l10n.t("Couldn't write to the editor's secret storage. Nothing was changed."),
    {
      cause,
      hint: l10n.t('Unlock the keychain of your system, then try again.'),
    },
  );
}

function unavailable(cause: unknown): KeyturnError {
  return new KeyturnError('store_unavailable', l10n.t("Couldn't read the editor's secret storage."), {
    cause,
    hint: l10n.t('Unlock the keychain of your system, then reload the window.'),
  });
}
