import { l10n, type QuickPickItem, ThemeIcon, Uri, window } from 'vscode';
import { type Agreement, Agreements } from '../../consent/permissions.ts';
import { permissionCommands } from './commands.ts';
import type { EditorServices } from '../services.ts';
import { displayPath } from '../platform/vscodeFiles.ts';
import { editorWords } from '../platform/words.ts';
import { agreementItem } from './permissionItem.ts';

interface AgreementPick extends QuickPickItem {
  readonly agreement: Agreement;
}

/** Lists everything that was agreed to for good, and withdraws what is chosen. */
export async function reviewAgreements(services: EditorServices): Promise<void> {
  const { values, tokens, audit } = services;
  const agreements = new Agreements(values, audit);
  const all = await agreements.list();
  if (all.length === 0) {
    void window.showInformationMessage(l10n.t('No agreements are remembered yet.'));
    return;
  }
  const chosen = await window.showQuickPick(all.map(pickOf), {
    title: l10n.t('Review Permissions'),
    placeHolder: l10n.t('Choose what to withdraw: you are asked about it again'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (chosen === undefined || chosen.length === 0) return;
  for (const { agreement } of chosen) {
    await agreements.withdraw(agreement, permissionCommands.review);
    // An open connection would still be used.
    if (agreement.kind === 'certificate') await services.closeConnections();
    if (agreement.kind !== 'source') continue;
    const { tokenName, declaredIn } = agreement.question;
    // What its source gave is let go of, so that the next use asks.
    await tokens.release((profile) => profile.name === tokenName && profile.declaredIn === declaredIn);
  }
  void window.showInformationMessage(
    chosen.length === 1
      ? l10n.t('1 agreement is withdrawn: you are asked again.')
      : l10n.t('{0} agreements are withdrawn: you are asked again.', chosen.length),
  );
}

function pickOf(agreement: Agreement): AgreementPick {
  const { icon, ...texts } = agreementItem(agreement, shownPath, editorWords);
  return { ...texts, iconPath: new ThemeIcon(icon), agreement };
}

/** Short for what is in this workspace, and whole for what is elsewhere: agreements are those of all workspaces. */
function shownPath(location: string): string {
  return displayPath(Uri.parse(location));
}
