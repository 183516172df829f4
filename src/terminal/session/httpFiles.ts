import { resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { fileLimits } from '../../base/files.ts';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import type { Dialect, HttpFile } from '../../httpfile/parse/tree.ts';
import { dialectOf } from './dialects.ts';
import { nodeFiles } from './nodeFiles.ts';
import { requireRequestFile } from './requestFileName.ts';

export interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly tree: HttpFile;
}

/**
 * Reads and parses a file named on the command line, in a dialect that is given or found out. Fails with `usage` for one that is no request file, and with `file_unreadable`.
 */
export async function readHttpFile(
  cwd: string,
  file: string,
  signal: AbortSignal,
  { trusted = true, dialect = null }: { readonly trusted?: boolean; readonly dialect?: Dialect | null } = {},
): Promise<ReadFile> {
  const path = resolve(cwd, file);
  await requireRequestFile(file, path);
  const bytes = await nodeFiles.read(path, {
    from: path,
    trusted,
    maxBytes: fileLimits.requests,
    name: file,
    signal,
  });
  if (bytes === null) throw new KeyturnError('file_unreadable', `There is no file ${file}.`);
  const text = new TextDecoder().decode(bytes);
  const chosen = dialect ?? (await dialectOf(path, text, { trusted, signal }));
  return { path, text, tree: parseHttpFile(text, { dialect: chosen }) };
}
