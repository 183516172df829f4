import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Files } from '../../src/base/files.ts';
import { requestFileLimits, RequestFiles } from '../../src/editor/documents/requestFiles.ts';

// What a real editor does with a real disk is in test/editor/requestFiles.ts. Here: what it costs, limits, cancelling.

const editor = vi.hoisted(() => {
  type Listener = (...values: never[]) => void;
  const listeners = new Map<string, Listener[]>();
  const on = (name: string) => (listener: Listener) => {
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    return { dispose: () => undefined };
  };
  class Uri {
    readonly scheme = 'file';
    readonly path: string;
    constructor(path: string) {
      this.path = path;
    }
    toString(): string {
      return `file://${this.path}`;
    }
  }
  return {
    Uri,
    on,
    fire(name: string, value: unknown): void {
      for (const listener of listeners.get(name) ?? []) listener(value as never);
    },
    forget: () => listeners.clear(),
    /** Text by path. */
    disk: new Map<string, string>(),
    open: [] as {
      uri: Uri;
      languageId: string;
      isClosed: boolean;
      isDirty: boolean;
      version: number;
      getText(): string;
    }[],
    folders: new Set<string>(),
    searches: 0,
    warnings: [] as string[],
    /** Waited for by searches and reads. */
    held: Promise.resolve(),
  };
});

vi.mock('vscode', async () => {
  const { l10n } = await import('../support/vscode.ts');
  const { on, Uri } = editor;
  return {
    Uri,
    FileType: { Directory: 2 },
    Disposable: class {
      static from = () => ({ dispose: () => undefined });
      dispose = () => undefined;
    },
    EventEmitter: class {
      readonly #listeners: ((value: unknown) => void)[] = [];
      event = (listener: (value: unknown) => void) => void this.#listeners.push(listener);
      fire = (value: unknown) => {
        for (const listener of this.#listeners) listener(value);
      };
      dispose = () => undefined;
    },
    CancellationTokenSource: class {
      token = {};
      cancel = () => undefined;
      dispose = () => undefined;
    },
    l10n,
    window: { showWarningMessage: (text: string) => void editor.warnings.push(text) },
    workspace: {
      isTrusted: true,
      get textDocuments() {
        return editor.open;
      },
      fs: {
        isWritableFileSystem: () => true,
        stat: ({ path }: { path: string }) => Promise.resolve({ type: editor.folders.has(path) ? 2 : 1 }),
      },
      async findFiles(_pattern: string, _excluded: string, most: number) {
        editor.searches++;
        await editor.held;
        return [...editor.disk.keys()].slice(0, most).map((path) => new Uri(path));
      },
      getWorkspaceFolder: () => undefined,
      createFileSystemWatcher: (pattern: string) => ({
        onDidCreate: on(`create ${pattern}`),
        onDidChange: on(`change ${pattern}`),
        onDidDelete: on(`delete ${pattern}`),
        dispose: () => undefined,
      }),
      onDidChangeWorkspaceFolders: on('folders'),
      onDidGrantWorkspaceTrust: on('trust'),
      onDidChangeConfiguration: on('configuration'),
      onDidChangeTextDocument: on('edit'),
      onDidOpenTextDocument: on('open'),
      onDidCloseTextDocument: on('close'),
    },
  };
});

const requests = '**/*.{http,rest}';
let reads: string[];
let leftAside: Map<string, KeyturnError | null>;

const files: Pick<Files, 'read' | 'leftAside'> = {
  async read(location, { maxBytes }) {
    const path = location.slice('file://'.length);
    reads.push(path);
    await editor.held;
    const text = editor.disk.get(path);
    if (text === undefined) return null;
    if (text.length > maxBytes) throw new KeyturnError('file_unreadable', 'It is too long.');
    return new TextEncoder().encode(text);
  },
  leftAside: (location, reason) => void leftAside.set(location, reason),
};

const uri = (path: string) => new editor.Uri(path) as never;

function write(path: string, text: string): void {
  const known = editor.disk.has(path);
  editor.disk.set(path, text);
  if (known) editor.fire(`change ${requests}`, uri(path));
  else {
    editor.fire(`create ${requests}`, uri(path));
    editor.fire('create **', uri(path));
  }
}

async function urls(index: RequestFiles): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for await (const file of index.trees()) found[file.uri.path] = file.tree.requests.map(({ url }) => url);
  return found;
}

