import { posix } from 'node:path';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Files } from '../../src/base/files.ts';
import { outsideWorkspace } from '../../src/node/fileFaults.ts';

/** Files that live in this object, in one workspace folder each; a null content is a file that cannot be read. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array | null>>): Files {
  const parent = (location: string) => (location === '/' ? null : posix.dirname(location));
  return {
    read(location, { from, trusted, name = location }) {
      const home = posix.dirname(from ?? location);
      if (!trusted && !location.startsWith(`${home}/`)) return Promise.reject(outsideWorkspace(name));
      if (!Object.hasOwn(contents, location)) return Promise.resolve(null);
      const content = contents[location];
      if (content === null || content === undefined) {
        return Promise.reject(new KeyturnError('file_unreadable', `The file ${name} could not be read.`));
      }
      return Promise.resolve(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    },
    resolve: (base, reference) => posix.resolve(posix.dirname(base), reference),
    parent,
    join: (folder, name) => posix.join(folder, name),
    upward(from, trusted) {
      const folders: string[] = [];
      for (let at = parent(from); at !== null; at = trusted ? parent(at) : null) folders.push(at);
      return Promise.resolve(folders);
    },
    leftAside: () => undefined,
  };
}
