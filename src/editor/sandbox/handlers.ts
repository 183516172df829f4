import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { sandboxCommands } from './commands.ts';
import { startSandboxHere, stopSandboxHere } from './sandboxActions.ts';

export function loadSandboxCommands(services: EditorServices): Loaded<typeof sandboxCommands> {
  return {
    handlers: {
      'keyturn.sandbox.start': () => startSandboxHere(services),
      'keyturn.sandbox.stop': () => stopSandboxHere(services),
    },
  };
}
