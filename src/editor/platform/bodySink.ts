import { open } from 'node:fs/promises';
import { Uri } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { BodySink } from '../../http/message.ts';

/** Streams a response body to a file on this machine. */
export async function openBodySink(location: string): Promise<BodySink> {
  const uri = Uri.parse(location, true);
  if (uri.scheme !== 'file') {
    throw new KeyturnError('unsupported', 'A response can be streamed only to a file on this machine.', {
      hint: 'Choose a folder on this machine.',
    });
  }
  try {
    const file = await open(uri.fsPath, 'w', 0o600);
    return {
      write: (chunk) => file.writeFile(chunk),
      close: () => file.close(),
    };
  } catch (error) {
    throw new KeyturnError('file_unreadable', 'The file for the response could not be opened for writing.', {
      cause: error,
      hint: 'Choose another folder.',
    });
  }
}
