import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { quotedPart } from '../../httpfile/resolve/quotedPart.ts';
import { importsOf } from './dependencies.ts';
import { readRequestFile } from './readRequestFile.ts';

/** A request file that another one brings along. */
export interface ImportedFile {
  readonly file: string;
  readonly tree: HttpFile;
}

export interface ImportedFiles {
  /** Nearest first. */
  readonly files: readonly ImportedFile[];
  /** Why one could not be read: a request that needs nothing of it goes all the same. */
  readonly failure: KeyturnError | null;
}

type Importing = ImportedFile & {
  /** Files on the way to it, itself included. */
  readonly path: readonly string[];
};

/** Reads the files that request files import, each once for a run, in the dialect of the file that imports it. */
export class Imports {
  readonly #files: Pick<Files, 'read' | 'resolve'>;
  readonly #trees = new Map<string, Promise<HttpFile>>();
  readonly #imported = new WeakMap<HttpFile, Promise<ImportedFiles>>();

  constructor(files: Pick<Files, 'read' | 'resolve'>) {
    this.#files = files;
  }

  /**
   * The files that a file imports and those that they import. Fails with `request_invalid` on a circle, and with
   * `cancelled`.
   */
  of(file: ImportedFile, signal?: AbortSignal): Promise<ImportedFiles> {
    const known = this.#imported.get(file.tree);
    if (known !== undefined) return known;
    const imported = this.#collect({ ...file, path: [file.file] }, new Set(), signal);
    this.#imported.set(file.tree, imported);
    return imported;
  }

  /** The file at a path that another one writes on a line (zero-based). Fails with `file_unreadable`. */
  async read(from: ImportedFile, path: string, line: number, signal?: AbortSignal): Promise<ImportedFile> {
    const location = this.#files.resolve(from.file, path);
    let tree = this.#trees.get(location);
    if (tree === undefined) {
      tree = this.#parse(from, { location, path, line }, signal);
      this.#trees.set(location, tree);
    }
    return { file: location, tree: await tree };
  }

  /** `seen`: files that stand in the list already, though others import them too. */
  async #collect(
    importing: Importing,
    seen: Set<string>,
    signal: AbortSignal | undefined,
  ): Promise<ImportedFiles> {
    const files: ImportedFile[] = [];
    let failure: KeyturnError | null = null;
    for (const { path, line } of importsOf(importing.tree)) {
      let imported: ImportedFile;
      try {
        imported = await this.read(importing, path, line, signal);
      } catch (error) {
        if (!KeyturnError.is(error, 'file_unreadable')) throw error;
        failure ??= error;
        continue;
      }
      if (importing.path.includes(imported.file)) {
        throw new KeyturnError(
          'request_invalid',
          `Request files import one another in a circle: ${quotedPart(path)} (line ${line + 1}) imports a file that leads to it.`,
          { data: { line: line + 1 } },
        );
      }
      if (seen.has(imported.file)) continue;
      seen.add(imported.file);
      files.push(imported);
      const way = [...importing.path, imported.file];
      const further = await this.#collect({ ...imported, path: way }, seen, signal);
      for (const each of further.files) files.push(each);
      failure ??= further.failure;
    }
    return { files, failure };
  }

  async #parse(
    from: ImportedFile,
    { location, path, line }: { readonly location: string; readonly path: string; readonly line: number },
    signal: AbortSignal | undefined,
  ): Promise<HttpFile> {
    const shown = `${quotedPart(path)} (line ${line + 1})`;
    return readRequestFile(this.#files, {
      location,
      from: from.file,
      name: quotedPart(path),
      shown,
      dialect: from.tree.dialect,
      signal,
    });
  }
}
