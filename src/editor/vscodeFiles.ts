import { FileSystemError, Uri, workspace } from 'vscode';
import { KeyturnError } from '../errors.ts';
import type { Files } from '../files.ts';

const WINDOWS_DRIVE = /^[A-Za-z]:[\\/]/;

/** Files of any workspace, virtual ones too. A location is `uri.toString()`. */
export const vscodeFiles: Files = {
  async read(location) {
    const uri = Uri.parse(location, true);
    try {
      return await workspace.fs.readFile(uri);
    } catch (error) {
      if (error instanceof FileSystemError && error.code === 'FileNotFound') return null;
      throw new KeyturnError('file_unreadable', `The file ${displayPath(uri)} could not be read.`, {
        cause: error,
        hint: 'Check that it is a file and that you may read it.',
      });
    }
  },
  resolve(base, reference) {
    const from = Uri.parse(base, true);
    if (from.scheme === 'file' && WINDOWS_DRIVE.test(reference)) return Uri.file(reference).toString();
    const path = reference.replaceAll('\\', '/');
    const target = path.startsWith('/') ? from.with({ path }) : Uri.joinPath(from, '..', path);
    return target.toString();
  },
  parent(location) {
    const uri = Uri.parse(location, true);
    if (!uri.path.startsWith('/')) return null;
    const parent = Uri.joinPath(uri, '..');
    return parent.path === uri.path ? null : parent.toString();
  },
  join(folder, name) {
    return Uri.joinPath(Uri.parse(folder, true), name).toString();
  },
};

/** The whole path of a location: two workspaces may have files of one name. */
export function fullPath(location: string): string {
  const uri = Uri.parse(location);
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}

/** The path as the person knows it: relative to the workspace where it is inside. */
export function displayPath(uri: Uri): string {
  return workspace.asRelativePath(uri);
}
