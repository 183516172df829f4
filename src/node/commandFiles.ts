import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CommandFile } from '../consent/question.ts';

/** What could not be read is told by this. */
const UNREADABLE = 'unreadable';

/**
 * The files that a command line names: a program that is named by its path or stands in the folder, and arguments that are
 * files, such as the script of an interpreter. What they read in turn is not known here.
 */
export async function commandFiles(
  command: readonly string[],
  program: string,
  folder: string,
): Promise<CommandFile[]> {
  const [name = '', ...args] = command;
  const paths = new Set<string>();
  if (/[\\/]/.test(name) || (await isInside(program, folder))) paths.add(program);
  for (const arg of args) {
    // Also of `--script=a.js` and `@options.txt`.
    for (const part of [arg, arg.slice(arg.indexOf('=') + 1), arg.replace(/^@/, '')]) {
      const path = resolve(folder, part);
      if (part !== '' && (await isFile(path))) paths.add(path);
    }
  }
  return Promise.all([...paths].sort().map(async (path) => ({ path, sha256: await hashOf(path) })));
}

async function isInside(path: string, folder: string): Promise<boolean> {
  try {
    const way = relative(await realpath(folder), await realpath(path));
    return way !== '' && !way.startsWith('..') && !isAbsolute(way);
  } catch {
    return true;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('base64url');
  } catch {
    return UNREADABLE;
  }
}
