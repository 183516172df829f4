import { FileSystemError, FileType, Uri, workspace } from 'vscode';
import { abortable } from '../../base/abortable.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { FileRead, Files } from '../../base/files.ts';
import { outsideWorkspace, tooLong, unreadable } from '../../node/fileFaults.ts';
import { isSystemPath } from '../../node/localPath.ts';

const WINDOWS_DRIVE = /^[A-Za-z]:[\\/]/;

/** Files of any workspace, virtual ones too. A location is `uri.toString()`. */
export function createEditorFiles(leftAside: Files['leftAside']): Files {
  return {
    async read(location, how) {
      const uri = Uri.parse(location, true);
      if (uri.scheme !== 'file') return abortable(readVirtual(uri, how), how.signal);
      const from = how.from === null ? uri : Uri.parse(how.from, true);
      const { readLocalFile } = await import('./later.ts');
      return readLocalFile(uri.fsPath, {
        ...how,
        name: how.name ?? displayPath(uri),
        from: from.fsPath,
        within: how.trusted ? null : homeOf(from).fsPath,
        // Who opens a folder knows whom it belongs to: in a container that may be another user.
        ownerOf: workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? null,
      });
    },
    resolve(base, reference) {
      const from = Uri.parse(base, true);
      const path = reference.replaceAll('\\', '/');
      if (from.scheme === 'file' && (WINDOWS_DRIVE.test(reference) || path.startsWith('//'))) {
        return Uri.file(path).toString();
      }
      const target = path.startsWith('/')
        ? from.with({ path: path.replace(/^\/+/, '/') })
        : Uri.joinPath(from, '..', path);
      return target.toString();
    },
    parent: (location) => folderOf(Uri.parse(location, true))?.toString() ?? null,
    join: (folder, name) => Uri.joinPath(Uri.parse(folder, true), name).toString(),
    async upward(from, trusted) {
      const uri = Uri.parse(from, true);
      const folder = folderOf(uri);
      if (folder === null) return [];
      const top = workspace.getWorkspaceFolder(uri)?.uri ?? (trusted ? null : folder);
      if (uri.scheme !== 'file') return virtualUpward(folder, top);
      const { foldersUpward } = await import('./later.ts');
      const paths = await foldersUpward(folder.fsPath, top?.fsPath ?? null);
      return paths.map((path) => Uri.file(path).toString());
    },
    leftAside,
  };
}

/** The whole path of a location: two workspaces may have files of one name. */
export function fullPath(location: string): string {
  const uri = Uri.parse(location);
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}

/** The path as the person knows it: relative to the workspace where it is inside. */
export function displayPath(uri: Uri): string {
  return workspace.asRelativePath(uri);
}

/** The workspace folder of a file; outside of one, the folder that holds it. */
function homeOf(file: Uri): Uri {
  return workspace.getWorkspaceFolder(file)?.uri ?? folderOf(file) ?? file;
}

/** Null at the root, and for what lies in no folder, as a document that was never saved. */
function folderOf(uri: Uri): Uri | null {
  if (!uri.path.startsWith('/')) return null;
  const parent = Uri.joinPath(uri, '..');
  return parent.path === uri.path ? null : parent;
}

/** The owner of a folder that the editor alone can see is not known. */
async function virtualUpward(folder: Uri, top: Uri | null): Promise<string[]> {
  const folders: string[] = [];
  for (let at: Uri | null = folder; at !== null; at = folderOf(at)) {
    folders.push(at.toString());
    if (at.toString() === top?.toString()) break;
    if (top === null && (await typeOf(Uri.joinPath(at, '.git'))) !== null) break;
  }
  return folders;
}

/** A file that only the editor can reach. Where its links lead cannot be seen from here. */
async function readVirtual(uri: Uri, how: FileRead): Promise<Uint8Array | null> {
  const shown = { ...how, name: how.name ?? displayPath(uri) };
  const fail = (what: string, hint: string, cause?: unknown) =>
    unreadable(uri.path, shown, what, hint, cause);
  try {
    if (isSystemPath(uri.path, 'linux')) {
      throw fail('belongs to the system', 'Keyturn reads nothing in /proc, /sys or /dev.');
    }
    if (!how.trusted)
      await requireInside(uri, homeOf(how.from === null ? uri : Uri.parse(how.from, true)), shown.name);
    const { type, size } = await workspace.fs.stat(uri);
    if ((type & FileType.File) === 0)
      throw fail('is no regular file', 'Name a file: folders and devices are not read.');
    // What the kernel says in /proc has no size.
    if ((type & FileType.SymbolicLink) !== 0 && size === 0)
      throw fail('is a link to nothing', 'Name a file.');
    if (size > how.maxBytes) throw tooLong(uri.path, shown);
    const bytes = await workspace.fs.readFile(uri);
    if (bytes.byteLength > how.maxBytes) throw tooLong(uri.path, shown);
    return bytes;
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return null;
    throw fail('could not be read', 'Check that it is a file and that you may read it.', error);
  }
}

/** No link on the way from the folder to the file: it might lead out. */
async function requireInside(uri: Uri, folder: Uri, name: string): Promise<void> {
  for (let at: Uri | null = uri; at !== null && at.toString() !== folder.toString(); at = folderOf(at)) {
    if (((await typeOf(at)) ?? 0) & FileType.SymbolicLink) throw outsideWorkspace(name);
    if (folderOf(at) === null) throw outsideWorkspace(name);
  }
}

async function typeOf(uri: Uri): Promise<FileType | null> {
  try {
    return (await workspace.fs.stat(uri)).type;
  } catch {
    return null;
  }
}
