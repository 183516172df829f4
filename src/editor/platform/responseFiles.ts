import { dirname } from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import { checkResponsePlace, type ResponsePlace, writeResponsePlace } from '../../node/responseFiles.ts';
import type { ResponseFiles } from '../../run/responseFiles.ts';

/** Responses go into the workspace folder of the request file; outside of one, into the folder of the file. */
export const editorResponseFiles: ResponseFiles = {
  async check(file, from) {
    await checkResponsePlace({ ...file, ...placeOf(from) });
  },
  async write(file, from, body) {
    const path = await writeResponsePlace({ ...file, ...placeOf(from) }, body);
    return workspace.asRelativePath(path);
  },
};

function placeOf(from: string): Pick<ResponsePlace, 'from' | 'within'> {
  const uri = Uri.parse(from, true);
  if (uri.scheme !== 'file') {
    throw new KeyturnError(
      'unsupported',
      l10n.t('Keyturn can write a response only to a file on this computer.'),
      { hint: l10n.t('Save the request file on this computer.') },
    );
  }
  const folder = workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
  return { from: uri.fsPath, within: folder };
}
