import { l10n } from 'vscode';
import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import { addToken, pasteToken } from './addToken.ts';
import type { tokenCommands } from './commands.ts';
import { copyValue } from './copyValue.ts';
import { pickEntry } from './entryPick.ts';
import { shareToken } from './shareToken.ts';
import { TokenActions } from './tokenActions.ts';
import { takesPastedToken } from './tree/model.ts';

export function loadTokenCommands(services: EditorServices): Loaded<typeof tokenCommands> {
  const { pick } = services;
  const actions = new TokenActions(services, pick);
  return {
    handlers: {
      'keyturn.tokens.add': (place) => addToken(services, pick, place),
      'keyturn.tokens.paste': async (argument) => {
        const node = await pickEntry(pick, argument, {
          placeHolder: l10n.t('Paste a new value for which token?'),
          none: l10n.t('Keyturn obtains this token from its issuer. Refresh it instead.'),
          fits: ({ entry }) => takesPastedToken(entry.profile),
        });
        if (node !== null) await pasteToken(services, node);
      },
      'keyturn.tokens.editOrigins': (argument) => actions.editOrigins(argument),
      'keyturn.tokens.copy': (argument) => actions.copy(argument),
      'keyturn.tokens.copyValue': (argument) =>
        copyValue(services, pick.selection, argument, {
          token: () => actions.copy(argument),
          captured: (node) => actions.copyCaptured(node),
        }),
      'keyturn.tokens.share': (argument) => shareToken(services, pick, argument),
      'keyturn.tokens.rename': (argument) => actions.rename(argument),
      'keyturn.tokens.delete': (argument) => actions.delete(argument),
      'keyturn.tokens.refresh': (argument) => actions.refresh(argument),
      'keyturn.tokens.signIn': (argument) => actions.signIn(argument),
      'keyturn.profiles.open': (argument) => actions.openProfile(argument),
      'keyturn.tokens.setClientSecret': (argument) => actions.setClientSecret(argument),
    },
    dispose: () => actions.dispose(),
  };
}
