import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { KeyturnError } from '../errors.ts';
import type { Files } from '../files.ts';

/** The files of this machine. A location is an absolute path. */
export const nodeFiles: Files = {
  async read(location) {
    try {
      return await readFile(location);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw new KeyturnError('file_unreadable', `The file ${location} could not be read.`, {
        cause: error,
        hint: 'Check that it is a file and that you may read it.',
      });
    }
  },
  resolve(base, reference) {
    // Request files are shared between systems: a backslash separates folders on all of them.
    const path = sep === '/' ? reference.replaceAll('\\', '/') : reference;
    return isAbsolute(path) ? resolve(path) : resolve(dirname(base), path);
  },
  parent(location) {
    const folder = dirname(location);
    return folder === location ? null : folder;
  },
  join(folder, name) {
    return join(folder, name);
  },
};
