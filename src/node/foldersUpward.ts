import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOwn } from './fileOwner.ts';

/**
 * The folders of this computer in which a search from `folder` upward looks, nearest first. The last one is `top` where
 * it is on the way, the root of a repository, the home folder, a folder of another user than the one
 * of `top` (every file in it is left aside), or the root.
 */
export async function foldersUpward(folder: string, top: string | null): Promise<string[]> {
  const home = await statOf(homedir());
  const highest = top === null ? null : await statOf(top);
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if (dirname(at) === at || at === top) return folders;
    const found = await statOf(at);
    // A document that is not saved yet may name a folder that is not there.
    if (found === null) continue;
    if (isSame(found, home) || isSame(found, highest)) return folders;
    if (found.uid !== highest?.uid && !isOwn(found, at)) return folders;
    if ((await lstat(join(at, '.git')).catch(() => null)) !== null) return folders;
  }
}

/** Null where there is none. */
async function statOf(folder: string): Promise<BigIntStats | null> {
  return stat(folder, { bigint: true }).catch(() => null);
}

/** However the two are spelled. */
function isSame(one: BigIntStats, other: BigIntStats | null): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
