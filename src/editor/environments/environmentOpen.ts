import type { Uri } from 'vscode';
import type { EnvironmentPicker } from './picker.ts';

/** True where a document has environments and none of them is chosen. */
export async function isEnvironmentOpen(
  environments: Pick<EnvironmentPicker, 'names' | 'selected'>,
  document: Uri,
): Promise<boolean> {
  const names = await environments.names(document);
  const selected = environments.selected(document);
  return names.length > 0 && (selected === null || !names.includes(selected));
}
