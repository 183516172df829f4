import type { Token } from './token.ts';

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

/** Tokens and other secrets in a SecretStore; tokens are validated when read, keys come from token/key. */
export interface TokenStore {
  get(key: string): Promise<Token | null>;
  set(token: Token): Promise<void>;
  /** With what is kept below the key: tokens for single requests. */
  delete(key: string): Promise<void>;
  /** Those of the tokens, sorted; nothing is read. */
  keys(): Promise<string[]>;
  list(): Promise<Token[]>;
  getSecret(key: string): Promise<string | null>;
  setSecret(key: string, secret: string): Promise<void>;
  deleteSecret(key: string): Promise<void>;
  onDidChange(listener: (key: string) => void): { dispose(): void };
}
