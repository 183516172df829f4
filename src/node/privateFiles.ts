import { withinTime } from '../base/abortable.ts';
import { KeyturnError } from '../base/errors.ts';
import type { PrivateFiles } from '../base/privateFiles.ts';
import { readLocalFile } from './localFile.ts';

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
