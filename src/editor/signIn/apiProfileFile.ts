import { l10n, Position, type TextDocument, Uri, workspace, WorkspaceEdit } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { ProfileTarget } from '../../run/apiSignIn/profileTarget.ts';
import { PROFILE_FILE_NAME } from '../../profile/name.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';

/**
 * The keyturn.json that a new profile goes to: the nearest one, or a new one beside the document. Fails with
 * `untrusted_workspace`, `usage` where there is no folder, or `file_unreadable`.
 */
export async function apiProfileFile(
  { profiles, environments, files }: EditorServices,
  document: TextDocument,
): Promise<ProfileTarget> {
  const nearest = await profiles.nearest(document.uri);
  const location = nearest ?? files.join(folderOf(files, document), PROFILE_FILE_NAME);
  requireTrust({ name: PROFILE_FILE_NAME, declaredIn: location });
  const uri = Uri.parse(location, true);
  const open = nearest === null ? null : await workspace.openTextDocument(uri);
  return {
    location,
    names: new Set(await profiles.names(document.uri)),
    variables: await environments.variables(uri),
    read: () => Promise.resolve(open?.getText() ?? ''),
    write: (text) => write(uri, open, text),
  };
}

function folderOf(files: EditorServices['files'], document: TextDocument): string {
  const folder = files.parent(document.uri.toString()) ?? workspace.workspaceFolders?.[0]?.uri.toString();
  if (folder !== undefined) return folder;
  throw new KeyturnError('usage', l10n.t('There is no folder for a keyturn.json.'), {
    hint: l10n.t('Save the file in a folder first.'),
  });
}

async function write(uri: Uri, open: TextDocument | null, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  if (open === null) {
    edit.createFile(uri, { contents: new TextEncoder().encode(text) });
  } else {
    const end = new Position(open.lineCount, 0);
    edit.replace(uri, open.validateRange(open.lineAt(0).range.with({ end })), text);
  }
  const done = await workspace.applyEdit(edit);
  if (!done || !(await (await workspace.openTextDocument(uri)).save())) {
    throw new KeyturnError('file_unreadable', l10n.t("Couldn't write the profile to keyturn.json."));
  }
}
