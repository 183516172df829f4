import { commands } from 'vscode';
import { contextKeys } from '../platform/commands.ts';
import type { Log } from '../platform/log.ts';
import type { SandboxActionParts } from './sandboxActions.ts';

/** Follows the sandbox: what the palette offers, and the demonstration secrets of profiles that lead to it. */
export function registerSandbox(parts: SandboxActionParts, log: Log): { dispose(): void } {
  const { sandbox, profiles } = parts;
  const provide = () => {
    import('../platform/later.ts')
      .then(({ provideDemonstrationSecrets }) => provideDemonstrationSecrets(parts))
      .catch((error: unknown) => log.error('Sandbox', error));
  };
  const changed = sandbox.onDidChange(() => {
    void commands.executeCommand('setContext', contextKeys.sandboxRunning, sandbox.running !== null);
    provide();
  });
  const edited = profiles.onDidChange(() => {
    if (sandbox.running !== null) provide();
  });
  return {
    dispose() {
      changed.dispose();
      edited.dispose();
    },
  };
}
