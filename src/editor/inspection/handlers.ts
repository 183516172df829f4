import { l10n } from 'vscode';
import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import { pickEntry } from '../tokens/entryPick.ts';
import { InspectionActions } from './actions.ts';
import type { ClaimsDocuments } from './claimsDocuments.ts';
import type { inspectionCommands } from './commands.ts';
import { TokenInspector } from './inspectToken.ts';

export function loadInspectionCommands(
  services: EditorServices,
  claims: ClaimsDocuments,
): Loaded<typeof inspectionCommands> {
  const { pick } = services;
  const actions = new InspectionActions(services, pick, claims);
  const inspector = new TokenInspector(services);
  return {
    handlers: {
      'keyturn.tokens.showClaims': async (argument) => {
        const node = await pickEntry(pick, argument, {
          placeHolder: l10n.t('Show the details of which token?'),
          none: l10n.t('There is no token to export yet. Add or refresh one first.'),
          fits: ({ entry }) => entry.token !== null,
        });
        if (node !== null) await claims.show(node);
      },
      'keyturn.tokens.inspect': () => inspector.inspect(),
      'keyturn.tokens.verify': (argument) => actions.verify(argument),
      'keyturn.tokens.introspect': (argument) => actions.introspect(argument),
      'keyturn.tokens.revoke': (argument) => actions.revoke(argument),
      'keyturn.tokens.revokeEverywhere': (argument) => actions.revokeEverywhere(argument),
      'keyturn.tokens.rotate': (argument) => actions.rotate(argument),
      'keyturn.tokens.setKey': (argument) => actions.setKey(argument),
    },
    dispose: () => inspector.dispose(),
  };
}
