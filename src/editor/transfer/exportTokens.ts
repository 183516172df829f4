import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { encryptTokens } from '../../token/transfer/transfer.ts';
import { KeyturnError } from '../../base/errors.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { Token } from '../../token/token.ts';
import { profilesSnippet, transferable } from '../../token/transfer/transferPlan.ts';
import { transferCommands } from './commands.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import type { EditorServices } from '../services.ts';
import { writePrivate } from '../platform/writePrivate.ts';
import { askNewPassphrase } from './askPassphrase.ts';

/** Writes chosen tokens to a file that only a passphrase opens. */
export async function exportTokens({ store, audit }: EditorServices): Promise<void> {
  const title = l10n.t('Export Tokens');
  const held = transferable(await store.list());
  if (held.length === 0) {
    void window.showInformationMessage(l10n.t('There is no token to export yet. Add or refresh one first.'));
    return;
  }
  const chosen = await window.showQuickPick(held.map(itemOf), {
    title,
    placeHolder: l10n.t('Export which tokens? Client secrets are not part of it.'),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  if (chosen === undefined || chosen.length === 0) return;
  const passphrase = await askNewPassphrase(title);
  if (passphrase === null) return;
  const target = await window.showSaveDialog({
    defaultUri: Uri.joinPath(Uri.file(homedir()), 'tokens.keyturn'),
    filters: { [l10n.t('Encrypted tokens')]: ['keyturn'] },
    title,
    saveLabel: l10n.t('Export'),
  });
  if (target === undefined) return;
  const tokens = chosen.map(({ token }) => token);
  const encrypted = await encryptTokens(tokens, passphrase);
  try {
    await writePrivate(target, new TextEncoder().encode(encrypted));
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
  for (const token of tokens) audit.record(tokenEvent('exported', token, transferCommands.exportTokens));
  void window.showInformationMessage(
    tokens.length === 1 ? l10n.t('Exported 1 token.') : l10n.t('Exported {0} tokens.', tokens.length),
  );
}

/** The profiles of pasted tokens as a keyturn.json to take over, in a document that is not saved yet. */
export async function exportProfiles({ store }: EditorServices): Promise<void> {
  const content = profilesSnippet(await store.list());
  if (content === null) {
    void window.showInformationMessage(
      l10n.t('There is no pasted token here. Other profiles are in their keyturn.json already.'),
    );
    return;
  }
  await window.showTextDocument(await workspace.openTextDocument({ language: 'jsonc', content }));
}

function itemOf(token: Token) {
  const goes =
    token.personal === null ? l10n.t('declared in a keyturn.json') : shownAddresses(token.personal.origins);
  return { token, label: withoutIcons(token.name), description: withoutIcons(goes) };
}
