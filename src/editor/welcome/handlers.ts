import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { welcomeCommands } from './commands.ts';
import { installCommand } from './installCommand.ts';
import { openTour, openWalkthrough } from './openTour.ts';

export function loadWelcomeCommands(services: EditorServices): Loaded<typeof welcomeCommands> {
  return {
    handlers: {
      'keyturn.openTour': () => openTour(services),
      'keyturn.openWalkthrough': () => openWalkthrough(services),
      'keyturn.installCommand': () => installCommand(services),
    },
  };
}
