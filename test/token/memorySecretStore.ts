import type { SecretStore } from '../../src/base/secretStore.ts';

/** Secrets for as long as the process lives: for a command without a keychain. */
export function createMemorySecretStore(): SecretStore {
  const secrets = new Map<string, string>();
  const listeners = new Set<(key: string) => void>();
  const changed = (key: string) => {
    for (const listener of [...listeners]) listener(key);
  };
  return {
    get: (key) => Promise.resolve(secrets.get(key) ?? null),
    set(key, value) {
      secrets.set(key, value);
      changed(key);
      return Promise.resolve();
    },
    delete(key) {
      if (secrets.delete(key)) changed(key);
      return Promise.resolve();
    },
    keys: () => Promise.resolve([...secrets.keys()]),
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
}
