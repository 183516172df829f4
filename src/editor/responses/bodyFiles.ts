import {
  EventEmitter,
  Disposable,
  type FileChangeEvent,
  FileChangeType,
  FileSystemError,
  type FileStat,
  type FileSystemProvider,
  FileType,
  Uri,
  workspace,
} from 'vscode';

export const bodyScheme = 'keyturn-body';

/** Bytes of response bodies as read-only files, for the editor's own image viewer. The last one of each name is kept. */
export class BodyFiles implements FileSystemProvider {
  readonly #bodies = new Map<string, { readonly bytes: Uint8Array; readonly mtime: number }>();
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  register(): Disposable {
    return workspace.registerFileSystemProvider(bodyScheme, this, {
      isReadonly: true,
      isCaseSensitive: true,
    });
  }

  put(name: string, bytes: Uint8Array, mtime: number): Uri {
    const uri = Uri.from({ scheme: bodyScheme, path: `/${name}` });
    const type = this.#bodies.has(uri.path) ? FileChangeType.Changed : FileChangeType.Created;
    this.#bodies.set(uri.path, { bytes, mtime });
    this.#changed.fire([{ type, uri }]);
    return uri;
  }

  forget(uri: Uri): void {
    this.#bodies.delete(uri.path);
  }

  watch(): Disposable {
    return new Disposable(() => undefined);
  }

  stat(uri: Uri): FileStat {
    const { bytes, mtime } = this.#find(uri);
    return { type: FileType.File, ctime: mtime, mtime, size: bytes.byteLength };
  }

  readFile(uri: Uri): Uint8Array {
    return this.#find(uri).bytes;
  }

  readDirectory(): [string, FileType][] {
    return [];
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  #find(uri: Uri): { readonly bytes: Uint8Array; readonly mtime: number } {
    const body = this.#bodies.get(uri.path);
    if (body === undefined) throw FileSystemError.FileNotFound(uri);
    return body;
  }
}
