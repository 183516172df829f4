import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { isInside, isRemotePath, isSystemPath } from './localPath.ts';

/** A file that gets the body of a response; `from` is the absolute path of the request file that names it. */
export interface ResponsePlace {
  readonly from: string;
  /** Relative to the folder of `from`, or absolute. */
  readonly path: string;
  /** For messages. */
  readonly written: string;
  /** From 0. */
  readonly line: number;
  readonly overwrites: boolean;
  /** Nothing outside of this folder is written, links resolved. */
  readonly within: string;
}

/** Programs and Keyturn act upon what stands here: a server must not decide it. */
const GUARDED_FOLDER = /^(?:\..*|node_modules)$/i;
const GUARDED_FILE = /^(?:\..*|keyturn\.json|http-client(?:\.private)?\.env\.json|.*\.(?:http|rest))$/i;
/** What package managers, build tools and shells run, or take as their orders. */
const RUN_FILE =
  /^(?:package(?:-lock)?\.json|tsconfig.*\.json|makefile|dockerfile|jenkinsfile|.*\.(?:[cm]?[jt]sx?|sh|bash|ps1|bat|cmd|py|rb|php|pl|toml|gradle(?:\.kts)?))$/i;
/** Where the editors of JetBrains keep responses. */
const HISTORY = /^(.*[\\/])?\.idea[\\/]httpRequests(?=[\\/]|$)/;

/** More files of one name than anyone wants. */
const MOST_NAMES = 9999;

/** Fails with `file_unreadable` where the place may not be written. Writes nothing. */
export async function checkResponsePlace(place: ResponsePlace): Promise<void> {
  const target = targetOf(place);
  const root = await realpath(place.within);
  const { existing, missing } = await nearestFolder(dirname(target), place);
  requireInside(root, join(existing, ...missing, basename(target)), place);
}

/**
 * Writes the body and gives the path of the file. A file that is there is replaced as a whole, and a link by the file; without
 * `overwrites` the new one is called `name-1.ext` and so on. Fails like `checkResponsePlace`.
 */
export async function writeResponsePlace(place: ResponsePlace, body: Uint8Array): Promise<string> {
  await checkResponsePlace(place);
  const target = targetOf(place);
  try {
    await mkdir(dirname(target), { recursive: true });
    // A link may have come in between.
    const folder = await realpath(dirname(target));
    requireInside(await realpath(place.within), join(folder, basename(target)), place);
    const name = basename(target);
    return place.overwrites
      ? await replaceFile(folder, name, body, place)
      : await newFile(folder, name, body, place);
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    throw refusal(place, "couldn't be written", 'Check that you may write there.', error);
  }
}

function targetOf(place: ResponsePlace): string {
  const path = sep === '/' ? place.path.replaceAll('\\', '/') : place.path;
  const target = isAbsolute(path) ? resolve(path) : resolve(dirname(place.from), path);
  if (path.includes('\0') || /[\\/]$/.test(path))
    throw refusal(place, 'is no file', 'Write the path of a file.');
  if (
    isSystemPath(target, process.platform) ||
    (isRemotePath(target) && !isInside(place.within, target, sep))
  )
    throw refusal(place, 'belongs to the system', 'Write a path in the workspace folder.');
  return target;
}

/** The nearest folder that is there, without links, and the names of those below it that are not. */
async function nearestFolder(
  folder: string,
  place: ResponsePlace,
): Promise<{ readonly existing: string; readonly missing: readonly string[] }> {
  const missing: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    try {
      return { existing: await realpath(at), missing: missing.reverse() };
    } catch (error) {
      // A link to nothing would be followed when its folder is made.
      const isLink = await lstat(at).then(
        () => true,
        () => false,
      );
      if (isLink || dirname(at) === at) throw refusal(place, "can't be reached", 'Check its folder.', error);
      missing.push(basename(at));
    }
  }
}

function requireInside(root: string, target: string, place: ResponsePlace): void {
  if (!isInside(root, target, sep) || target === root) {
    throw refusal(place, 'is outside of the workspace folder', 'Write a path inside it.');
  }
  // Windows leaves dots and spaces at the end of a name out.
  const names = relative(root, target)
    .replace(HISTORY, '$1')
    .split(sep)
    .map((name) => name.replace(/(?<![. ])[. ]+$/, ''));
  const file = names.pop() ?? '';
  if (names.some((name) => GUARDED_FOLDER.test(name)) || GUARDED_FILE.test(file) || RUN_FILE.test(file)) {
    throw refusal(place, 'is one that programs act upon', 'Write to another file.');
  }
}

async function newFile(
  folder: string,
  name: string,
  body: Uint8Array,
  place: ResponsePlace,
): Promise<string> {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 0; number <= MOST_NAMES; number++) {
    const path = join(folder, number === 0 ? name : `${stem}-${number}${extension}`);
    try {
      await writeNew(path, body);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw refusal(place, 'exists, and so do the next names', 'Write `>>!` to overwrite it.');
}

async function replaceFile(
  folder: string,
  name: string,
  body: Uint8Array,
  place: ResponsePlace,
): Promise<string> {
  const path = join(folder, name);
  const before = await lstat(path).catch(() => null);
  if (before !== null && !before.isFile() && !before.isSymbolicLink())
    throw refusal(place, 'is no regular file', 'Write the path of a file.');
  const beside = join(folder, `.${randomUUID()}.tmp`);
  try {
    await writeNew(beside, body);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
  return path;
}

/** Fails with EEXIST where something is there, a link to nothing included. */
async function writeNew(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(body);
  } finally {
    await file.close();
  }
}

function refusal(place: ResponsePlace, what: string, hint: string, cause?: unknown): KeyturnError {
  const message = `The file ${place.written} for the response (line ${place.line + 1}) ${what}.`;
  return new KeyturnError('file_unreadable', message, { cause, hint });
}
