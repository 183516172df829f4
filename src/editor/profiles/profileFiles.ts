import { type Disposable, EventEmitter, RelativePattern, type TextDocument, Uri, workspace } from 'vscode';
import type { Files } from '../../base/files.ts';
import { fileAt } from '../../base/nearestFile.ts';
import type { ProfileFile } from '../../profile/declared.ts';
import { PROFILE_FILE_NAME } from '../../profile/name.ts';

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
  /** Files that `all` has told, or that were told of since; null before the first call of `all`. */
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
      workspace.onDidGrantWorkspaceTrust(structure),
      workspace.onDidChangeTextDocument((event) => edited(event.document)),
      workspace.onDidCloseTextDocument(edited),
    );
  }

  /** The nearest file, upward from the document's folder; for a document without a folder, from the first workspace folder. */
  async nearest(document: Uri): Promise<ProfileFile | null> {
    const location = document.toString();
    const [first] = workspace.workspaceFolders ?? [];
    if (this.#files.parent(location) !== null) return this.#nearestFrom(location);
    return first === undefined ? null : this.#nearestFrom(this.#inside(first.uri));
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

  /** Every file inside the workspace. */
  async all(): Promise<ProfileFile[]> {
    // What a search came upon counts also where the editor's own search leaves it out.
    const locations = new Set((workspace.workspaceFolders ?? []).map(({ uri }) => this.#inside(uri)));
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

  /** Where the `keyturn.json` of a folder itself would be. */
  #inside(folder: Uri): string {
    return this.#files.join(folder.toString(), PROFILE_FILE_NAME);
  }

  async #nearestFrom(location: string): Promise<ProfileFile | null> {
    const folder = this.#files.parent(location) ?? location;
    let known = this.#nearest.get(folder);
    if (known === undefined) {
      known = this.#search(location);
      this.#nearest.set(folder, known);
      known.catch(() => this.#nearest.delete(folder));
    }
    const found = await known;
    return found === null ? null : this.at(found);
  }

  async #search(from: string): Promise<string | null> {
    for (const folder of await this.#files.upward(from, workspace.isTrusted)) {
      const location = this.#files.join(folder, PROFILE_FILE_NAME);
      if ((await this.at(location)) === null) continue;
      this.#watchOutside(location);
      this.#tell(location);
      return location;
    }
    return null;
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
    const { foundProfileFile, parseProfileFile } = await import('../platform/later.ts');
    const found = await fileAt(this.#files, location, location, { trusted: workspace.isTrusted });
    if (found === 'left_aside') return null;
    // A document that is not saved yet may have no file. One that must not be read does not count for being open.
    if (open !== undefined && (found === 'nothing' || found.failure === null)) {
      return parseProfileFile(open.getText(), location);
    }
    return found === 'nothing' ? null : foundProfileFile(found);
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

function isProfileFile(uri: Uri): boolean {
  return uri.path.endsWith(`/${PROFILE_FILE_NAME}`);
}
