import {
  CancellationTokenSource,
  type Disposable,
  EventEmitter,
  l10n,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { throwIfAborted } from '../../base/abortable.ts';
import { asKeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { SingleFlight } from '../../base/singleFlight.ts';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { dialectAt, onDidChangeDialects } from './treeDialects.ts';
import { treeOf } from './documentTrees.ts';
import { isRequestDocument, requestFilePattern, watchRequestFiles } from './requestFileWatch.ts';

const EXCLUDED = '**/node_modules/**';

/** What Keyturn looks at beside open documents. */
export const requestFileLimits = {
  /** In a workspace. */
  files: 2000,
  /** Of one file. */
  bytes: 5_000_000,
  /** Of all files whose trees are kept: the ones that were used last. */
  keptBytes: 50_000_000,
} as const;

export interface RequestFileList {
  /** In the order of their addresses. */
  readonly uris: readonly Uri[];
  /** The workspace has more files than Keyturn looks at. */
  readonly isCut: boolean;
}

export interface RequestFile {
  readonly uri: Uri;
  readonly tree: HttpFile;
}

/**
 * The `.http` and `.rest` files of the workspace, opened or not, and every open document with requests. What is open
 * counts before it is saved. A file is read when its tree is first wanted, and parsed once until it changes.
 */
export class RequestFiles implements Disposable {
  readonly #files: Pick<Files, 'read' | 'leftAside'>;
  readonly #searches = new SingleFlight<RequestFileList>();
  readonly #reads = new SingleFlight<HttpFile | null>();
  readonly #changed = new EventEmitter<Uri | null>();
  readonly #watch: Disposable;
  readonly #dialects: { dispose(): void };
  /** Trees of files on the disk by location; the one that was used last stands last. */
  readonly #trees = new Map<string, { readonly tree: HttpFile; readonly bytes: number }>();
  #keptBytes = 0;
  /** What was found on the disk; null where that has to be looked for. */
  #found: RequestFileList | null = null;
  /** Grows with each change on the disk: what was begun before it is not kept. */
  #generation = 0;
  /** Open documents whose files were deleted: the editor keeps some for minutes after the last tab is closed. */
  readonly #deleted = new Set<string>();
  #cutTold = false;

  /** The file whose requests may be others now; null where files came or went. */
  readonly onDidChange = this.#changed.event;

  constructor(files: Pick<Files, 'read' | 'leftAside'>) {
    this.#files = files;
    this.#dialects = onDidChangeDialects((folders) => {
      // What is being read was begun by the rules before.
      this.#generation++;
      for (const location of [...this.#trees.keys()]) {
        const folder = location.slice(0, location.lastIndexOf('/'));
        if (folders === null || folders.has(folder)) this.#drop(location);
      }
      this.#changed.fire(null);
    });
    const changed = (uri: Uri) => {
      this.#forgetTree(uri.toString());
      this.#changed.fire(uri);
    };
    this.#watch = watchRequestFiles({
      came: (uri) => {
        // Its text may be another than that of a file that was there before.
        if (uri !== null) this.#drop(uri.toString());
        this.#forgetList();
      },
      gone: (uri) => this.#gone(uri),
      changed,
      edited: (uri) => this.#changed.fire(uri),
      opened: (uri) => {
        if (!this.#isListed(uri)) this.#changed.fire(null);
      },
      closed: (uri) => {
        this.#deleted.delete(uri.toString());
        // No watcher may have told of it while it was open.
        if (this.#isListed(uri)) changed(uri);
        else this.#forgetList();
      },
    });
  }

  /** Fails with `cancelled`. */
  async files(signal?: AbortSignal): Promise<RequestFileList> {
    const { uris, isCut } = this.#found ?? (await this.#find(signal));
    const open = this.#documents().filter(isRequestDocument);
    return { uris: sorted([...uris, ...open.map(({ uri }) => uri)]), isCut };
  }

  /** Null where the file is gone or cannot be read, which the person is told. Fails with `cancelled`. */
  async tree(uri: Uri, signal?: AbortSignal): Promise<HttpFile | null> {
    throwIfAborted(signal);
    const location = uri.toString();
    const open = this.#documents().find((document) => document.uri.toString() === location);
    if (open !== undefined) return treeOf(open);
    if (uri.scheme === 'untitled') return null;
    const known = this.#trees.get(location);
    if (known === undefined) {
      const work = (joint: AbortSignal) => this.#read(uri, joint);
      return this.#reads.run(`${this.#generation} ${location}`, work, signal);
    }
    this.#trees.delete(location);
    this.#trees.set(location, known);
    return known.tree;
  }

  /** All that can be read, one after the other; those inside a folder, where one is named. Fails with `cancelled`. */
  async *trees(
    options: { readonly signal?: AbortSignal; readonly inside?: Uri } = {},
  ): AsyncGenerator<RequestFile> {
    const { signal, inside } = options;
    const { uris } = await this.files(signal);
    for (const uri of uris) {
      if (inside !== undefined && !isInside(uri.toString(), inside.toString())) continue;
      const tree = await this.tree(uri, signal);
      if (tree !== null) yield { uri, tree };
    }
  }

  dispose(): void {
    this.#watch.dispose();
    this.#dialects.dispose();
    this.#searches.cancelAll();
    this.#reads.cancelAll();
    this.#changed.dispose();
  }

  /** What is open, but not of a file that is deleted, unless there are edits to save. */
  #documents(): TextDocument[] {
    return workspace.textDocuments.filter(
      ({ isClosed, isDirty, uri }) => !isClosed && (isDirty || !this.#deleted.has(uri.toString())),
    );
  }

  #find(signal: AbortSignal | undefined): Promise<RequestFileList> {
    return this.#searches.run(String(this.#generation), (joint) => this.#search(joint), signal);
  }

  async #search(signal: AbortSignal): Promise<RequestFileList> {
    const generation = this.#generation;
    const cancellation = new CancellationTokenSource();
    const cancel = () => cancellation.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const most = requestFileLimits.files;
      const uris = await workspace.findFiles(requestFilePattern, EXCLUDED, most + 1, cancellation.token);
      throwIfAborted(signal);
      const found = { uris: sorted(uris).slice(0, most), isCut: uris.length > most };
      if (found.isCut) this.#tellCut(most);
      if (generation === this.#generation) {
        this.#found = found;
        for (const uri of found.uris) this.#deleted.delete(uri.toString());
      }
      return found;
    } finally {
      signal.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }

  async #read(uri: Uri, signal: AbortSignal): Promise<HttpFile | null> {
    const generation = this.#generation;
    const location = uri.toString();
    const how = {
      from: location,
      trusted: workspace.isTrusted,
      maxBytes: requestFileLimits.bytes,
      signal,
    };
    try {
      const bytes = await this.#files.read(location, how);
      this.#files.leftAside(location, null);
      if (bytes === null) return null;
      const tree = parseHttpFile(new TextDecoder().decode(bytes), { settle: (own) => dialectAt(uri, own) });
      if (generation === this.#generation) this.#keep(location, tree, bytes.byteLength);
      return tree;
    } catch (error) {
      const fault = asKeyturnError(error);
      if (fault.code === 'cancelled') throw fault;
      this.#files.leftAside(location, fault);
      return null;
    }
  }

  #keep(location: string, tree: HttpFile, bytes: number): void {
    this.#trees.set(location, { tree, bytes });
    this.#keptBytes += bytes;
    for (const oldest of this.#trees.keys()) {
      if (this.#keptBytes <= requestFileLimits.keptBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(location: string): void {
    this.#keptBytes -= this.#trees.get(location)?.bytes ?? 0;
    this.#trees.delete(location);
  }

  #forgetTree(location: string): void {
    this.#generation++;
    this.#drop(location);
  }

  #forgetList(): void {
    this.#generation++;
    this.#found = null;
    this.#changed.fire(null);
  }

  #gone(uri: Uri): void {
    const gone = uri.toString();
    const concerns = (location: string) => location === gone || isInside(location, gone);
    // Elsewhere files come and go all the time, and no request with them.
    const listed = this.#found?.uris.filter((one) => concerns(one.toString())) ?? [];
    const kept = [...this.#trees.keys()].filter(concerns);
    for (const location of kept) this.#drop(location);
    for (const one of listed) this.#files.leftAside(one.toString(), null);
    for (const { uri: open } of workspace.textDocuments) {
      if (concerns(open.toString())) this.#deleted.add(open.toString());
    }
    if (listed.length > 0 || kept.length > 0 || this.#found === null) this.#forgetList();
  }

  #isListed(uri: Uri): boolean {
    const location = uri.toString();
    return this.#found?.uris.some((one) => one.toString() === location) ?? false;
  }

  #tellCut(most: number): void {
    if (this.#cutTold) return;
    this.#cutTold = true;
    void window.showWarningMessage(
      l10n.t(
        'This workspace has more than {0} request files. Keyturn reads {0} of them, and those that are open.',
        most,
      ),
    );
  }
}

function isInside(location: string, folder: string): boolean {
  return location.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Each once, by its address. */
function sorted(uris: readonly Uri[]): Uri[] {
  const byLocation = new Map(uris.map((uri) => [uri.toString(), uri]));
  return [...byLocation].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, uri]) => uri);
}
