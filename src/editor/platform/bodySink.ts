import { open } from 'node:fs/promises';
import { l10n, Uri } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { BodySink } from '../../http/message.ts';

/** Streams a response body to a file on this machine. */
export async function openBodySink(location: string): Promise<BodySink> {
  const uri = Uri.parse(location, true);
  if (uri.scheme !== 'file') {
    throw new KeyturnError(
      'unsupported',
      l10n.t('Keyturn can stream a response only to a file on this computer.'),
      {
        hint: l10n.t('Choose a folder on this computer.'),
      },
    );
  }
  try {
    const file = await open(uri.fsPath, 'w', 0o600);
    return {
      write: (chunk) => file.writeFile(chunk),
      close: () => file.close(),
    };
  } catch (error) {
    throw new KeyturnError('file_unreadable', l10n.t("Couldn't open the file for the response."), {
      cause: error,
      hint: l10n.t('Choose another folder.'),
    });
  }
}
