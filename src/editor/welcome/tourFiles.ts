import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of the copy that are not as they were packed: the person changed them, or an update did. */
export async function changedFiles(packed: string, copy: string): Promise<string[]> {
  const changed: string[] = [];
  for (const name of await readdir(packed)) {
    const there = await readFile(join(copy, name)).catch(() => null);
    if (there !== null && !there.equals(await readFile(join(packed, name)))) changed.push(name);
  }
  return changed;
}

/** Puts the files of the tour where the person can change them. Leaves those that are there, unless `anew`. */
export async function copyTour(packed: string, copy: string, anew: boolean): Promise<void> {
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(packed)) await cp(join(packed, name), join(copy, name), { force: anew });
}
