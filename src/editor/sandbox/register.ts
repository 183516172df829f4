import { commands, Disposable, l10n } from 'vscode';
import { registerCommands } from '../platform/commands.ts';
import { contextKeys } from '../platform/contextKeys.ts';
import type { EditorServices } from '../services.ts';
import { sandboxCommands } from './commands.ts';
import type { loadSandboxCommands } from './handlers.ts';
import type { provideDemonstrationSecrets } from './sandboxActions.ts';

interface LazyParts {
  readonly loadSandboxCommands: typeof loadSandboxCommands;
  readonly provideDemonstrationSecrets: typeof provideDemonstrationSecrets;
}

/** Follows the sandbox: what the palette offers, and the demonstration secrets of profiles that lead to it. */
export function registerSandbox(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const { sandbox, profiles, log } = services;
  const provide = () => {
    load()
      .then(({ provideDemonstrationSecrets }) => provideDemonstrationSecrets(services))
      .catch((error: unknown) => log.error(l10n.t('Sandbox'), error));
  };
  return Disposable.from(
    registerCommands(services, sandboxCommands, async () => (await load()).loadSandboxCommands(services)),
    sandbox.onDidChange(() => {
      void commands.executeCommand('setContext', contextKeys.sandboxRunning, sandbox.running !== null);
      provide();
    }),
    profiles.onDidChange(() => {
      if (sandbox.running !== null) provide();
    }),
  );
}
