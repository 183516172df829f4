import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { l10n } from 'vscode';
import { KeyturnError } from '../../../base/errors.ts';
import { isLauncher } from './text.ts';

/** What stands at a path: a launcher of Keyturn's own, something else, or nothing. */
export type Occupant = 'launcher' | 'other' | 'nothing';

/** A link counts as something else, whatever it leads to: `npm link` makes one. */
export async function occupantOf(file: string): Promise<Occupant> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || stats.size > 10_000) return 'other';
    return isLauncher(await readFile(file, 'utf8')) ? 'launcher' : 'other';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'nothing';
    return 'other';
  }
}

/** Makes the folder where it is missing. Replaces a link itself, and not what it leads to. */
export async function writeLauncher(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(partial, text, { mode: 0o755, flag: 'wx' });
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new KeyturnError('file_unreadable', l10n.t("Couldn't write {0}.", file), {
      cause,
      hint: l10n.t('Choose a folder that you may write to.'),
    });
  }
}
