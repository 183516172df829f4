import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { LauncherPlace } from './text.ts';

export interface Surroundings extends LauncherPlace {
  /** The value of PATH. */
  readonly path: string;
}

export interface ProposedFolder {
  readonly path: string;
  readonly onPath: boolean;
}

/** Belong to the system, even where the person may write to them. */
const systemFolders = /^\/(?:usr\/)?(?:s?bin|games)$|^\/usr\/local\/(?:sbin|games)$/;
/** Belong to a package manager or to the editor, which empty them. */
const managedFolders = /node_modules|remote-cli/i;

/** Folders of the PATH that the person may write to, those in the home folder first; then the usual one that is not on it. */
export async function proposedFolders(surroundings: Surroundings): Promise<ProposedFolder[]> {
  const { platform, home } = surroundings;
  const paths = platform === 'win32' ? win32 : posix;
  const listed: string[] = [];
  for (const folder of pathFolders(surroundings)) {
    if (await isFitting(folder, surroundings)) listed.push(folder);
  }
  const own = (folder: string) => isInside(folder, home, platform);
  const proposed = [...listed.filter(own), ...listed.filter((folder) => !own(folder))].map((path) => ({
    path,
    onPath: true,
  }));
  const usual = platform === 'win32' ? paths.join(home, 'bin') : paths.join(home, '.local/bin');
  return isOnPath(usual, surroundings) ? proposed : [...proposed, { path: usual, onPath: false }];
}

export function isOnPath(folder: string, surroundings: Surroundings): boolean {
  const wanted = comparable(folder, surroundings.platform);
  return pathFolders(surroundings).some((each) => comparable(each, surroundings.platform) === wanted);
}

/** The file that a terminal starts before the one in `folder`; null where that one comes first. */
export async function shadowing(
  folder: string,
  names: readonly string[],
  surroundings: Surroundings,
): Promise<string | null> {
  const { platform } = surroundings;
  const wanted = comparable(folder, platform);
  const paths = platform === 'win32' ? win32 : posix;
  for (const each of pathFolders(surroundings)) {
    if (comparable(each, platform) === wanted) return null;
    for (const name of names) {
      const file = paths.join(each, name);
      if ((await stat(file).catch(() => null))?.isFile() === true) return file;
    }
  }
  return null;
}

/** Whole paths, each once, without a separator at the end. */
function pathFolders({ platform, path }: Surroundings): string[] {
  const paths = platform === 'win32' ? win32 : posix;
  const folders = new Map<string, string>();
  for (const part of path.split(paths.delimiter)) {
    const folder = paths.normalize(part.replace(/^"(.*)"$/, '$1')).replace(/(?<=[^/\\:])[/\\]+$/, '');
    const key = comparable(folder, platform);
    if (paths.isAbsolute(folder) && !folders.has(key)) folders.set(key, folder);
  }
  return [...folders.values()];
}

function comparable(folder: string, platform: NodeJS.Platform): string {
  const plain = folder.replace(/(?<=[^/\\:])[/\\]+$/, '');
  return platform === 'win32' ? plain.toLowerCase() : plain;
}

function isInside(folder: string, parent: string, platform: NodeJS.Platform): boolean {
  const { sep } = platform === 'win32' ? win32 : posix;
  return comparable(folder, platform).startsWith(comparable(parent, platform) + sep);
}

async function isFitting(folder: string, { platform, home }: Surroundings): Promise<boolean> {
  if (systemFolders.test(folder) || managedFolders.test(folder)) return false;
  // Windows says of every folder that it can be written to.
  if (platform === 'win32' && !isInside(folder, home, platform)) return false;
  const stats = await stat(folder).catch(() => null);
  if (stats?.isDirectory() !== true) return false;
  // Where all users may write, another user could replace the launcher.
  if (platform !== 'win32' && (stats.mode & 0o002) !== 0) return false;
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
