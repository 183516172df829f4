import { EventEmitter, type ExtensionContext, RelativePattern, Uri, workspace } from 'vscode';
import type { Files } from '../../base/files.ts';
import type { EnvironmentSet } from '../../httpfile/environments/environments.ts';
import type { SandboxVariables } from './sandboxVariables.ts';
import type { EnvironmentPicker } from './picker.ts';
import { choiceFolder } from '../platform/choiceFolder.ts';
import { onDidChangeSetting, readSetting } from '../platform/settings.ts';

export interface EnvironmentParts {
  readonly context: ExtensionContext;
  readonly files: Files;
  readonly sandbox: SandboxVariables;
}

const stateKey = 'keyturn.environments';
const fileNames = '{http-client.env.json,http-client.private.env.json,.env,.env.*}';

/** The environments of the workspace's folders. Read on the first call, kept until a file or a setting changes. */
export function createEnvironmentPicker({ context, files, sandbox }: EnvironmentParts): EnvironmentPicker {
  const changed = new EventEmitter<void>();
  const sets = new Map<string, Promise<EnvironmentSet>>();
  const watched = new Set<string>();
  const forget = () => {
    sets.clear();
    changed.fire();
  };

  const watch = (base: Uri, pattern: string) => {
    const key = `${base.toString()} ${pattern}`;
    if (watched.has(key)) return;
    watched.add(key);
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(base, pattern));
    watcher.onDidCreate(forget);
    watcher.onDidChange(forget);
    watcher.onDidDelete(forget);
    context.subscriptions.push(watcher);
  };

  const load = (document: Uri): Promise<EnvironmentSet> => {
    const folder = Uri.joinPath(document, '..');
    const key = folder.toString();
    const known = sets.get(key);
    if (known !== undefined) return known;
    const workspaceFolder = workspace.getWorkspaceFolder(document);
    if (workspaceFolder === undefined) watch(folder, fileNames);
    else watch(workspaceFolder.uri, `**/${fileNames}`);
    const loading = readSet(files, document);
    sets.set(key, loading);
    return loading;
  };

  const selected = (document: Uri): string | null => {
    const choices = context.workspaceState.get<unknown>(stateKey);
    const choice = isRecord(choices) ? choices[choiceFolder(document).toString()] : null;
    return typeof choice === 'string' ? choice : null;
  };

  context.subscriptions.push(
    changed,
    sandbox.onDidChange(() => changed.fire()),
    onDidChangeSetting(['keyturn.environments', 'rest-client.environmentVariables'], forget),
    workspace.onDidChangeWorkspaceFolders(forget),
    workspace.onDidGrantWorkspaceTrust(forget),
  );

  return {
    selected,
    names: async (document) => [...(await load(document)).names],
    problems: async (document) => (await load(document)).problems,
    async select(document, name) {
      const choices = context.workspaceState.get<unknown>(stateKey);
      await context.workspaceState.update(stateKey, {
        ...(isRecord(choices) ? choices : {}),
        [choiceFolder(document).toString()]: name ?? undefined,
      });
      changed.fire();
    },
    async authEntry(document, id, environment = selected(document)) {
      const set = await load(document);
      return set.authEntry(known(set, environment), id);
    },
    async variables(document, environment = selected(document)) {
      const set = await load(document);
      const wanted = known(set, environment);
      const running = Object.entries(sandbox.variables());
      const variables = set.variables(wanted);
      return running.length === 0 ? variables : new Map([...variables, ...running]);
    },
    onDidChange: changed.event,
  };
}

/** A chosen environment may be gone by now. */
function known(set: EnvironmentSet, name: string | null): string | null {
  return name !== null && set.names.includes(name) ? name : null;
}

async function readSet(files: Files, document: Uri): Promise<EnvironmentSet> {
  const { loadEnvironments } = await import('../platform/later.ts');
  const environments: Record<string, Record<string, string>> = {};
  for (const setting of ['rest-client.environmentVariables', 'keyturn.environments'] as const) {
    for (const [name, variables] of Object.entries(readSetting(setting, document))) {
      environments[name] = { ...environments[name], ...variables };
    }
  }
  return loadEnvironments(files, document.toString(), { environments }, { trusted: workspace.isTrusted });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
