import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { didYouMean } from '../didYouMean.ts';

/** Whether requests are read from a file of this name. */
export const isRequestFileName = (name: string): boolean => /\.(?:http|rest)$/i.test(name);

/** Files that stand beside request files and are easily mistaken for one. */
const OWN_FILES: readonly (readonly [RegExp, string])[] = [
  [/^keyturn\.json$/i, 'It declares tokens'],
  [/^http-client(?:\.private)?\.env\.json$/i, 'It holds environments'],
  [/^\.env(?:\..*)?$/i, 'It holds variables'],
];

const KINDS: ReadonlyMap<string, string> = new Map([
  ...['.png', '.jpg', '.jpeg', '.gif', '.webp', '.svg', '.ico'].map(
    (end) => [end, 'It is an image'] as const,
  ),
  ...['.zip', '.gz', '.tgz', '.vsix'].map((end) => [end, 'It is an archive'] as const),
  ...['.pem', '.key', '.crt', '.p12'].map((end) => [end, 'It is a key or a certificate'] as const),
  ['.json', 'It is a JSON file'],
  ['.har', 'It is a recording of requests (HAR)'],
  ['.md', 'It is a Markdown page'],
  ['.pdf', 'It is a PDF document'],
]);

/** How many files of a folder a hint names. */
const MOST_NAMED = 5;

/**
 * Fails with `usage` where `file`, as it stands on the command line, is no request file, and says what it is. `path`
 * is its absolute path. A file that does not exist is left to the reader, unless its name has a near one.
 */
export async function requireRequestFile(file: string, path: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isDirectory() === true) throw isFolder(file, await requestFilesOf(path));
  if (stats === null) {
    const near = didYouMean(basename(path), await requestFilesOf(dirname(path)));
    if (near === null) return;
    throw new KeyturnError('file_unreadable', `There is no file ${file}.`, {
      hint: `Did you mean ${join(dirname(file), near)}?`,
    });
  }
  if (isRequestFileName(path)) return;
  const name = basename(path);
  const what =
    OWN_FILES.find(([pattern]) => pattern.test(name))?.[1] ?? KINDS.get(extname(name).toLowerCase());
  throw new KeyturnError('usage', `${file} is not a request file.${what === undefined ? '' : ` ${what}.`}`, {
    hint: 'Name a file that ends in .http or .rest.',
  });
}

function isFolder(file: string, names: readonly string[]): KeyturnError {
  const named = names.slice(0, MOST_NAMED).map((name) => join(file, name));
  const more = names.length - named.length;
  return new KeyturnError('usage', `${file} is a folder, not a request file.`, {
    hint:
      named.length === 0
        ? 'It holds no .http or .rest file.'
        : `Name its request files: ${named.join(' ')}${more > 0 ? ` and ${more} more` : ''}`,
  });
}

async function requestFilesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(isRequestFileName).sort();
}
