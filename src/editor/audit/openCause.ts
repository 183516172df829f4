import { l10n, Position, Range, Uri, window, workspace } from 'vscode';
import { fileOfCause } from '../../audit/cause.ts';
import { KeyturnError } from '../../base/errors.ts';

/** Opens the file and line that a cause names. Files are asked from the editor only: nothing else is opened. */
export async function openCause(cause: string): Promise<void> {
  const file = fileOfCause(cause);
  if (file === null) {
    void window.showInformationMessage(l10n.t('No request file caused this event. Cause: {0}', cause));
    return;
  }
  const uri = Uri.parse(file.location, true);
  try {
    const document = await workspace.openTextDocument(uri);
    const at = new Position(Math.min(file.line, document.lineCount) - 1, 0);
    await window.showTextDocument(document, { selection: new Range(at, at) });
  } catch (error) {
    throw new KeyturnError(
      'file_unreadable',
      l10n.t("Couldn't open the file {0}.", workspace.asRelativePath(uri)),
      {
        cause: error,
        hint: l10n.t('It may have been moved since, or belong to another workspace.'),
      },
    );
  }
}
