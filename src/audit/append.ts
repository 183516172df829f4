import { type FileHandle, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileLease, type LeaseTiming } from '../node/fileLease.ts';
import { type Chain, listParts, openPart, readChain, readPart, writeChain } from './chain.ts';
import { hashOfLine, lineAboutLog, parseLine, type UnchainedLine } from './entry.ts';
import { applyRetention, removeOldParts } from './retention.ts';
import { faultBefore, type FoundFault, linesText, type Sealing, sealOf } from './seal.ts';

/** A file is closed when it has this size, or when a new day begins (UTC). */
const PART_BYTES = 4_000_000;

/** Stands for the hash of a line that is lost, so that the gap shows for ever. */
const UNKNOWN_LINE = 'unknown';

/** Writers take turns of milliseconds. */
const TURNS: LeaseTiming = { lookMs: 5, beatMs: 2_000, silentMs: 15_000, longestMs: 60_000 };
const LONGEST_WAIT_MS = 10_000;

export interface AppendOptions {
  readonly nowMs: number;
  readonly retentionDays: number;
  /** Ends the wait for the turn; what is being written is finished. */
  readonly signal: AbortSignal;
}

/** What a writer brings when its turn has come. */
export interface Prepared {
  readonly lines: readonly UnchainedLine[];
  /** Those of them without proof. */
  readonly unproven: number;
  readonly sealing: Sealing;
  /** Called in the same turn, with the chain as it was written; `faulty` when something was wrong with it before. */
  readonly written: (chain: Chain, faulty: boolean) => Promise<void>;
}

/**
 * Appends lines to the log in a folder, in order and chained to what is there, while no other process writes.
 * `prepare` is called when it is this writer's turn. First the lines are written, then `chain.json`: after a
 * crash in between, the next writer finds whole lines beyond the noted end and goes on from them. Where the end is
 * not the noted one, the new lines refer to the noted one, so that `verify` finds the gap. A writer with the key seals
 * `chain.json`, and before that writes down what it found wrong with it.
 */
export async function appendLines(
  folder: string,
  prepare: () => Promise<Prepared>,
  { nowMs, retentionDays, signal }: AppendOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const turns = createFileLease(join(folder, 'turns'), TURNS);
  const write = async () => {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const noted = await readChain(folder);
    const hasParts = (await listParts(folder)).length > 0;
    const { lines, unproven, sealing, written } = await prepare();
    const begun = noted ?? (await newChain(folder, day));
    let chain = await adoptSurplus(folder, begun);
    const faults = [
      faultBefore(noted, chain.head, hasParts, sealing),
      unprovenLines(chain.head.lines - begun.head.lines, 'of an interrupted write', sealing),
      unprovenLines(unproven, 'that came late without the key', sealing),
    ].filter((fault) => fault !== null);
    const full = chain.head.bytes >= PART_BYTES || chain.head.day !== day;
    if (full) {
      const { head } = chain;
      const next = head.bytes > 0 ? { ...head, part: head.part + 1, bytes: 0, day } : { ...head, day };
      chain = await applyRetention(folder, { ...chain, head: next }, { nowMs, retentionDays });
    }
    const found = faults.map(({ fault, detail }) =>
      lineAboutLog('log_fault', nowMs, { cause: 'audit log', error: fault, detail }),
    );
    chain = await writeLines(folder, chain, [...found, ...lines]);
    chain = { ...chain, mac: sealing.key === null ? null : sealOf(chain, sealing.key) };
    await writeChain(folder, chain);
    if (full) await removeOldParts(folder, chain.anchor.part);
    await written(chain, found.length > 0);
  };
  await turns.hold('append', write, AbortSignal.any([AbortSignal.timeout(LONGEST_WAIT_MS), signal]));
}

/** An interrupted or late writer leaves such lines, and so does someone who adds them. */
function unprovenLines(lines: number, which: string, { key }: Sealing): FoundFault | null {
  if (lines === 0 || key === null) return null;
  return { fault: 'unproven', detail: `${linesText(lines)} ${which}` };
}

/** For an empty folder, or for files whose `chain.json` was lost. */
async function newChain(folder: string, day: string): Promise<Chain> {
  const parts = await listParts(folder);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) {
    return {
      version: 1,
      anchor: { part: 1, lines: 0, hash: null },
      head: { part: 1, bytes: 0, lines: 0, hash: null, day },
      mac: null,
    };
  }
  let lines = 0;
  let before: string | null = null;
  for (const part of parts) {
    const read = ((await readPart(folder, part)) ?? []).map(parseLine).filter((line) => line !== null);
    if (lines === 0) before = read[0]?.previous ?? null;
    lines += read.length;
  }
  return {
    version: 1,
    anchor: { part: first, lines: 0, hash: before },
    head: { part: last + 1, bytes: 0, lines, hash: UNKNOWN_LINE, day },
    mac: null,
  };
}

async function writeLines(folder: string, chain: Chain, lines: readonly UnchainedLine[]): Promise<Chain> {
  const file = await openPart(folder, chain.head.part);
  try {
    const { size } = await file.stat();
    let { hash } = chain.head;
    // What an interrupted write left gets its line end, and stays.
    let text = (await endsOpen(file, size)) ? '\n' : '';
    for (const line of lines) {
      const written = JSON.stringify({ ...line, previous: hash });
      text += `${written}\n`;
      hash = hashOfLine(written);
    }
    const bytes = Buffer.from(text);
    try {
      await file.writeFile(bytes);
    } catch (error) {
      // A full disk: half of a batch must not stay, for the whole of it is tried again.
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
    return {
      ...chain,
      head: { ...chain.head, bytes: size + bytes.length, lines: chain.head.lines + lines.length, hash },
    };
  } finally {
    await file.close();
  }
}

/** The chain with lines beyond its noted end taken in. */
async function adoptSurplus(folder: string, chain: Chain): Promise<Chain> {
  const file = await openPart(folder, chain.head.part);
  try {
    const { size } = await file.stat();
    return size > chain.head.bytes ? await surplus(file, size, chain) : chain;
  } finally {
    await file.close();
  }
}

/** Lines that a writer appended before it died, as far as they continue the chain. */
async function surplus(file: FileHandle, size: number, chain: Chain): Promise<Chain> {
  const { buffer } = await file.read({
    buffer: Buffer.alloc(size - chain.head.bytes),
    position: chain.head.bytes,
  });
  let { lines, hash } = chain.head;
  for (const written of buffer.toString('utf8').split('\n')) {
    const line = parseLine(written);
    if (line === null) continue;
    if (line.previous !== hash) break;
    hash = hashOfLine(written);
    lines++;
  }
  return { ...chain, head: { ...chain.head, bytes: size, lines, hash } };
}

async function endsOpen(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer.toString() !== '\n';
}
