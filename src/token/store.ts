import type { Token } from './token.ts';

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
