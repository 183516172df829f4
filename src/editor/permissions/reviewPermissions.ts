import { l10n, type QuickPickItem, ThemeIcon, Uri, window } from 'vscode';
import { type Permission, Permissions } from '../../consent/permissions.ts';
import { permissionCommands } from './commands.ts';
import type { EditorServices } from '../services.ts';
import { displayPath } from '../platform/vscodeFiles.ts';
import { permissionItem } from './permissionItem.ts';

interface PermissionPick extends QuickPickItem {
  readonly permission: Permission;
}

/** Lists everything that the person allowed for good, and withdraws what is chosen. */
export async function reviewPermissions(services: EditorServices): Promise<void> {
  const { values, tokens, audit } = services;
  const permissions = new Permissions(values, audit);
  const all = await permissions.list();
  if (all.length === 0) {
    void window.showInformationMessage(l10n.t('You have given no permissions yet.'));
    return;
  }
  const chosen = await window.showQuickPick(all.map(pickOf), {
    title: l10n.t('Review Permissions'),
    placeHolder: l10n.t('Choose permissions to withdraw: Keyturn asks you again'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (chosen === undefined || chosen.length === 0) return;
  for (const { permission } of chosen) {
    await permissions.withdraw(permission, permissionCommands.review);
    // An open connection would still be used.
    if (permission.kind === 'certificate') await services.closeConnections();
    if (permission.kind !== 'source') continue;
    const { tokenName, declaredIn } = permission.question;
    // What its source gave is let go of, so that the next use asks.
    await tokens.release((profile) => profile.name === tokenName && profile.declaredIn === declaredIn);
  }
  void window.showInformationMessage(
    chosen.length === 1
      ? l10n.t('Withdrew 1 permission. Keyturn asks you again.')
      : l10n.t('Withdrew {0} permissions. Keyturn asks you again.', chosen.length),
  );
}

function pickOf(permission: Permission): PermissionPick {
  const { icon, ...texts } = permissionItem(permission, shownPath);
  return { ...texts, iconPath: new ThemeIcon(icon), permission };
}

/** Short for what is in this workspace, and whole for what is elsewhere: permissions are those of all workspaces. */
function shownPath(location: string): string {
  return displayPath(Uri.parse(location));
}
