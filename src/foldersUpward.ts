import { lstat, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOwn } from './fileOwner.ts';

/**
 * The folders of this computer in which a search from `folder` upward looks, nearest first. The last one is `top` where
 * it is on the way, the root of a repository, the home folder, a folder of another user (in which every file is left
 * aside), or the root.
 */
export async function foldersUpward(folder: string, top: string | null): Promise<string[]> {
  const home = await identity(homedir());
  const highest = top === null ? null : await identity(top);
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if (dirname(at) === at || at === top) return folders;
    const found = await stat(at, { bigint: true }).catch(() => null);
    // A document that is not saved yet may name a folder that is not there.
    if (found === null) continue;
    const here = `${found.dev} ${found.ino}`;
    if (here === home || here === highest || !isOwn(found, at)) return folders;
    if ((await lstat(join(at, '.git')).catch(() => null)) !== null) return folders;
  }
}

/** The same for every path that leads to one folder; null where there is none. */
async function identity(folder: string): Promise<string | null> {
  const found = await stat(folder, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev} ${found.ino}`;
}
