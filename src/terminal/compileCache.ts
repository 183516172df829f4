import { type Stats, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './session/stateFolder.ts';

/**
 * The folder in which Node keeps what it compiled of the larger chunks for the next call; made where it is missing.
 * Node runs what it finds there, so it is null unless only this user can write to it: in CI, where caches come from
 * elsewhere, and where the folder or one above it belongs to another user or lets others write.
 */
export function compileCacheFolder(env: NodeJS.ProcessEnv): string | null {
  if ((env['CI'] ?? '') !== '') return null;
  const folder = join(cacheFolder(env), 'code');
  try {
    const missing: string[] = [];
    let part = folder;
    for (; lstatSync(part, { throwIfNoEntry: false }) === undefined; part = dirname(part))
      missing.unshift(part);
    if (!isOurs(part, missing.length > 0)) return null;
    for (const path of missing) mkdirSync(path, { mode: 0o700 });
    return isOurs(folder, false) ? folder : null;
  } catch {
    return null;
  }
}

/** No other user can put files there, nor put another folder in its place. Windows keeps this folder private itself. */
function isOurs(folder: string, above: boolean): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true;
  const real = realpathSync(folder);
  if (!isSafe(lstatSync(real), user, above)) return false;
  for (let part = dirname(real); ; part = dirname(part)) {
    if (!isSafe(lstatSync(part), user, true)) return false;
    if (dirname(part) === part) return true;
  }
}

/** In a folder with the sticky bit others can make entries, but not replace ours. */
function isSafe({ uid, mode }: Stats, user: number, above: boolean): boolean {
  if (uid !== user && !(above && uid === 0)) return false;
  return (mode & 0o022) === 0 || (above && (mode & 0o1000) !== 0);
}
