import { posix } from 'node:path';
import { KeyturnError } from '../../src/errors.ts';
import type { Files } from '../../src/files.ts';

/** Files that live in this object; a null content is a file that cannot be read. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array | null>>): Files {
  return {
    read(location) {
      if (!Object.hasOwn(contents, location)) return Promise.resolve(null);
      const content = contents[location];
      if (content === null || content === undefined) {
        return Promise.reject(new KeyturnError('file_unreadable', `The file ${location} could not be read.`));
      }
      return Promise.resolve(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    },
    resolve: (base, reference) => posix.resolve(posix.dirname(base), reference),
    parent: (location) => (location === '/' ? null : posix.dirname(location)),
    join: (folder, name) => posix.join(folder, name),
  };
}
