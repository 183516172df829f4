import { commands, l10n, Range, Uri, window, workspace } from 'vscode';
import * as v from 'valibot';
import { nearestFile } from '../../base/nearestFile.ts';
import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { environmentMenuCommands } from './commands.ts';
import type { EnvironmentPicker } from './picker.ts';

/** An environment in the Tokens view, with the files whose tokens it fills. */
const groupSchema = v.object({
  label: v.string(),
  entries: v.array(v.object({ declaredIn: v.nullable(v.string()) })),
});

/** The menu of an environment in the Tokens view. */
export function loadEnvironmentMenu(services: EditorServices): Loaded<typeof environmentMenuCommands> {
  const { environments } = services;
  return {
    handlers: {
      'keyturn.environment.use': (group) => useEnvironment(environments, group, (name) => name),
      'keyturn.environment.leave': (group) => useEnvironment(environments, group, () => null),
      'keyturn.environment.open': (group) => openEnvironment(services, group),
    },
  };
}

/** Chooses the environment for every folder whose tokens stand below it; null for none. */
async function useEnvironment(
  environments: EnvironmentPicker,
  argument: unknown,
  chosen: (name: string) => string | null,
): Promise<void> {
  const group = v.safeParse(groupSchema, argument);
  if (!group.success) return;
  for (const file of filesOf(group.output)) await environments.select(file, chosen(group.output.label));
}

/** Opens the file that declares the environment, at its name; the setting where none does. */
async function openEnvironment({ files }: Pick<EditorServices, 'files'>, argument: unknown): Promise<void> {
  const group = v.safeParse(groupSchema, argument);
  if (!group.success) return;
  const name = JSON.stringify(group.output.label);
  for (const from of filesOf(group.output)) {
    for (const fileName of ['http-client.env.json', 'http-client.private.env.json']) {
      const found = await nearestFile(files, from.toString(), fileName, { trusted: workspace.isTrusted });
      if (found?.failure !== null) continue;
      const document = await workspace.openTextDocument(Uri.parse(found.location, true));
      const offset = document.getText().indexOf(name);
      if (offset < 0) continue;
      const at = document.positionAt(offset);
      await window.showTextDocument(document, { selection: new Range(at, at) });
      return;
    }
  }
  await commands.executeCommand('workbench.action.openSettings', '@id:keyturn.environments');
  void window.setStatusBarMessage(
    l10n.t('No file declares this environment. The setting keyturn.environments may.'),
    5000,
  );
}

function filesOf({ entries }: v.InferOutput<typeof groupSchema>): Uri[] {
  const declared = entries.map(({ declaredIn }) => declaredIn).filter((file) => file !== null);
  return [...new Set(declared)].map((file) => Uri.parse(file, true));
}
