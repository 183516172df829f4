import { homedir } from 'node:os';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseUrl } from '../../base/url.ts';

/** The absolute path of a key file; `~` is the person's own folder. Null for a path that is neither. */
export function keyFilePath(text: string): string | null {
  if (text === '~' || text.startsWith('~/') || text.startsWith(`~${sep}`))
    return resolve(homedir(), text.slice(2));
  return isAbsolute(text) ? resolve(text) : null;
}

/**
 * True when the file lies in the folder of the keyturn.json or below it, where it would be shared along. False where
 * that cannot be told, as when the keyturn.json is not a file of this computer.
 */
export function isSharedAlong(path: string, declaredIn: string | null): boolean {
  const file = declaredIn === null ? null : localPath(declaredIn);
  if (file === null) return false;
  const way = relative(dirname(file), path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function localPath(location: string): string | null {
  if (isAbsolute(location)) return location;
  const url = parseUrl(location);
  if (url?.protocol !== 'file:') return null;
  try {
    return fileURLToPath(url);
  } catch {
    // A host in it, or a path that this system does not have.
    return null;
  }
}
