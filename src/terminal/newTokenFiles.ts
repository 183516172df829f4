import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { KeyturnError } from '../errors.ts';
import { environmentName, NEW_TOKEN_FILE_PREFIX } from '../secretVariables.ts';
import type { TokenManagerOptions } from '../token/managerOptions.ts';

/**
 * Writes a refresh token that replaces the one of a variable into the file that another variable names, for the next
 * step of a pipeline. The file is the person's alone, and holds the old token or the new one, never half of one.
 */
export function newTokenFiles(
  env: Readonly<Record<string, string | undefined>>,
): NonNullable<TokenManagerOptions['presetReplaced']> {
  return async ({ name }, refreshToken) => {
    const variable = NEW_TOKEN_FILE_PREFIX + environmentName(name);
    const path = env[variable] ?? '';
    if (path === '') return false;
    const unfinished = `${path}.${randomUUID()}`;
    try {
      await writeFile(unfinished, refreshToken, { mode: 0o600, flag: 'wx' });
      await rename(unfinished, path);
      return true;
    } catch (cause) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw new KeyturnError(
        'store_write_failed',
        `The new refresh token "${name}" could not be written to the file of ${variable}, and is kept for this run alone.`,
        { cause, hint: 'Name a file in a folder that can be written to.', data: { token: name } },
      );
    }
  };
}
