import { Disposable, l10n, TabInputText, window, workspace } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { registerCommands } from '../platform/commands.ts';
import { responseScheme } from '../responses/scheme.ts';
import type { EditorServices } from '../services.ts';
import { requestCommands, responseCommands } from './commands.ts';
import type { LazyParts, startRequests } from './feature.ts';

interface Feature {
  readonly startRequests: typeof startRequests;
}

/**
 * Lenses, language features, sending, results and responses. They are loaded with the first `.http` file that is open,
 * a response that an earlier session left, or the first command.
 */
export function registerRequests(
  services: EditorServices,
  load: () => Promise<Feature>,
  loadSending: () => Promise<LazyParts>,
): Disposable {
  const started = new Lazy(async () => (await load()).startRequests(services, loadSending));
  const start = () => {
    started.get().catch((error: unknown) => services.log.error(l10n.t('Requests'), error));
  };
  const handlers = async () => {
    const { handlers: loaded } = await started.get();
    return { handlers: loaded };
  };
  const isNeeded =
    workspace.textDocuments.some(({ languageId }) => languageId === 'http') ||
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(({ input }) => input instanceof TabInputText && input.uri.scheme === responseScheme);
  if (isNeeded) start();
  return Disposable.from(
    workspace.onDidOpenTextDocument(({ languageId }) => {
      if (languageId === 'http') start();
    }),
    registerCommands(services, requestCommands, handlers),
    registerCommands(services, responseCommands, handlers),
    new Disposable(async () => (await started.made)?.dispose()),
  );
}
