import { withinTime } from './abortable.ts';
import { KeyturnError } from './errors.ts';
import { readLocalFile } from './localFile.ts';

/** Files of this computer that a person keeps for themselves, such as keys. */
export interface PrivateFiles {
  /**
   * The text of the file at an absolute path. Fails with `file_unreadable`, also when it is no file or longer than
   * `maxBytes`, and with `timeout`.
   */
  readText(path: string, maxBytes: number): Promise<string>;
}

/** Such a file is small: only a folder of another computer that does not answer takes this long. */
const TIMEOUT_MS = 30_000;

/** Links are followed: keys are often mounted or kept behind one. */
export const privateFiles: PrivateFiles = {
  async readText(path, maxBytes) {
    const late = () => new KeyturnError('timeout', `The file ${path} could not be read within 30 s.`);
    const bytes = await withinTime(TIMEOUT_MS, undefined, late, () =>
      readLocalFile(path, { from: null, within: null, maxBytes }),
    );
    if (bytes === null) {
      throw new KeyturnError('file_unreadable', `The file ${path} does not exist.`, {
        hint: 'Check the path, and that you may read the file.',
        data: { path },
      });
    }
    return new TextDecoder().decode(bytes);
  },
};
