import { Disposable, FileType, type TextDocument, type Uri, workspace } from 'vscode';

/** The files that hold requests, also those that the editor opens as another language. */
export const requestFilePattern = '**/*.{http,rest}';
const requestFilePath = /\.(?:http|rest)$/i;

/** What is new about request files. */
export interface RequestFileNews {
  /** A file; null where several may have come, and nothing says which. */
  came(uri: Uri | null): void;
  /** The file, or the folder with all that was in it. */
  gone(uri: Uri): void;
  /** The text of the file on the disk. */
  changed(uri: Uri): void;
  /** The text of an open document, saved or not. */
  edited(uri: Uri): void;
  opened(uri: Uri): void;
  closed(uri: Uri): void;
}

/** A burst of new files, as a build makes them, is looked at once. */
const SETTLE_MS = 200;
/** Of new files that may be folders. Where more come at once, one among them is taken to be one. */
const MOST_LOOKED_AT = 50;

/** Watches the disk and the open documents. A folder that comes or goes says nothing of the files in it. */
export function watchRequestFiles(news: RequestFileNews): Disposable {
  const files = workspace.createFileSystemWatcher(requestFilePattern);
  const all = workspace.createFileSystemWatcher('**', false, true, false);
  const newcomers = new Map<string, Uri>();
  let settling: NodeJS.Timeout | undefined;
  const lookForFolders = async () => {
    const uris = [...newcomers.values()];
    newcomers.clear();
    const isFolder =
      uris.length > MOST_LOOKED_AT || (await Promise.all(uris.map(isFolderNow))).some((folder) => folder);
    if (isFolder) news.came(null);
  };
  const watched = Disposable.from(
    files,
    all,
    files.onDidCreate((uri) => news.came(uri)),
    files.onDidChange((uri) => news.changed(uri)),
    all.onDidCreate((uri) => {
      if (requestFilePath.test(uri.path)) return;
      newcomers.set(uri.toString(), uri);
      clearTimeout(settling);
      settling = setTimeout(() => void lookForFolders(), SETTLE_MS);
    }),
    all.onDidDelete((uri) => news.gone(uri)),
    workspace.onDidChangeWorkspaceFolders(() => news.came(null)),
    workspace.onDidGrantWorkspaceTrust(() => news.came(null)),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('files.exclude')) news.came(null);
    }),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && isRequestDocument(document)) news.edited(document.uri);
    }),
    workspace.onDidOpenTextDocument((document) => {
      if (isRequestDocument(document)) news.opened(document.uri);
    }),
    workspace.onDidCloseTextDocument((document) => {
      if (isRequestDocument(document)) news.closed(document.uri);
    }),
  );
  return new Disposable(() => {
    clearTimeout(settling);
    watched.dispose();
  });
}

/** Requests that a person can edit here: not the old side of a comparison, nor a response. */
export function isRequestDocument({ languageId, uri }: TextDocument): boolean {
  if (languageId !== 'http' && !requestFilePath.test(uri.path)) return false;
  return (
    uri.scheme === 'untitled' ||
    workspace.fs.isWritableFileSystem(uri.scheme) === true ||
    workspace.getWorkspaceFolder(uri) !== undefined
  );
}

async function isFolderNow(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.Directory) !== 0;
  } catch {
    // It is gone again.
    return false;
  }
}
