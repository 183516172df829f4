import { l10n } from 'vscode';
import { type HandledCommand, tokenCommands } from '../platform/commands.ts';
import { AuditView } from '../audit/auditView.ts';
import { createProfileFile, openProfile } from '../profiles/profileActions.ts';
import { type SandboxActionParts, startSandboxHere, stopSandboxHere } from '../sandbox/sandboxActions.ts';
import type { EditorServices } from '../platform/services.ts';
import { exportProfiles, exportTokens } from '../transfer/exportTokens.ts';
import { importTokens } from '../transfer/importTokens.ts';
import { addToken, pasteToken } from './addToken.ts';
import type { ClaimsDocuments } from '../inspection/claimsDocuments.ts';
import { type EntryPickParts, pickEntry, pickNode } from './entryPick.ts';
import { TokenInspector } from '../inspection/inspectToken.ts';
import { takesPastedToken } from './tree/model.ts';
import { reviewAgreements } from '../permissions/reviewPermissions.ts';
import { shareToken } from './shareToken.ts';
import { InspectionActions } from '../inspection/actions.ts';
import { TokenActions } from './tokenActions.ts';

export interface CommandHandlers {
  /** One line a command: leaving one out does not compile. */
  readonly handlers: Readonly<Record<HandledCommand, (argument: unknown) => unknown>>;
  dispose(): Promise<void>;
}

/** What the commands of tokens, profiles and the sandbox do. */
export function createCommandHandlers(
  services: EditorServices,
  pick: EntryPickParts,
  claims: ClaimsDocuments,
  sandboxParts: SandboxActionParts,
): CommandHandlers {
  const actions = new TokenActions(services, pick);
  const inspections = new InspectionActions(services, pick, claims);
  const audit = new AuditView(services);
  const inspector = new TokenInspector(services);
  return {
    handlers: {
      [tokenCommands.add]: () => addToken(services, pick),
      [tokenCommands.paste]: async (argument) => {
        const node = await pickEntry(pick, argument, {
          placeHolder: l10n.t('Paste a new value for which token?'),
          none: l10n.t('This token is obtained from its issuer. Refresh it instead.'),
          fits: ({ entry }) => takesPastedToken(entry.profile),
        });
        if (node !== null) await pasteToken(services, node);
      },
      [tokenCommands.editOrigins]: (argument) => actions.editOrigins(argument),
      [tokenCommands.copy]: (argument) => actions.copy(argument),
      [tokenCommands.share]: (argument) => shareToken(services, pick, argument),
      [tokenCommands.rename]: (argument) => actions.rename(argument),
      [tokenCommands.delete]: (argument) => actions.delete(argument),
      [tokenCommands.refresh]: (argument) => actions.refresh(argument),
      [tokenCommands.signIn]: (argument) => actions.signIn(argument),
      [tokenCommands.setClientSecret]: (argument) => actions.setClientSecret(argument),
      [tokenCommands.showClaims]: async (argument) => {
        const node = await pickEntry(pick, argument, {
          placeHolder: l10n.t('Show the details of which token?'),
          none: l10n.t('No token is held here yet. Add or refresh it first.'),
          fits: ({ entry }) => entry.token !== null,
        });
        if (node !== null) await claims.show(node);
      },
      [tokenCommands.inspect]: () => inspector.inspect(),
      [tokenCommands.verify]: (argument) => inspections.verify(argument),
      [tokenCommands.introspect]: (argument) => inspections.introspect(argument),
      [tokenCommands.revoke]: (argument) => inspections.revoke(argument),
      [tokenCommands.revokeEverywhere]: (argument) => inspections.revokeEverywhere(argument),
      [tokenCommands.rotate]: (argument) => inspections.rotate(argument),
      [tokenCommands.setKey]: (argument) => inspections.setKey(argument),
      [tokenCommands.createProfileFile]: () => createProfileFile(),
      [tokenCommands.openProfile]: async (argument) => {
        const node = await pickNode(pick, argument, {
          placeHolder: l10n.t('Open which profile?'),
          none: l10n.t('No keyturn.json of this workspace declares a token.'),
          fits: ({ declaredIn }) => declaredIn !== null,
        });
        if (node !== null && node.declaredIn !== null) await openProfile(node.declaredIn, node.name);
      },
      [tokenCommands.startSandbox]: () => startSandboxHere(sandboxParts),
      [tokenCommands.reviewAgreements]: () => reviewAgreements(services),
      [tokenCommands.showAudit]: () => audit.show(),
      [tokenCommands.refreshAudit]: () => audit.refresh(),
      [tokenCommands.filterAudit]: () => audit.askFilter(),
      [tokenCommands.clearAuditFilter]: () => audit.clearFilter(),
      [tokenCommands.auditOnlyToken]: (argument) => audit.only('token', argument),
      [tokenCommands.auditOnlyOrigin]: (argument) => audit.only('origin', argument),
      [tokenCommands.auditOnlyAction]: (argument) => audit.only('action', argument),
      [tokenCommands.auditMore]: () => audit.showMore(),
      [tokenCommands.auditOpenCause]: (argument) => audit.openCause(argument),
      [tokenCommands.verifyAudit]: () => audit.verify(),
      [tokenCommands.exportAudit]: () => audit.export(),
      [tokenCommands.exportTokens]: () => exportTokens(services),
      [tokenCommands.importTokens]: () => importTokens(services),
      [tokenCommands.exportProfiles]: () => exportProfiles(services),
      [tokenCommands.stopSandbox]: () => stopSandboxHere(sandboxParts),
    },
    async dispose() {
      audit.dispose();
      inspector.dispose();
      await actions.dispose();
    },
  };
}
