/**
 * Strings kept secret under string keys: the editor's SecretStorage, the system's keychain, or (in tests) memory.
 * A write that is refused rejects with `store_write_failed`, a keychain that is locked with `store_locked`, one
 * that is not there with `store_unavailable`.
 */
export interface SecretStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
  /** Tells the key that this or another window changed. */
  onDidChange?(listener: (key: string) => void): { dispose(): void };
}
