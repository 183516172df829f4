import { withinTime } from './abortable.ts';
import { asKeyturnError, KeyturnError } from './errors.ts';
import { fileLimits, type FileRead, type Files } from './files.ts';

/** Whose search it is: how far it goes, and when it ends. */
export interface Search extends Pick<FileRead, 'trusted' | 'signal'> {
  /** The longest time that it may take; absent or 0 for no limit. */
  readonly timeoutMs?: number;
}

/** The file that a search came upon, or why it cannot be read. */
export type FoundFile =
  | { readonly location: string; readonly bytes: Uint8Array; readonly failure: null }
  | { readonly location: string; readonly bytes: null; readonly failure: KeyturnError };

/**
 * The nearest file of this name, from the folder of `from` upward: of `keyturn.json`, `.env` and environment files
 * alike. Files of other users are left aside, and the person is told. Fails with `cancelled` or `timeout`.
 */
export async function nearestFile(
  files: Files,
  from: string,
  name: string,
  search: Search,
): Promise<FoundFile | null> {
  const { trusted, timeoutMs = 0 } = search;
  const late = () =>
    new KeyturnError('timeout', `The search for ${name} took longer than ${timeoutMs / 1000} s.`);
  return withinTime(timeoutMs, search.signal, late, async (signal) => {
    const timed = signal === undefined ? { trusted } : { trusted, signal };
    for (const folder of await files.upward(from, trusted)) {
      const found = await fileAt(files, files.join(folder, name), from, timed);
      if (typeof found === 'object') return found;
    }
    return null;
  });
}

/** What such a search finds at one place: a file, nothing, or one of another user. */
export async function fileAt(
  files: Files,
  location: string,
  from: string,
  how: Pick<FileRead, 'trusted' | 'signal'>,
): Promise<FoundFile | 'nothing' | 'left_aside'> {
  try {
    const bytes = await files.read(location, { ...how, from, maxBytes: fileLimits.settings, owned: true });
    if (bytes === null) return 'nothing';
    files.leftAside(location, null);
    return { location, bytes, failure: null };
  } catch (error) {
    if (KeyturnError.is(error, 'cancelled', 'timeout')) throw error;
    if (!KeyturnError.is(error, 'file_owner'))
      return { location, bytes: null, failure: asKeyturnError(error) };
    files.leftAside(location, error);
    return 'left_aside';
  }
}
