import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { transferCommands } from './commands.ts';
import { exportProfiles, exportTokens } from './exportTokens.ts';
import { importTokens } from './importTokens.ts';

export function loadTransferCommands(services: EditorServices): Loaded<typeof transferCommands> {
  return {
    handlers: {
      'keyturn.tokens.export': () => exportTokens(services),
      'keyturn.tokens.import': () => importTokens(services),
      'keyturn.profiles.export': () => exportProfiles(services),
    },
  };
}
