import {
  commands,
  Disposable,
  l10n,
  languages,
  type QuickPickItem,
  StatusBarAlignment,
  type StatusBarItem,
  type Uri,
  window,
} from 'vscode';
import { registerCommands } from '../platform/commands.ts';
import { environmentCommands, environmentMenuCommands } from './commands.ts';
import type { loadEnvironmentMenu } from './environmentMenu.ts';
import type { EditorServices } from '../services.ts';
import type { EnvironmentPicker } from './picker.ts';
import { showEnvironmentProblems } from './diagnostics.ts';

interface LazyParts {
  readonly loadEnvironmentMenu: typeof loadEnvironmentMenu;
}

/** The status-bar item, the quick pick, the menu in the Tokens view and the diagnostics of environments. */
export function registerEnvironments(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const { environments } = services;
  const item = window.createStatusBarItem('keyturn.environment', StatusBarAlignment.Right, 101);
  item.name = l10n.t('Keyturn: environment');
  item.command = environmentCommands.select;
  const diagnostics = languages.createDiagnosticCollection('keyturn-environments');
  const update = () => {
    showEnvironment(item, environments).catch((error: unknown) =>
      services.log.error(l10n.t('Reading environments'), error),
    );
    showEnvironmentProblems(diagnostics, environments).catch((error: unknown) =>
      services.log.error(l10n.t('Reading environments'), error),
    );
  };
  update();
  return Disposable.from(
    item,
    diagnostics,
    environments.onDidChange(update),
    window.onDidChangeActiveTextEditor(update),
    commands.registerCommand(environmentCommands.select, (document?: Uri) =>
      pickEnvironment(environments, document ?? activeHttpDocument()),
    ),
    commands.registerCommand(environmentCommands.clearSession, () => clearSession(services)),
    registerCommands(services, environmentMenuCommands, async () =>
      (await load()).loadEnvironmentMenu(services),
    ),
  );
}

function clearSession({ sessions }: Pick<EditorServices, 'sessions'>): void {
  sessions.clear();
  void window.showInformationMessage(
    l10n.t('Keyturn cleared the session: responses, cookies and variables of scripts.'),
  );
}

function activeHttpDocument(): Uri | undefined {
  const document = window.activeTextEditor?.document;
  return document?.languageId === 'http' ? document.uri : undefined;
}

async function showEnvironment(item: StatusBarItem, environments: EnvironmentPicker): Promise<void> {
  const document = activeHttpDocument();
  const names = document === undefined ? [] : await environments.names(document);
  // The person may have gone on to another editor meanwhile.
  if (
    document === undefined ||
    names.length === 0 ||
    activeHttpDocument()?.toString() !== document.toString()
  ) {
    if (activeHttpDocument()?.toString() === document?.toString()) item.hide();
    return;
  }
  const selected = environments.selected(document);
  const missing = selected !== null && !names.includes(selected);
  item.text = `$(globe) ${selected === null ? l10n.t('No environment') : missing ? l10n.t('{0} (missing)', selected) : selected}`;
  item.tooltip = missing
    ? l10n.t('No file or setting defines the environment {0}. Choose another one.', selected)
    : l10n.t('Environment of the requests in this folder');
  item.accessibilityInformation = {
    label: selected === null ? l10n.t('No environment chosen') : l10n.t('Environment {0}', selected),
  };
  item.show();
}

interface EnvironmentItem extends QuickPickItem {
  readonly environment: string | null;
}

async function pickEnvironment(environments: EnvironmentPicker, document: Uri | undefined): Promise<void> {
  if (document === undefined) {
    await window.showInformationMessage(l10n.t('Open an .http file to choose its environment.'));
    return;
  }
  const names = await environments.names(document);
  if (names.length === 0) {
    await window.showInformationMessage(
      l10n.t(
        'There are no environments yet. Add them to http-client.env.json beside your requests, or to the setting keyturn.environments.',
      ),
    );
    return;
  }
  const selected = environments.selected(document);
  const items: EnvironmentItem[] = [...names, null].map((environment) => ({
    environment,
    label: environment ?? l10n.t('No environment'),
    description: environment === selected ? l10n.t('current') : '',
  }));
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Environment'),
    placeHolder: l10n.t('Requests in the folder use the variables of this environment'),
  });
  if (picked !== undefined) await environments.select(document, picked.environment);
}
