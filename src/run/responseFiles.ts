import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { untrusted } from '../base/untrusted.ts';
import { withoutCredentials } from '../redaction/withoutCredentials.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { HttpResponse } from '../http/message.ts';
import type { ResponseFile } from '../httpfile/resolve/responseFile.ts';

/** Writes what the file says of its responses (`>> path`), in the workspace only. Locations are those of `Files`. */
export interface ResponseFiles {
  /** Before the request is sent. Fails with `file_unreadable` where `file` may not be written for the request file `from`. */
  check(file: ResponseFile, from: string): Promise<void>;
  /**
   * Gives the path that was written, relative to the folder of `from`; it differs from that of `file` where there was such
   * a file already. Fails like `check`.
   */
  write(file: ResponseFile, from: string, body: Uint8Array): Promise<string>;
}

export interface ResponseFileParts {
  /** Absent: nothing can be written. */
  readonly responseFiles?: ResponseFiles;
}

/** Fails with `untrusted_workspace`, `unsupported`, or like `ResponseFiles.check`. */
export async function requireWritable(
  { responseFiles }: ResponseFileParts,
  files: readonly ResponseFile[],
  { file: from, trusted }: { readonly file: string; readonly trusted: boolean },
): Promise<void> {
  for (const file of files) {
    if (!trusted)
      throw untrusted('Keyturn writes responses to files only in a trusted workspace.', 'write them');
    if (responseFiles === undefined) {
      throw new KeyturnError('unsupported', `Keyturn can't write a file here (line ${file.line + 1}).`);
    }
    await responseFiles.check(file, from);
  }
}

export interface WrittenResponse {
  /** Where the body is now: sentences. */
  readonly done: readonly string[];
  /** Where it isn't, and why: sentences. */
  readonly notes: readonly string[];
  readonly error: KeyturnError | null;
}

/** Writes the body to each of the files. One that is not whole is written nowhere. */
export async function writeResponse(
  { responseFiles, redactor }: ResponseFileParts & { readonly redactor: Pick<Redactor, 'mask'> },
  files: readonly ResponseFile[],
  from: string,
  response: HttpResponse,
  savedElsewhere: boolean,
): Promise<WrittenResponse> {
  const done: string[] = [];
  const notes: string[] = [];
  for (const file of files) {
    if (savedElsewhere) {
      notes.push(`The body went to the file that you chose, and not to that of line ${file.line + 1}.`);
      continue;
    }
    if (response.bodyFault !== null || response.bodyTruncated) {
      notes.push(`The body is not whole, so Keyturn didn't write it to the file of line ${file.line + 1}.`);
      continue;
    }
    try {
      const path = await responseFiles?.write(file, from, response.body);
      if (path === undefined) continue;
      done.push(`Keyturn wrote the response to ${redactor.mask(withoutCredentials(path))}.`);
    } catch (error) {
      return { done, notes, error: asKeyturnError(error) };
    }
  }
  return { done, notes, error: null };
}