beforeEach(() => {
  reads = [];
  leftAside = new Map();
  editor.forget();
  editor.disk.clear();
  editor.folders.clear();
  editor.open = [];
  editor.searches = 0;
  editor.warnings = [];
  editor.held = Promise.resolve();
});

describe('the index of request files', () => {
  it('looks for files and reads each once, for all callers', async () => {
    write('/a.http', 'GET https://a.example.com');
    write('/b.rest', 'GET https://b.example.com');
    const index = new RequestFiles(files);
    expect(reads).toEqual([]);
    const [first, second] = await Promise.all([urls(index), urls(index)]);
    expect(first).toEqual({ '/a.http': ['https://a.example.com'], '/b.rest': ['https://b.example.com'] });
    expect(second).toEqual(first);
    expect(await index.tree(uri('/a.http'))).toBe(await index.tree(uri('/a.http')));
    expect(editor.searches).toBe(1);
    expect(reads.sort()).toEqual(['/a.http', '/b.rest']);
  });

  it('reads a file that changed again, and no other', async () => {
    write('/a.http', 'GET https://a.example.com');
    write('/b.http', 'GET https://b.example.com');
    const index = new RequestFiles(files);
    await urls(index);
    const changes: unknown[] = [];
    index.onDidChange((change) => changes.push(change?.path ?? null));
    reads = [];
    write('/a.http', 'GET https://new.example.com');
    expect((await urls(index))['/a.http']).toEqual(['https://new.example.com']);
    expect(reads).toEqual(['/a.http']);
    expect(editor.searches).toBe(1);
    expect(changes).toEqual(['/a.http']);
  });

  it('keeps no text that was read before a change', async () => {
    write('/a.http', 'GET https://old.example.com');
    const index = new RequestFiles(files);
    const early = index.tree(uri('/a.http'));
    write('/a.http', 'GET https://new.example.com');
    await early;
    expect(await urls(index)).toEqual({ '/a.http': ['https://new.example.com'] });
  });

  it('takes the text of an open document, saved or not', async () => {
    write('/a.http', 'GET https://disk.example.com');
    const text = { now: 'GET https://first.example.com' };
    const document = {
      uri: new editor.Uri('/a.http'),
      languageId: 'http',
      isClosed: false,
      isDirty: true,
      version: 1,
      getText: () => text.now,
    };
    editor.open = [document, { ...document, uri: new editor.Uri('/new.txt') }];
    const index = new RequestFiles(files);
    expect(await urls(index)).toEqual({
      '/a.http': ['https://first.example.com'],
      '/new.txt': ['https://first.example.com'],
    });
    const changes: unknown[] = [];
    index.onDidChange((change) => changes.push(change?.path ?? null));
    text.now = 'GET https://second.example.com';
    document.version = 2;
    editor.fire('edit', { document, contentChanges: [{}] });
    expect((await urls(index))['/a.http']).toEqual(['https://second.example.com']);
    expect(reads).toEqual([]);
    editor.open = [];
    editor.fire('close', document);
    expect(await urls(index)).toEqual({ '/a.http': ['https://disk.example.com'] });
    expect(changes).toEqual(['/a.http', '/a.http']);
  });

  it('loses the files of a folder that goes, and no word about other folders makes it look again', async () => {
    write('/api/a.http', 'GET https://a.example.com');
    write('/apis.http', 'GET https://b.example.com');
    const index = new RequestFiles(files);
    await urls(index);
    editor.fire('delete **', uri('/dist'));
    await urls(index);
    expect(editor.searches).toBe(1);
    editor.disk.delete('/api/a.http');
    editor.fire('delete **', uri('/api'));
    expect(await urls(index)).toEqual({ '/apis.http': ['https://b.example.com'] });
    expect(editor.searches).toBe(2);
    expect(leftAside.get('file:///api/a.http')).toBeNull();
  });

  it('loses a deleted file that is still open, unless there are edits to save', async () => {
    const text = 'GET https://a.example.com';
    write('/a.http', text);
    const document = {
      ...{ uri: new editor.Uri('/a.http'), languageId: 'http', isClosed: false, isDirty: false, version: 1 },
      getText: () => text,
    };
    editor.open = [document];
    const index = new RequestFiles(files);
    expect(await urls(index)).toEqual({ '/a.http': [text.slice(4)] });
    editor.disk.delete('/a.http');
    editor.fire('delete **', uri('/a.http'));
    expect(await urls(index)).toEqual({});
    expect(await index.tree(uri('/a.http'))).toBeNull();
    document.isDirty = true;
    expect(await urls(index)).toEqual({ '/a.http': [text.slice(4)] });
    document.isDirty = false;
    write('/a.http', text);
    expect(await urls(index)).toEqual({ '/a.http': [text.slice(4)] });
  });

  it('finds what comes with a folder, and looks at new files of other kinds no further', async () => {
    vi.useFakeTimers();
    try {
      const index = new RequestFiles(files);
      expect(await urls(index)).toEqual({});
      editor.fire('create **', uri('/log.txt'));
      await vi.advanceTimersByTimeAsync(1000);
      await urls(index);
      expect(editor.searches).toBe(1);
      editor.folders.add('/moved');
      editor.disk.set('/moved/a.http', 'GET https://a.example.com');
      editor.fire('create **', uri('/moved'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(await urls(index)).toEqual({ '/moved/a.http': ['https://a.example.com'] });
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells once that a workspace has more files than it reads', async () => {
    for (let at = 0; at <= requestFileLimits.files; at++) editor.disk.set(`/${at}.http`, '');
    const index = new RequestFiles(files);
    const { uris, isCut } = await index.files();
    expect(uris.length).toBe(requestFileLimits.files);
    expect(isCut).toBe(true);
    write('/more.http', '');
    await index.files();
    expect(editor.warnings).toEqual([
      'This workspace has more than 2000 request files. Keyturn reads 2000 of them, and those that are open.',
    ]);
  });

  it('leaves a file aside that is too long, and says so until it is shorter', async () => {
    write('/a.http', `GET https://a.example.com/${'a'.repeat(requestFileLimits.bytes)}`);
    write('/b.http', 'GET https://b.example.com');
    const index = new RequestFiles(files);
    expect(Object.keys(await urls(index))).toEqual(['/b.http']);
    expect(leftAside.get('file:///a.http')).toMatchObject({ code: 'file_unreadable' });
    write('/a.http', 'GET https://a.example.com');
    expect(Object.keys(await urls(index))).toEqual(['/a.http', '/b.http']);
    expect(leftAside.get('file:///a.http')).toBeNull();
  });

  it('keeps only so much of long files', async () => {
    const text = `GET https://a.example.com/\n\n${'a'.repeat(requestFileLimits.bytes - 100)}`;
    const count = requestFileLimits.keptBytes / requestFileLimits.bytes + 2;
    for (let at = 0; at < count; at++) write(`/${at}.http`, text);
    const index = new RequestFiles(files);
    await urls(index);
    reads = [];
    await index.tree(uri(`/${count - 1}.http`));
    await index.tree(uri('/0.http'));
    expect(reads).toEqual(['/0.http']);
  });

  it('lets one who waits leave without taking the work from the others', async () => {
    write('/a.http', 'GET https://a.example.com');
    let go: () => void = () => undefined;
    editor.held = new Promise((resolve) => (go = resolve));
    const index = new RequestFiles(files);
    const controller = new AbortController();
    const leaving = index.files(controller.signal);
    const staying = urls(index);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    go();
    expect(await staying).toEqual({ '/a.http': ['https://a.example.com'] });
    expect(editor.searches).toBe(1);
    await expect(index.tree(uri('/a.http'), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
