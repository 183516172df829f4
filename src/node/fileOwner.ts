import { delimiter, isAbsolute, resolve, sep } from 'node:path';
import { isInside } from './localPath.ts';

/** Of a file or folder; Windows has none. */
interface Owned {
  readonly uid: number | bigint;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a file or folder belongs to the person or to the system, so that no other user put it there. Behind `sudo` the
 * person is who called it. KEYTURN_SAFE_FOLDERS names folders in which the owner does not matter, as in a container
 * that mounts the files of another user.
 */
export function isOwn({ uid }: Owned, path: string, env: Environment = process.env): boolean {
  const own = process.getuid?.();
  if (own === undefined) return true;
  const owner = Number(uid);
  if (owner === 0 || owner === own) return true;
  const caller = env['SUDO_UID'];
  if (own === 0 && caller !== undefined && /^\d{1,10}$/.test(caller) && owner === Number(caller)) return true;
  return safeFolders(env).some((folder) => isInside(folder, path, sep));
}

function safeFolders(env: Environment): string[] {
  const named = (env['KEYTURN_SAFE_FOLDERS'] ?? '').split(delimiter);
  return named.filter((folder) => isAbsolute(folder)).map((folder) => resolve(folder));
}
