import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { privateFiles } from '../node/privateFiles.ts';
import { type UnchainedLine, unchainedLineSchema } from './entry.ts';
import { macOf, sameMac } from './seal.ts';

/** Events of a process that ended before its turn to write came; the next writer takes them into the log. */
export interface LateLines {
  readonly lines: readonly UnchainedLine[];
  /** Those of them that carry no valid MAC: anyone may have written them. */
  readonly unproven: number;
  /** Paths of the files that hold them, to be removed once they are in the log. */
  readonly files: readonly string[];
}

const NAME = /^late-[\da-f-]{36}\.json$/;
const MOST_BYTES = 32_000_000;

const lateSchema = v.object({ lines: v.array(unchainedLineSchema), mac: v.nullable(v.string()) });

/** Keeps lines beside the log, whole or not at all. */
export async function writeLate(
  folder: string,
  lines: readonly UnchainedLine[],
  key: Buffer | null,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mac = key === null ? null : macOf(JSON.stringify(lines), key);
  const path = join(folder, `late-${randomUUID()}.json`);
  await writeFile(`${path}.new`, JSON.stringify({ lines, mac }), { mode: 0o600, flag: 'wx' });
  await rename(`${path}.new`, path);
}

/** Lines that wait beside the log, by their time. A file that holds no lines is left where it is. */
export async function readLate(folder: string, key: Buffer | null): Promise<LateLines> {
  const lines: UnchainedLine[] = [];
  const files: string[] = [];
  let unproven = 0;
  for (const name of (await readdir(folder).catch(() => [])).filter((entry) => NAME.test(entry))) {
    const path = join(folder, name);
    const late = await readOne(path);
    if (late === null) continue;
    lines.push(...late.lines);
    files.push(path);
    const proven =
      key !== null && late.mac !== null && sameMac(late.mac, macOf(JSON.stringify(late.lines), key));
    if (!proven) unproven += late.lines.length;
  }
  lines.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  return { lines, unproven, files };
}

export async function removeLate({ files }: LateLines): Promise<void> {
  for (const path of files) await unlink(path).catch(() => undefined);
}

async function readOne(path: string): Promise<v.InferOutput<typeof lateSchema> | null> {
  try {
    const parsed = v.safeParse(lateSchema, JSON.parse(await privateFiles.readText(path, MOST_BYTES)));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
