import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TextDocument } from 'vscode';
import { DocumentDialects } from '../../src/editor/documents/documentDialects.ts';
import { treeOf } from '../../src/editor/documents/documentTrees.ts';
import { onDidChangeDialects } from '../../src/editor/documents/treeDialects.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';

interface FakeEditor {
  dialect: Dialect | 'auto';
  /** Text by path. */
  readonly disk: Map<string, string>;
  looked: string[];
  readonly listeners: Map<string, ((value: unknown) => void)[]>;
}

const editor = vi.hoisted((): FakeEditor => ({
  dialect: 'auto',
  disk: new Map(),
  looked: [],
  listeners: new Map(),
}));

vi.mock('vscode', () => {
  const on = (name: string) => (listener: (value: unknown) => void) => {
    editor.listeners.set(name, [...(editor.listeners.get(name) ?? []), listener]);
    return { dispose: () => undefined };
  };
  class Uri {
    readonly path: string;
    readonly scheme: string;
    constructor(path: string, scheme = 'file') {
      this.path = path;
      this.scheme = scheme;
    }
    static joinPath({ path }: Uri, ...parts: string[]): Uri {
      const names = path.split('/').filter((name) => name !== '');
      for (const part of parts) {
        if (part === '..') names.pop();
        else names.push(part);
      }
      return new Uri(`/${names.join('/')}`);
    }
    toString(): string {
      return `${this.scheme}://${this.path}`;
    }
  }
  return {
    Uri,
    FileType: { File: 1 },
    Disposable: class {
      readonly #end: () => void;
      constructor(end: () => void) {
        this.#end = end;
      }
      static from = (...all: { dispose(): void }[]) => ({
        dispose: () => {
          for (const each of all) each.dispose();
        },
      });
      dispose = () => this.#end();
    },
    workspace: {
      isTrusted: true,
      getWorkspaceFolder: () => ({ uri: new Uri('/w') }),
      createFileSystemWatcher: () => ({
        onDidCreate: on('create'),
        onDidDelete: on('delete'),
        dispose: () => undefined,
      }),
      onDidChangeWorkspaceFolders: on('folders'),
      fs: {
        readDirectory({ path }: Uri) {
          editor.looked.push(path);
          const inside = [...editor.disk.keys()].filter(
            (file) => file.slice(0, file.lastIndexOf('/')) === path,
          );
          return Promise.resolve(inside.map((file) => [file.slice(path.length + 1), 1]));
        },
      },
    },
  };
});

const fire = (name: string, value: unknown = {}) => {
  for (const listener of editor.listeners.get(name) ?? []) listener(value);
};

const files = {
  read: (location: string) => {
    const text = editor.disk.get(location.slice('file://'.length));
    return Promise.resolve(text === undefined ? null : new TextEncoder().encode(text));
  },
};

async function document(path: string, text: string, scheme = 'file'): Promise<TextDocument> {
  const { Uri } = (await import('vscode')) as unknown as {
    Uri: new (path: string, scheme: string) => unknown;
  };
  return { uri: new Uri(path, scheme), version: 1, getText: () => text } as unknown as TextDocument;
}

const plain = '### One\nGET https://a.org';
const choices = new Map<string, unknown>();
const kept = {
  get: (key: string) => Promise.resolve(choices.get(key)),
  set: (key: string, value: unknown) => Promise.resolve(void choices.set(key, value)),
};
let watching: DocumentDialects;

const watch = () =>
  new DocumentDialects(
    files,
    {
      at: () => editor.dialect,
      onDidChange: (listener) => {
        editor.listeners.set('setting', [listener]);
        return { dispose: () => undefined };
      },
    },
    kept,
  );

beforeEach(() => {
  editor.dialect = 'auto';
  editor.disk.clear();
  editor.looked = [];
  editor.listeners.clear();
  choices.clear();
  watching = watch();
});
afterEach(() => watching.dispose());

/** What `act` leads to, sooner or later. */
async function changedBy(act: () => unknown): Promise<ReadonlySet<string> | null> {
  const changed = new Promise<ReadonlySet<string> | null>((resolve) => {
    const listening = onDidChangeDialects((folders) => {
      listening.dispose();
      resolve(folders);
    });
  });
  act();
  return changed;
}

describe('the dialect of a document', () => {
  it('is that of the setting, and of the next one after a change', async () => {
    editor.dialect = 'kulala';
    const open = await document('/w/a.http', 'GET https://a.org\n?? status == 200');
    expect(treeOf(open).dialect).toBe('kulala');
    editor.dialect = 'auto';
    expect(treeOf(open).dialect).toBe('kulala');
    fire('setting');
    expect(treeOf(open).dialect).toBe('httpyac');
  });

  it('is that of the files beside it, as soon as they are looked at', async () => {
    editor.disk.set('/w/http-client.env.json', '{}');
    const open = await document('/w/api/a.http', plain);
    let dialect = '';
    const folders = await changedBy(() => (dialect = treeOf(open).dialect));
    expect(dialect).toBe('rest-client');
    expect(folders).toEqual(new Set(['file:///w/api']));
    expect(treeOf(open)).toMatchObject({ dialect: 'jetbrains', requests: [{ name: 'One' }] });
    expect(editor.looked).toEqual(['/w/api', '/w']);
  });

  it('follows other request files of its folder, and files that come', async () => {
    editor.disk.set('/w/b.http', 'GET https://a.org\n\n> {%\n%}');
    const open = await document('/w/a.http', plain);
    await changedBy(() => treeOf(open));
    expect(treeOf(open).dialect).toBe('jetbrains');
    editor.disk.set('/w/.httpyac.json', '{}');
    fire('create');
    await changedBy(() => treeOf(open));
    expect(treeOf(open).dialect).toBe('httpyac');
  });

  it('looks at nothing for a file with a strong sign, nor for one that is not saved', async () => {
    expect(treeOf(await document('/w/a.http', 'GET https://a.org\n?? a')).dialect).toBe('httpyac');
    expect(treeOf(await document('a', plain, 'untitled')).dialect).toBe('rest-client');
    expect(editor.looked).toEqual([]);
  });

  it('is the one that the person chose for the folder, in the next window too', async () => {
    editor.dialect = 'kulala';
    const open = await document('/w/api/a.http', plain);
    const other = await document('/w/b.http', plain);
    await watching.choose(open.uri, 'jetbrains');
    expect([treeOf(open).dialect, treeOf(other).dialect]).toEqual(['jetbrains', 'kulala']);
    expect(choices.get('keyturn.dialects')).toEqual({ 'file:///w/api': 'jetbrains' });
    watching.dispose();
    await changedBy(() => (watching = watch()));
    await vi.waitFor(() => expect(treeOf(open).dialect).toBe('jetbrains'));
    await watching.choose(open.uri, 'auto');
    expect(treeOf(open).dialect).toBe('kulala');
    expect(choices.get('keyturn.dialects')).toEqual({});
  });
});
