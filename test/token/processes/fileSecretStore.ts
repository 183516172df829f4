import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStore } from '../../../src/base/secretStore.ts';

/**
 * A secret store that several processes share, one file each, as a keychain does it: a write is there whole or not
 * at all, and no other process is told of it. `halfWritten` is called when a write has begun and is not there yet.
 */
export function createFileSecretStore(
  folder: string,
  halfWritten: () => Promise<void> = () => Promise.resolve(),
): SecretStore {
  const path = (key: string) => join(folder, createHash('sha256').update(key).digest('hex'));
  return {
    get: (key) =>
      readFile(path(key), 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }),
    async set(key, value) {
      const draft = `${path(key)}.${randomUUID()}`;
      await writeFile(draft, value);
      await halfWritten();
      await rename(draft, path(key));
    },
    delete: (key) => rm(path(key), { force: true }),
    keys: async () => (await readdir(folder)).filter((name) => !name.includes('.')),
  };
}
