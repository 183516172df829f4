import { homedir } from 'node:os';
import { commands, Disposable, l10n, workspace } from 'vscode';
import { registerCommands } from '../platform/commands.ts';
import { showError } from '../platform/messages.ts';
import type { EditorServices } from '../services.ts';
import { welcomeCommands } from './commands.ts';
import type { loadWelcomeCommands } from './handlers.ts';
import type { updateLaunchers } from './launcher/known.ts';
import type { beginTour } from './openTour.ts';
import { stepsReached } from './progress.ts';
import { isTourOpen } from './tourFolder.ts';
import { launcherTarget, targetKey, targetText } from './target.ts';

interface LazyParts {
  readonly loadWelcomeCommands: typeof loadWelcomeCommands;
  readonly updateLaunchers: typeof updateLaunchers;
  readonly beginTour: typeof beginTour;
}

/** What a first user meets: the tour, the walkthrough, and the `keyturn` command for the terminal. */
export function registerWelcome(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const begin = () => {
    if (!workspace.isTrusted || !isTourOpen(services.installed.storage)) return;
    load()
      .then(({ beginTour }) => beginTour(services))
      .catch((error: unknown) => showError(services, l10n.t('Tour'), error));
  };
  begin();
  update(services, load).catch((error: unknown) => showError(services, l10n.t('Launcher'), error));
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
    registerCommands(services, welcomeCommands, async () => (await load()).loadWelcomeCommands(services)),
  );
}

/** After an update of the extension or the editor, launchers lead to what is gone. */
async function update(services: EditorServices, load: () => Promise<LazyParts>): Promise<void> {
  const made = await services.values.get(targetKey);
  const target = launcherTarget(services);
  if (made === undefined || made === targetText(target)) return;
  const { updateLaunchers } = await load();
  await updateLaunchers(services.values, target, { platform: process.platform, home: homedir() });
}
