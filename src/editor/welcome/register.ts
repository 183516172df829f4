import { commands, Disposable, workspace } from 'vscode';
import { showError } from '../platform/messages.ts';
import type { EditorServices } from '../platform/services.ts';
import { welcomeCommands } from './commands.ts';
import { stepsReached } from './progress.ts';
import { isTourOpen } from './tourFolder.ts';
import { launcherTarget, targetKey, targetText } from './target.ts';

const load = () => import('../platform/later.ts');

type Run = (name: string, act: (parts: Awaited<ReturnType<typeof load>>) => Promise<void>) => Promise<void>;

/** What a first user meets: the tour, the walkthrough, and the `keyturn` command for the terminal. */
export function registerWelcome(services: EditorServices): Disposable {
  const run: Run = (name, act) =>
    load()
      .then(act)
      .catch((error: unknown) => showError(services, name, error));
  const begin = () => {
    if (workspace.isTrusted && isTourOpen(services.installed.storage)) {
      void run('Tour', ({ beginTour }) => beginTour(services));
    }
  };
  begin();
  void renew(services, run);
  const reached = new Set<string>();
  return Disposable.from(
    workspace.onDidGrantWorkspaceTrust(begin),
    services.results.event((result) => {
      for (const key of stepsReached(result)) {
        if (reached.has(key)) continue;
        reached.add(key);
        void commands.executeCommand('setContext', key, true);
      }
    }),
    commands.registerCommand(welcomeCommands.openTour, () =>
      run(welcomeCommands.openTour, ({ openTour }) => openTour(services)),
    ),
    commands.registerCommand(welcomeCommands.openWalkthrough, () =>
      run(welcomeCommands.openWalkthrough, ({ openWalkthrough }) => openWalkthrough(services)),
    ),
    commands.registerCommand(welcomeCommands.installCommand, () =>
      run(welcomeCommands.installCommand, ({ installCommand }) => installCommand(services)),
    ),
  );
}

/** After an update of the extension or the editor, launchers lead to what is gone. */
async function renew(services: EditorServices, run: Run): Promise<void> {
  const made = await services.values.get(targetKey);
  const target = launcherTarget(services);
  if (made === undefined || made === targetText(target)) return;
  await run('Launcher', ({ renewLaunchers }) => renewLaunchers(services.values, target, process.platform));
}
