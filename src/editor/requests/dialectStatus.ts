import { Disposable, l10n, languages, type TextDocument, window } from 'vscode';
import { dialectNames } from '../../httpfile/dialects/names.ts';
import { dialects, type Dialect } from '../../httpfile/parse/tree.ts';
import type { DocumentDialects } from '../documents/documentDialects.ts';
import { treeOf } from '../documents/documentTrees.ts';
import { onDidChangeDialects } from '../documents/treeDialects.ts';
import { requestCommands } from './commands.ts';

/** The dialect of the active request file in the status bar, with a button to choose another one. */
export function showDialect(): Disposable {
  const item = languages.createLanguageStatusItem('keyturn.dialect', { language: 'http' });
  item.name = l10n.t('Keyturn: dialect of the request file');
  item.command = { command: requestCommands.chooseDialect, title: l10n.t('Choose Dialect…') };
  const update = () => {
    const document = window.activeTextEditor?.document;
    if (document?.languageId !== 'http') return;
    item.text = dialectNames[treeOf(document).dialect];
    item.detail = l10n.t('Tool whose rules Keyturn reads this file by');
  };
  update();
  return Disposable.from(item, window.onDidChangeActiveTextEditor(update), onDidChangeDialects(update));
}

/** Lets the person choose whose rules the request files of a folder are read by. */
export async function chooseDialect(document: TextDocument, chosen: DocumentDialects): Promise<void> {
  const current = chosen.choiceAt(document.uri);
  const mark = l10n.t('chosen for this folder');
  const row = (dialect: Dialect | 'auto', label: string) => ({
    dialect,
    label,
    description: dialect === current ? mark : '',
  });
  const picked = await window.showQuickPick(
    [
      row('auto', l10n.t('Recognize by the file and the files beside it')),
      ...dialects.map((dialect) => row(dialect, dialectNames[dialect])),
    ],
    { title: l10n.t('Dialect of the request files in this folder') },
  );
  if (picked !== undefined) await chosen.choose(document.uri, picked.dialect);
}
