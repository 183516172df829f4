import { l10n, type TextDocument, workspace, type WorkspaceEdit } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';

/**
 * Applies an edit that can be undone. A file without other changes is saved, since what is on the disk still holds the
 * secret; false where that is left to the person. Fails with `file_unreadable` when the file cannot be changed.
 */
export async function applyAndSave(document: TextDocument, edit: WorkspaceEdit): Promise<boolean> {
  const clean = !document.isDirty && !document.isUntitled;
  if (!(await workspace.applyEdit(edit))) {
    throw new KeyturnError(
      'file_unreadable',
      l10n.t("Couldn't change the file: it still holds the secret."),
      {
        hint: l10n.t('It is already stored: remove it from the file yourself.'),
      },
    );
  }
  return clean && (await document.save());
}
