import { Uri, workspace } from 'vscode';

/** The folder for which an environment is chosen: the workspace folder; for files outside, the one they lie in. */
export function choiceFolder(document: Uri): Uri {
  return workspace.getWorkspaceFolder(document)?.uri ?? Uri.joinPath(document, '..');
}
