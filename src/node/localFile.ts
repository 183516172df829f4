import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat, statfs } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { abortable, throwIfAborted } from '../base/abortable.ts';
import { KeyturnError } from '../base/errors.ts';
import { isOwn } from './fileOwner.ts';
import type { FileRead } from '../base/files.ts';
import { isInside, isRemotePath, isSameShare, isSystemPath } from './localPath.ts';
import { untrusted } from '../base/untrusted.ts';
import { type Place, walkPath } from './walkPath.ts';
import { outsideWorkspace, tooLong, unreadable, shown } from './fileFaults.ts';

/** How a file of this computer is read; `from` is an absolute path. */
export interface LocalRead extends Omit<FileRead, 'trusted'> {
  /** Nothing outside of this folder is read, links resolved; null for no bound. */
  readonly within: string | null;
  /** A folder whose owner counts as the person does. */
  readonly ownerOf?: string | null;
}

/**
 * Without waiting for the other end of a pipe, and never through a link that took the place of the file since. Windows
 * has neither flag, where both count as 0.
 */
const READING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The one way in which Keyturn reads files of this computer that another person may have named or put there. Null where
 * there is none. Fails like `Files.read`.
 */
export function readLocalFile(path: string, how: LocalRead): Promise<Uint8Array | null> {
  return abortable(read(path, how), how.signal);
}

async function read(path: string, how: LocalRead): Promise<Uint8Array | null> {
  try {
    throwIfAborted(how.signal);
    const visit = (place: string) => refuseByName(place, path, how);
    const place = await walkPath(path, visit);
    await requireWithin(place, path, how);
    requireRegular(place.stats, path, how);
    const file = await open(place.path, READING);
    try {
      const stats = await file.stat({ bigint: true });
      requireRegular(stats, path, how);
      // The path may lead elsewhere by now. What counts is that it still leads to what was opened.
      const after = await walkPath(path, visit);
      await requireWithin(after, path, how);
      if (after.stats.dev !== stats.dev || after.stats.ino !== stats.ino) {
        throw unreadable(path, how, 'changed while it was opened', 'Try again.');
      }
      await refuseSystemFiles(after, path, how);
      // Its other names may lie anywhere.
      if (how.within !== null && stats.nlink > 1n) throw manyNames(shown(path, how));
      if (how.owned === true) await requireOwner(stats, path, how);
      return await readAll(file, Number(stats.size), path, how);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') {
      // Whether there is a file must not be told either.
      if (how.within !== null && !isInside(how.within, path, sep)) throw outsideWorkspace(shown(path, how));
      return null;
    }
    throw unreadable(
      path,
      how,
      'could not be read',
      'Check that it is a file and that you may read it.',
      error,
    );
  }
}

async function readAll(file: FileHandle, size: number, path: string, how: LocalRead): Promise<Uint8Array> {
  const { maxBytes, signal } = how;
  if (size > maxBytes) throw tooLong(path, how);
  // One byte more tells whether there is more: a file may grow.
  let bytes = Buffer.alloc(size + 1);
  let length = 0;
  for (;;) {
    throwIfAborted(signal);
    const wanted = Math.min(CHUNK_BYTES, bytes.length - length);
    const { bytesRead } = await file.read(bytes, length, wanted, null);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
    if (length > maxBytes) throw tooLong(path, how);
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(length * 2, maxBytes + 1));
  }
}

/** Before anything is touched: to open a device or a network share may do something already. */
function refuseByName(place: string, path: string, how: LocalRead): void {
  if (isSystemPath(place, process.platform)) {
    throw unreadable(path, how, 'belongs to the system', 'Keyturn reads nothing in /proc, /sys or /dev.');
  }
  if (process.platform !== 'win32' || !isRemotePath(place)) return;
  if (how.from !== null && isSameShare(place, how.from)) return;
  throw unreadable(path, how, 'lies on a network share', 'Copy it to this computer.');
}

function requireRegular(stats: BigIntStats, path: string, how: LocalRead): void {
  if (stats.isFile()) return;
  const what = stats.isDirectory() ? 'is a folder' : 'is no regular file';
  throw unreadable(path, how, what, 'Name a file: Keyturn reads no folders, pipes, sockets or devices.');
}

async function requireWithin({ path: real }: Place, path: string, how: LocalRead): Promise<void> {
  const { within } = how;
  if (within === null) return;
  const folder = await walkPath(within, () => undefined).catch(() => null);
  if (folder !== null && isInside(folder.path, real, sep)) return;
  throw outsideWorkspace(shown(path, how));
}

/** Types of file systems (Linux, `statfs`) that hold what the kernel says, wherever they are mounted. */
const SYSTEM_FILES: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
]);

async function refuseSystemFiles({ path: real }: Place, path: string, how: LocalRead): Promise<void> {
  if (process.platform !== 'linux') return;
  const { type } = await statfs(real);
  if (SYSTEM_FILES.has(type)) {
    throw unreadable(path, how, 'belongs to the system', 'Keyturn reads no files of the kernel.');
  }
}

/** The file, a link that stands for it, and the folder where it was found. */
async function requireOwner(stats: BigIntStats, path: string, how: LocalRead): Promise<void> {
  const folder = dirname(path);
  const all = [stats, await lstat(path, { bigint: true }), await stat(folder, { bigint: true })];
  if (all.every((one) => isOwn(one, path))) return;
  if (how.ownerOf != null) {
    const { uid } = await stat(how.ownerOf, { bigint: true });
    if (all.every((one) => one.uid === uid || isOwn(one, path))) return;
  }
  throw new KeyturnError(
    'file_owner',
    `Keyturn leaves ${shown(path, how)} aside: it, or its folder, belongs to another user.`,
    {
      hint: 'If you trust that user, name the folder in KEYTURN_SAFE_FOLDERS, or make the files your own.',
      data: { path },
    },
  );
}

function manyNames(name: string): KeyturnError {
  return untrusted(
    `The file ${name} has several names (hard links), and another may lie outside the folder of this workspace, which is not trusted.`,
    'read it',
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
