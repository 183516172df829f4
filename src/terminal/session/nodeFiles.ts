import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { foldersUpward } from '../../node/foldersUpward.ts';
import { readLocalFile } from '../../node/localFile.ts';

/**
 * The files of this machine. A location is an absolute path. The command has no workspace folder: that of a file is the
 * folder that holds it.
 */
export function createNodeFiles(leftAside: (reason: KeyturnError) => void): Files {
  return {
    read: (location, { trusted, ...how }) =>
      readLocalFile(location, { ...how, within: trusted ? null : dirname(how.from ?? location) }),
    resolve(base, reference) {
      // Request files are shared between systems: a backslash separates folders on all of them.
      const path = sep === '/' ? reference.replaceAll('\\', '/') : reference;
      return isAbsolute(path) ? resolve(path) : resolve(dirname(base), path);
    },
    parent(location) {
      const folder = dirname(location);
      return folder === location ? null : folder;
    },
    join,
    async upward(from, trusted) {
      const folder = dirname(from);
      return trusted ? foldersUpward(folder, null) : [folder];
    },
    leftAside(_location, reason) {
      if (reason !== null) leftAside(reason);
    },
  };
}

/** For a file that the person named: nothing is searched for. */
export const nodeFiles: Files = createNodeFiles(() => undefined);
