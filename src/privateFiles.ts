import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { KeyturnError } from './errors.ts';

/** Files of this computer that a person keeps for themselves, such as keys. */
export interface PrivateFiles {
  /**
   * The text of the file at an absolute path. Fails with `file_unreadable`, also when it is no file or longer than
   * `maxBytes`.
   */
  readText(path: string, maxBytes: number): Promise<string>;
}

/**
 * Without waiting for the other end of a pipe; Windows has no such flag, where it counts as 0. A link is followed: keys
 * are often mounted or kept behind one.
 */
const READING = constants.O_RDONLY | constants.O_NONBLOCK;

export const privateFiles: PrivateFiles = {
  async readText(path, maxBytes) {
    // One byte more tells whether there is more.
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    try {
      // Before it is opened, which may do something to a device.
      if (!(await stat(path)).isFile()) throw unreadable(path, 'is not a file');
      const file = await open(path, READING);
      try {
        // Another may stand there by now: what was opened counts.
        if (!(await file.stat()).isFile()) throw unreadable(path, 'is not a file');
        while (length < bytes.length) {
          const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
          if (bytesRead === 0) break;
          length += bytesRead;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const missing = code === 'ENOENT' || code === 'ENOTDIR';
      throw unreadable(path, missing ? 'does not exist' : 'could not be read', error);
    }
    if (length > maxBytes) throw unreadable(path, `is larger than ${Math.floor(maxBytes / 1024)} KiB`);
    return bytes.toString('utf8', 0, length);
  },
};

function unreadable(path: string, what: string, cause?: unknown): KeyturnError {
  return new KeyturnError('file_unreadable', `The file ${path} ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Check the path, and that you may read the file.',
    data: { path },
  });
}
