import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { parseLine } from './entry.ts';

const FILE = 'chain.json';
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const hash = v.nullable(v.string());

const chainSchema = v.object({
  version: v.literal(1),
  /** What was before the first line that is kept: how many lines retention took away, and the hash of their last. */
  anchor: v.object({ part: count, lines: count, hash }),
  /** The end: file and its bytes, lines of all files since the beginning, hash of the last one, its day. */
  head: v.object({ part: count, bytes: count, lines: count, hash, day: v.string() }),
  /** Of anchor and head (`seal.ts`); null where the last writer had no key. */
  mac: v.optional(hash, null),
});

/** Where the chain begins and ends: `chain.json` beside the files of the log. */
export type Chain = v.InferOutput<typeof chainSchema>;

/** Null when there is none that can be read. */
export async function readChain(folder: string): Promise<Chain | null> {
  try {
    const parsed = v.safeParse(chainSchema, JSON.parse(await readText(join(folder, FILE))));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** The old file stays until the new one is whole. */
export async function writeChain(folder: string, chain: Chain): Promise<void> {
  const temporary = join(folder, `${FILE}.${randomUUID()}`);
  try {
    await writeFile(temporary, JSON.stringify(chain), { mode: 0o600 });
    await replace(temporary, join(folder, FILE));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Windows refuses to replace a file while a process reads it. */
async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt >= 20 || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      await sleep(5);
    }
  }
}

export function partName(part: number): string {
  return `audit-${String(part).padStart(6, '0')}.jsonl`;
}

/** Numbers of the log's files, rising; empty when there is no folder. */
export async function listParts(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  return names
    .map((name) => /^audit-(\d{6,9})\.jsonl$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The lines of a file; what an interrupted write left at its end is the last. Null when there is no such file. */
export async function readPart(folder: string, part: number): Promise<string[] | null> {
  try {
    const text = await readText(join(folder, partName(part)));
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * What stands in a file from a byte on, up to the last line that is whole, and the byte behind it. Empty when there is no
 * such file, null when it is shorter by now.
 */
export async function readPartFrom(
  folder: string,
  part: number,
  from: number,
): Promise<{ readonly text: string; readonly bytes: number } | null> {
  const file = await openFile(join(folder, partName(part)), constants.O_RDONLY).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (file === null) return { text: '', bytes: from };
  try {
    const { size } = await file.stat();
    if (size < from) return null;
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const read = buffer.subarray(0, bytesRead);
    // What comes after the last line end is still being written, unless it is a line already.
    const rest = read.subarray(read.lastIndexOf('\n') + 1);
    const whole = parseLine(rest.toString('utf8')) === null ? read.length - rest.length : read.length;
    return { text: read.toString('utf8', 0, whole), bytes: from + whole };
  } finally {
    await file.close();
  }
}

/** For appending; made where there is none. */
export function openPart(folder: string, part: number): Promise<FileHandle> {
  return openFile(join(folder, partName(part)), constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
}

async function readText(path: string): Promise<string> {
  const file = await openFile(path, constants.O_RDONLY);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** The files of a log are regular ones: no link leads elsewhere, and no pipe keeps Keyturn waiting. */
async function openFile(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error('A file of the audit log is no regular file.');
}

/** Changes with each write to the log; empty where nothing was written yet. */
export async function markOfChain(folder: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(join(folder, FILE));
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}
