import { Uri, workspace } from 'vscode';

/** The person's copy of the tour: in the editor's storage for Keyturn, which goes when Keyturn is uninstalled. */
export function tourFolder(storage: Uri): Uri {
  return Uri.joinPath(storage, 'tour');
}

/** Whether this window shows that copy. */
export function isTourOpen(storage: Uri): boolean {
  const tour = tourFolder(storage).toString();
  return workspace.workspaceFolders?.some(({ uri }) => uri.toString() === tour) ?? false;
}
