import { l10n, Uri, window, workspace } from 'vscode';
import { auditCsv, auditJson } from '../../audit/export.ts';
import type { AuditEntry } from '../../audit/read.ts';
import { KeyturnError } from '../../base/errors.ts';
import { writePrivate } from '../platform/writePrivate.ts';

/** Asks for a file and writes entries to it: as JSON where its name ends so, else as CSV. */
export async function saveAudit(entries: readonly AuditEntry[]): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, 'keyturn-audit.csv') }),
    filters: { CSV: ['csv'], JSON: ['json'] },
    title: l10n.t('Export the Audit Log'),
    saveLabel: l10n.t('Export'),
  });
  if (target === undefined) return;
  const text = target.path.toLowerCase().endsWith('.json') ? auditJson(entries) : auditCsv(entries);
  try {
    await writePrivate(target, new TextEncoder().encode(text));
  } catch (cause) {
    throw new KeyturnError(
      'file_unreadable',
      l10n.t("Couldn't write the file {0}.", workspace.asRelativePath(target)),
      {
        cause,
        hint: l10n.t('Choose another folder.'),
      },
    );
  }
  const open = l10n.t('Open');
  const said = l10n.t('Exported {0} events to {1}.', entries.length, workspace.asRelativePath(target));
  // A person who does not answer continues with other things.
  void window.showInformationMessage(said, open).then((answer) => {
    if (answer === open) void window.showTextDocument(target);
  });
}
