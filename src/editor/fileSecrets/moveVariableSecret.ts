import { Range, type TextDocument, WorkspaceEdit } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import type { EditorServices } from '../services.ts';
import { applyAndSave } from './applyEdit.ts';
import { keepSecret } from './keepSecret.ts';
import { type VariableSecret, variableSecrets } from './variableSecrets.ts';

/**
 * Takes the secret of a client or a person out of a variable of a `.http` file: it is stored for the profiles that the
 * requests of the file mean, and only then its line is removed. Fails like `moveEnvironmentSecret`.
 */
export async function moveVariableSecret(
  services: EditorServices,
  document: TextDocument,
  secret: VariableSecret,
): Promise<void> {
  const { environments } = services;
  const { uri } = document;
  const reader = {
    tree: treeOf(document),
    file: uri.toString(),
    variables: await environments.variables(uri),
    authEntry: (id: string) => environments.authEntry(uri, id),
  };
  const kept = await keepSecret(services, document, secret, [reader]);
  if (kept === null) return;
  const edit = new WorkspaceEdit();
  // Questions take their time, in which a person may edit.
  for (const { value, variable } of variableSecrets(treeOf(document))) {
    if (value !== secret.value || variable.name !== secret.variable.name) continue;
    const { line } = variable.span.start;
    edit.delete(uri, document.validateRange(new Range(line, 0, line + 1, 0)));
  }
  kept.told(await applyAndSave(document, edit));
}
