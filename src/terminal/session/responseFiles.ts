import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { foldersUpward } from '../../node/foldersUpward.ts';
import { checkResponsePlace, writeResponsePlace } from '../../node/responseFiles.ts';
import type { ResponseFiles } from '../../run/responseFiles.ts';

/** Responses go into the repository of the request file; where there is none, into its own folder. */
export const responseFiles: ResponseFiles = {
  async check(file, from) {
    await checkResponsePlace({ ...file, from, within: await homeOf(from) });
  },
  async write(file, from, body) {
    const path = await writeResponsePlace({ ...file, from, within: await homeOf(from) }, body);
    return relative(dirname(from), path);
  },
};

async function homeOf(from: string): Promise<string> {
  const folder = dirname(from);
  const top = (await foldersUpward(folder, null)).at(-1);
  return top !== undefined && existsSync(join(top, '.git')) ? top : folder;
}
