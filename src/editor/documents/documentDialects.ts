import { Disposable, FileType, Uri, workspace } from 'vscode';
import * as v from 'valibot';
import { fileLimits, type Files } from '../../base/files.ts';
import { dialectBeside, type SeenFolder, siblingLimits } from '../../httpfile/dialects/neighbours.ts';
import { settledDialect } from '../../httpfile/parse/dialect.ts';
import type { KeyValueStore } from '../../base/keyValue.ts';
import { dialects, type Dialect } from '../../httpfile/parse/tree.ts';
import { dialectsChanged, useDialects } from './treeDialects.ts';

/** The setting `keyturn.dialect`. */
export interface DialectSetting {
  at(uri: Uri): Dialect | 'auto';
  onDidChange(listener: () => void): { dispose(): void };
}

/** Files that tell whose folder it is: see `dialectBeside`. */
const TELLING =
  '**/{http-client.env.json,http-client.private.env.json,http-client.env.json.user,.httpyac*,httpyac.config.*}';

/** Under this key the choices are kept. */
const CHOICES = 'keyturn.dialects';
const choicesSchema = v.record(v.string(), v.picklist(dialects));

/** Many folders are looked at in a row: they are told of together. */
const TOGETHER_MS = 100;

/** Folders above one another: more is no project. */
const deepest = 40;

/** Chooses dialects by the setting, the signs of a file and the files beside it, until it is disposed of. */
export class DocumentDialects implements Disposable {
  readonly #files: Pick<Files, 'read'>;
  readonly #setting: DialectSetting;
  readonly #choices: Pick<KeyValueStore, 'get' | 'set'>;
  /** What the person chose for folders, by their locations. */
  #chosen: ReadonlyMap<string, Dialect> = new Map();
  /** What the files of each folder speak for; null where that is nothing, or not known yet. */
  readonly #besides = new Map<string, Dialect | null>();
  /** Folders that something was found in, and that is not told yet. */
  readonly #found = new Set<string>();
  readonly #watch: Disposable;
  #telling: NodeJS.Timeout | undefined;
  /** Grows when all is forgotten: what was begun before does not count. */
  #round = 0;

  constructor(
    files: Pick<Files, 'read'>,
    setting: DialectSetting,
    choices: Pick<KeyValueStore, 'get' | 'set'>,
  ) {
    this.#files = files;
    this.#setting = setting;
    this.#choices = choices;
    const telling = workspace.createFileSystemWatcher(TELLING, false, true);
    const forget = () => this.#forget();
    this.#watch = Disposable.from(
      telling,
      telling.onDidCreate(forget),
      telling.onDidDelete(forget),
      workspace.onDidChangeWorkspaceFolders(forget),
      setting.onDidChange(() => dialectsChanged(null)),
    );
    useDialects((uri, own) => {
      const wanted = this.#wanted(uri);
      if (wanted !== 'auto') return wanted;
      return own.by === 'sign' ? own.dialect : settledDialect(own, this.#beside(uri));
    });
    // Without the choices, files are read as if there were none.
    this.#load().catch(() => undefined);
  }

  /** What the person chose for the folder of a file; null where that is nothing. */
  choiceAt(uri: Uri): Dialect | null {
    return this.#chosen.get(folderOf(uri)) ?? null;
  }

  /** Keeps the choice for the folder; `auto` withdraws it. */
  async choose(uri: Uri, dialect: Dialect | 'auto'): Promise<void> {
    const chosen = new Map(this.#chosen);
    if (dialect === 'auto') chosen.delete(folderOf(uri));
    else chosen.set(folderOf(uri), dialect);
    this.#chosen = chosen;
    dialectsChanged(null);
    await this.#choices.set(CHOICES, Object.fromEntries(chosen));
  }

  #wanted(uri: Uri): Dialect | 'auto' {
    return this.choiceAt(uri) ?? this.#setting.at(uri);
  }

  async #load(): Promise<void> {
    const kept = v.safeParse(choicesSchema, await this.#choices.get(CHOICES));
    if (!kept.success) return;
    this.#chosen = new Map(Object.entries(kept.output));
    if (this.#chosen.size > 0) dialectsChanged(null);
  }

  dispose(): void {
    clearTimeout(this.#telling);
    this.#round++;
    this.#watch.dispose();
    useDialects(null);
  }

  #forget(): void {
    this.#round++;
    this.#besides.clear();
    dialectsChanged(null);
  }

  #beside(uri: Uri): Dialect | null {
    if (uri.scheme === 'untitled') return null;
    const folder = Uri.joinPath(uri, '..');
    const key = folderOf(uri);
    const known = this.#besides.get(key);
    if (known !== undefined) return known;
    this.#besides.set(key, null);
    const round = this.#round;
    look(this.#files, uri, folder)
      .then((dialect) => {
        if (dialect === null || round !== this.#round) return;
        this.#besides.set(key, dialect);
        this.#tellOf(key);
      })
      // A folder that cannot be looked at says nothing.
      .catch(() => undefined);
    return null;
  }

  #tellOf(folder: string): void {
    this.#found.add(folder);
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => {
      const folders = new Set(this.#found);
      this.#found.clear();
      dialectsChanged(folders);
    }, TOGETHER_MS);
  }
}

function folderOf(uri: Uri): string {
  return Uri.joinPath(uri, '..').toString();
}

async function look(reader: Pick<Files, 'read'>, file: Uri, folder: Uri): Promise<Dialect | null> {
  const root = workspace.getWorkspaceFolder(file)?.uri ?? folder;
  const read = async (uri: Uri, maxBytes: number): Promise<string | null> => {
    const how = { from: file.toString(), trusted: workspace.isTrusted, maxBytes, owned: true };
    const bytes = await reader.read(uri.toString(), how).catch(() => null);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  };
  const seen: SeenFolder[] = [];
  const siblings: string[] = [];
  for (let at = folder, depth = 0; depth < deepest; at = Uri.joinPath(at, '..'), depth++) {
    const entries = await workspace.fs.readDirectory(at).then(undefined, () => []);
    const names = entries.filter(([, type]) => (type & FileType.File) !== 0).map(([name]) => name);
    const settings = await read(Uri.joinPath(at, '.vscode', 'settings.json'), fileLimits.settings);
    seen.push({ names, settings });
    if (depth === 0) {
      const others = names.filter((name) => /\.(?:http|rest)$/i.test(name)).slice(0, siblingLimits.files);
      const texts = await Promise.all(
        others.map((name) => read(Uri.joinPath(folder, name), siblingLimits.bytes)),
      );
      siblings.push(...texts.filter((text) => text !== null));
    }
    if (at.toString() === root.toString() || at.path === '/') break;
  }
  return dialectBeside(seen, siblings);
}
