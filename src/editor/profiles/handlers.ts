import { l10n } from 'vscode';
import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import { pickNode } from '../tokens/entryPick.ts';
import type { profileCommands } from './commands.ts';
import { createProfileFile, openProfile } from './profileActions.ts';

export function loadProfileCommands({ pick }: EditorServices): Loaded<typeof profileCommands> {
  return {
    handlers: {
      'keyturn.profiles.create': () => createProfileFile(),
      'keyturn.profiles.open': async (argument) => {
        const node = await pickNode(pick, argument, {
          placeHolder: l10n.t('Open which profile?'),
          none: l10n.t('No keyturn.json of this workspace declares a token.'),
          fits: ({ declaredIn }) => declaredIn !== null,
        });
        if (node !== null && node.declaredIn !== null) await openProfile(node.declaredIn, node.name);
      },
    },
  };
}
