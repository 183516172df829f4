import { KeyturnError } from '../../base/errors.ts';
import { fileLimits, type Files } from '../../base/files.ts';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';

export interface RequestFileRead {
  readonly location: string;
  /** The file that names it: only its workspace or repository is read. */
  readonly from: string;
  /** As messages about reading call it. */
  readonly name: string;
  /** The same, with the line that names it. */
  readonly shown: string;
  /** By default the one that its text shows. */
  readonly dialect?: HttpFile['dialect'];
  readonly signal: AbortSignal | undefined;
}

/** Reads a request file that another file names. Fails with `file_unreadable`. */
export async function readRequestFile(
  files: Pick<Files, 'read'>,
  { location, from, name, shown, dialect, signal }: RequestFileRead,
): Promise<HttpFile> {
  const read = files.read(location, {
    from,
    // Requests of a file outside of the workspace are no part of it, also where the workspace is trusted.
    trusted: false,
    maxBytes: fileLimits.requests,
    name,
    ...(signal && { signal }),
  });
  const bytes = await read.catch((error: unknown) => {
    if (!KeyturnError.is(error, 'untrusted_workspace')) throw error;
    throw new KeyturnError('file_unreadable', `${shown} lies outside of the workspace.`, {
      hint: 'Keyturn reads request files only from the folder of the workspace or the repository.',
      cause: error,
    });
  });
  if (bytes === null) throw new KeyturnError('file_unreadable', `There is no file ${shown}.`);
  return parseHttpFile(new TextDecoder().decode(bytes), dialect === undefined ? {} : { dialect });
}
