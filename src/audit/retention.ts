import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Chain, listParts, partName, readPart } from './chain.ts';
import { hashOfLine, parseLine } from './entry.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** All files together; about 200,000 events. */
const LOG_BYTES = 64_000_000;

/**
 * The chain without the files whose last line is older than the retention, and without the oldest ones when the log
 * is too large. Its anchor then is the last line that was taken away, so that the rest can still be verified. The
 * files go afterwards (`removeOldParts`): when this is interrupted, nothing is missing.
 */
export async function applyRetention(
  folder: string,
  chain: Chain,
  { nowMs, retentionDays }: { readonly nowMs: number; readonly retentionDays: number },
): Promise<Chain> {
  const closed = (await listParts(folder)).filter(
    (part) => part >= chain.anchor.part && part < chain.head.part,
  );
  const sizes = await Promise.all(
    closed.map(async (part) => (await stat(join(folder, partName(part)))).size),
  );
  let left = sizes.reduce((sum, size) => sum + size, 0);
  let { anchor } = chain;
  for (const [index, part] of closed.entries()) {
    const written = (await readPart(folder, part)) ?? [];
    const lines = written.filter((text) => parseLine(text) !== null);
    const last = lines.at(-1);
    const line = last === undefined ? null : parseLine(last);
    const old = line === null || Date.parse(line.time) < nowMs - retentionDays * DAY_MS;
    if (!old && left <= LOG_BYTES) break;
    anchor = {
      part: part + 1,
      lines: anchor.lines + lines.length,
      hash: last === undefined ? anchor.hash : hashOfLine(last),
    };
    left -= sizes[index] ?? 0;
  }
  return { ...chain, anchor };
}

/** Removes the files before `firstPart`. */
export async function removeOldParts(folder: string, firstPart: number): Promise<void> {
  for (const part of await listParts(folder)) {
    if (part >= firstPart) return;
    await unlink(join(folder, partName(part)));
  }
}
