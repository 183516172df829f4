import { l10n, type Uri, workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';

/** A file that the person picked in a dialog. Fails like `Files.read`. */
export async function readChosen(files: Files, uri: Uri, maxBytes: number): Promise<Uint8Array> {
  const bytes = await files.read(uri.toString(), { from: null, trusted: true, maxBytes });
  if (bytes !== null) return bytes;
  throw new KeyturnError('file_unreadable', l10n.t('There is no file {0}.', workspace.asRelativePath(uri)));
}
