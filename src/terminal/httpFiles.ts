import { resolve } from 'node:path';
import { KeyturnError } from '../errors.ts';
import { fileLimits } from '../files.ts';
import { parseHttpFile } from '../httpfile/parse.ts';
import type { HttpFile } from '../httpfile/tree.ts';
import { nodeFiles } from './nodeFiles.ts';

/** Reads and parses a file named on the command line: `file_unreadable`. */
export async function readHttpFile(
  cwd: string,
  file: string,
  signal: AbortSignal,
): Promise<{ path: string; tree: HttpFile }> {
  const path = resolve(cwd, file);
  const bytes = await nodeFiles.read(path, {
    from: null,
    trusted: true,
    maxBytes: fileLimits.requests,
    name: file,
    signal,
  });
  if (bytes === null) throw new KeyturnError('file_unreadable', `There is no file ${file}.`);
  return { path, tree: parseHttpFile(new TextDecoder().decode(bytes)) };
}
