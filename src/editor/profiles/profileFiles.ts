import { type Disposable, EventEmitter, RelativePattern, type TextDocument, Uri, workspace } from 'vscode';
import type { Files } from '../../files.ts';
import type { ProfileFile } from '../../token/profileFile.ts';
import { PROFILE_FILE_NAME } from '../../token/profileName.ts';

/**
 * The `keyturn.json` files that documents use, each read and parsed once until it changes. What is open in the
 * editor counts before it is saved.
 */
export class ProfileFiles {
  readonly #files: Files;
  readonly #parsed = new Map<string, Promise<ProfileFile | null>>();
  readonly #nearest = new Map<string, Promise<string | null>>();
  readonly #watched = new Map<string, Disposable>();
  readonly #changed = new EventEmitter<void>();
  readonly #read = new EventEmitter<ProfileFile>();
  readonly #subscriptions: Disposable[] = [];
  /** Files that `all` has told, or that were told of since; null before anybody asked for all. */
  #told: Set<string> | null = null;

  /** A file changed, came or went. */
  readonly onDidChange = this.#changed.event;
  /** A file was read and parsed anew. */
  readonly onDidRead = this.#read.event;

  constructor(files: Files) {
    this.#files = files;
    const watcher = workspace.createFileSystemWatcher(`**/${PROFILE_FILE_NAME}`);
    const structure = () => this.#forget();
    const content = (uri: Uri) => this.#forget(uri);
    const edited = (document: TextDocument) => {
      if (isProfileFile(document.uri)) content(document.uri);
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(structure),
      watcher.onDidDelete(structure),
      watcher.onDidChange(content),
      workspace.onDidChangeWorkspaceFolders(structure),
      workspace.onDidChangeTextDocument((event) => edited(event.document)),
      workspace.onDidCloseTextDocument(edited),
    );
  }

  /** The nearest file, upward from the document's folder; for a document without a folder, from the first workspace folder. */
  async nearest(document: Uri): Promise<ProfileFile | null> {
    const folder =
      this.#files.parent(document.toString()) ?? workspace.workspaceFolders?.[0]?.uri.toString() ?? null;
    const location = folder === null ? null : await this.#nearestFrom(folder);
    return location === null ? null : this.at(location);
  }

  /** Null when it is gone. */
  async at(location: string): Promise<ProfileFile | null> {
    const known = this.#parsed.get(location);
    if (known !== undefined) return known;
    const reading = this.#readFile(location);
    this.#parsed.set(location, reading);
    try {
      const file = await reading;
      if (file !== null && this.#parsed.get(location) === reading) this.#read.fire(file);
      return file;
    } catch (error) {
      this.#parsed.delete(location);
      throw error;
    }
  }

  /** Every file inside the workspace, and the nearest one above each of its folders. */
  async all(): Promise<ProfileFile[]> {
    const locations = new Set<string>();
    for (const folder of workspace.workspaceFolders ?? []) {
      const above = await this.#nearestFrom(folder.uri.toString());
      if (above !== null) locations.add(above);
    }
    for (const uri of await workspace.findFiles(`**/${PROFILE_FILE_NAME}`, '**/node_modules/**')) {
      locations.add(uri.toString());
    }
    this.#told = new Set([...(this.#told ?? []), ...locations]);
    const files = await Promise.all([...locations].sort().map((location) => this.at(location)));
    return files.filter((file) => file !== null);
  }

  /** Reads everything anew: a file that was just written is there before any watcher tells. */
  reload(): void {
    this.#forget();
  }

  dispose(): void {
    for (const disposable of [...this.#subscriptions, ...this.#watched.values()]) disposable.dispose();
    this.#changed.dispose();
    this.#read.dispose();
  }

  #nearestFrom(folder: string): Promise<string | null> {
    let known = this.#nearest.get(folder);
    if (known === undefined) {
      known = this.#search(folder);
      this.#nearest.set(folder, known);
      known.catch(() => this.#nearest.delete(folder));
    }
    return known;
  }

  async #search(folder: string): Promise<string | null> {
    const location = this.#files.join(folder, PROFILE_FILE_NAME);
    if ((await this.at(location)) !== null) {
      this.#watchOutside(location);
      this.#tell(location);
      return location;
    }
    const parent = this.#files.parent(folder);
    return parent === null || parent === folder ? null : this.#nearestFrom(parent);
  }

  /** No watcher told of this file: one may miss what comes together with its folder, and some folders are not watched. */
  #tell(location: string): void {
    if (this.#told === null || this.#told.has(location)) return;
    this.#told.add(location);
    this.#changed.fire();
  }

  async #readFile(location: string): Promise<ProfileFile | null> {
    const open = workspace.textDocuments.find(
      (document) => !document.isClosed && document.uri.toString() === location,
    );
    let text = open?.getText();
    if (text === undefined) {
      const bytes = await this.#files.read(location);
      if (bytes === null) return null;
      text = new TextDecoder().decode(bytes);
    }
    const { parseProfileFile } = await import('../later.ts');
    return parseProfileFile(text, location);
  }

  /** The watcher of the workspace does not see what lies above its folders. */
  #watchOutside(location: string): void {
    const uri = Uri.parse(location, true);
    if (workspace.getWorkspaceFolder(uri) !== undefined || this.#watched.has(location)) return;
    const watcher = workspace.createFileSystemWatcher(
      new RelativePattern(Uri.joinPath(uri, '..'), PROFILE_FILE_NAME),
    );
    watcher.onDidChange(() => this.#forget(uri));
    watcher.onDidDelete(() => this.#forget());
    this.#watched.set(location, watcher);
  }

  #forget(uri?: Uri): void {
    if (uri === undefined) {
      this.#parsed.clear();
      this.#nearest.clear();
    } else {
      const location = uri.toString();
      // A file that was not there may be now, as an edit of a document that is not saved yet.
      if (!this.#parsed.has(location)) return;
      this.#parsed.delete(location);
    }
    this.#changed.fire();
  }
}

export function isProfileFile(uri: Uri): boolean {
  return uri.path.endsWith(`/${PROFILE_FILE_NAME}`);
}
