import * as v from 'valibot';
import { KeyturnError } from '../base/errors.ts';
import { readTokenKey, type SecretKind, secretKindOf } from '../profile/key.ts';
import type { TokenStore } from './store.ts';
import type { SecretStore } from '../base/secretStore.ts';
import type { Token } from './token.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const time = v.pipe(v.number(), v.finite());

const sendAsSchema = v.union([
  v.object({ scheme: text }),
  v.object({ header: text }),
  v.object({ query: text }),
  v.object({ basic: v.object({ username: v.exactOptional(v.string()) }) }),
]);

const storedSchema = v.object({
  key: text,
  name: text,
  accessToken: v.string(),
  refreshToken: v.nullable(text),
  idToken: v.optional(v.nullable(text), null),
  tokenType: v.nullable(v.string()),
  scope: v.nullable(v.string()),
  expiresAtMs: v.nullable(time),
  obtainedAtMs: time,
  receivers: v.exactOptional(v.array(text)),
  personal: v.nullable(v.object({ origins: v.pipe(v.array(text), v.minLength(1)), sendAs: sendAsSchema })),
});

/** A token as it is kept; transfer files hold the same. */
export const tokenSchema = v.pipe(
  storedSchema,
  v.check(({ accessToken, refreshToken }) => accessToken !== '' || refreshToken !== null),
);

/**
 * Tokens and other secrets in a SecretStore, one secret each. An entry that cannot be read as a token fails `get`
 * with `store_corrupt`; in `list` it is left out and told to `report`.
 */
export function createTokenStore(secrets: SecretStore, report?: (error: KeyturnError) => void): TokenStore {
  const listeners = new Set<(key: string) => void>();
  const changed = (key: string) => {
    if (isOurs(key)) for (const listener of [...listeners]) listener(key);
  };
  // A store that tells of changes tells of our own too.
  const tellsChanges = secrets.onDidChange !== undefined;
  let subscription: { dispose(): void } | undefined;

  const get = async (key: string) => {
    const stored = await secrets.get(key);
    return stored === null ? null : parseToken(key, stored);
  };
  const keys = async () => (await secrets.keys()).filter((key) => readTokenKey(key) !== null).sort();
  const write = async (key: string, value: string, what: string) => {
    try {
      await secrets.set(key, value);
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      throw new KeyturnError(
        'store_write_failed',
        `Couldn't save ${what}: the secret storage or keychain refused.`,
        {
          cause: error,
          hint: 'What was stored before is still there: unlock or repair the store, then try again.',
        },
      );
    }
    if (!tellsChanges) changed(key);
  };
  const remove = async (key: string) => {
    await secrets.delete(key);
    if (!tellsChanges) changed(key);
  };

  return {
    get,
    set: (token) => write(token.key, JSON.stringify(token), `the token "${token.name}"`),
    async delete(key) {
      await remove(key);
      // Tokens with less scope that were made of it.
      const below = (await secrets.keys()).filter((other) => other.startsWith(`${key}:`));
      for (const other of below) await remove(other);
    },
    keys,
    async list() {
      const tokens = await Promise.all(
        (await keys()).map(async (key) => {
          try {
            return await get(key);
          } catch (error) {
            if (!KeyturnError.is(error, 'store_corrupt')) throw error;
            report?.(error);
            return null;
          }
        }),
      );
      return tokens.filter((token) => token !== null);
    },
    getSecret: (key) => secrets.get(key),
    setSecret: (key, secret) => write(key, secret, secretNames[secretKindOf(key) ?? 'client_secret']),
    deleteSecret: remove,
    onDidChange(listener) {
      listeners.add(listener);
      subscription ??= secrets.onDidChange?.(changed);
      return {
        dispose() {
          listeners.delete(listener);
          if (listeners.size > 0) return;
          subscription?.dispose();
          subscription = undefined;
        },
      };
    },
  };
}

const secretNames: Readonly<Record<SecretKind, string>> = {
  client_secret: 'the client secret',
  password: 'the password',
  private_key: 'the private key',
  dpop_key: 'the key of its proofs',
  verification_key: 'the verification key',
  decryption_key: 'the decryption key',
};

function isOurs(key: string): boolean {
  return readTokenKey(key) !== null || secretKindOf(key) !== null;
}

function parseToken(key: string, stored: string): Token {
  // Neither the text nor what the parser says of it may reach a message: both hold the secret.
  const parsed = v.safeParse(tokenSchema, parseJson(stored));
  if (!parsed.success || parsed.output.key !== key) {
    const name = readTokenKey(key)?.name ?? key;
    throw new KeyturnError('store_corrupt', `Couldn't read the stored token "${name}".`, {
      hint: 'Delete the token and add it again.',
      data: { token: name, key },
    });
  }
  return parsed.output;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
