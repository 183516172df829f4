import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KeyturnError } from '../base/errors.ts';
import { type LeaseTurn, noTurn, type RefreshLease, type StoredMark } from '../token/refresh/lease.ts';

/** Milliseconds, all of them. */
export interface LeaseTiming {
  /** Between two looks at a lease that another holds. */
  readonly lookMs: number;
  /** Between two signs of life of a holder. */
  readonly beatMs: number;
  /** A holder that gave no sign for so long is passed over. */
  readonly silentMs: number;
  /** A holder gives no more signs after this time, whatever it does. */
  readonly longestMs: number;
}

const DEFAULT_TIMING: LeaseTiming = { lookMs: 25, beatMs: 2_000, silentMs: 15_000, longestMs: 180_000 };

const FREE = 'free';
const HELD = /^(\d{1,10})-([\w-]{1,20})-[\w-]{1,40}$/;
const MARK = /^(\d{1,16}) (\d{1,16}) (\d{1,16})$/;
/** A folder in which things fail for so long in a row cannot be used. */
const MOST_FAILURES = 40;

/**
 * A lease over files: for each key a folder that holds one file, always exactly one. Its name says who has it: `free`,
 * or process, place and a random part of the holder. Renaming is the only step by which it changes hands, and a file
 * system renames one name once, so of all who reach for the same file one gets it, and no process can take from a living
 * holder what he saw in the hand of a dead one. The file's time of change is the holder's sign of life; its content is
 * the mark for the next holder. Names and contents hold no secret: the key is hashed.
 *
 * A folder that cannot be used costs the lease, not the task.
 */
export function createFileLease(folder: string, timing: LeaseTiming = DEFAULT_TIMING): RefreshLease {
  return {
    async hold(key, task, signal) {
      const place = join(folder, createHash('sha256').update(key).digest('base64url').slice(0, 32));
      const name = await take(place, timing, signal);
      if (name === null) return task(noTurn);
      const file = join(place, name);
      const stopBeating = beat(file, timing);
      let mark: StoredMark | null = null;
      const lastStored = await readMark(file);
      const turn: LeaseTurn = {
        lastStored,
        stored(obtainedAtMs, replaced) {
          const before = mark ?? lastStored;
          // What was stored in this turn is good, also by a clock that was set back.
          const spentBeforeMs = replaced ? obtainedAtMs : Math.min(before?.spentBeforeMs ?? 0, obtainedAtMs);
          mark = { obtainedAtMs, atMs: Date.now(), spentBeforeMs };
        },
      };
      try {
        return await task(turn);
      } finally {
        stopBeating();
        await release(place, file, mark);
      }
    },
  };
}

/** The name under which the lease is held now; null when the folder cannot be used. */
async function take(place: string, timing: LeaseTiming, signal: AbortSignal): Promise<string | null> {
  const name = `${process.pid}-${here}-${randomBytes(12).toString('hex')}`;
  const watch = new Watch();
  let failures = 0;
  while (failures < MOST_FAILURES) {
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.');
    try {
      const holder = await look(place);
      if (holder === null) {
        failures++;
        if (!(await found(place))) return null;
        continue;
      }
      if (holder === FREE || isGone(holder) || (await watch.isSilent(join(place, holder), timing))) {
        await rename(join(place, holder), join(place, name));
        return name;
      }
      failures = 0;
    } catch (error) {
      // Another was quicker, unless it goes on like this.
      if (codeOf(error) !== 'ENOENT') failures++;
    }
    await pause(timing.lookMs, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

/** Who has the lease: `free` or the holder's name; null when there is no lease yet. */
async function look(place: string): Promise<string | null> {
  const names = await readdir(place).catch(() => null);
  if (names === null) return null;
  const holder = names.sort().find((name) => HELD.test(name));
  if (holder !== undefined) return holder;
  if (names.includes(FREE)) return FREE;
  // Emptied by someone else; the file system removes it only if it is empty indeed.
  if (names.length === 0) await rmdir(place).catch(() => undefined);
  return null;
}

/** Makes the folder with its file in it, in one step: of several only the first succeeds. False where nothing can be made. */
async function found(place: string): Promise<boolean> {
  const parent = dirname(place);
  let fresh: string;
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    fresh = await mkdtemp(join(parent, '.new-'));
  } catch {
    return false;
  }
  try {
    await writeFile(join(fresh, FREE), '');
    await rename(fresh, place);
  } catch {
    await rm(fresh, { recursive: true, force: true });
  }
  return true;
}

async function release(place: string, file: string, mark: StoredMark | null): Promise<void> {
  if (mark !== null) await writeMark(file, `${mark.obtainedAtMs} ${mark.atMs} ${mark.spentBeforeMs}`);
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await rename(file, join(place, FREE));
      return;
    } catch (error) {
      // Taken over meanwhile.
      if (codeOf(error) === 'ENOENT') return;
      await pause(20);
    }
  }
}

/** Writes nothing where the file is another's by now; the next holder then sees no mark, as after a crash. */
async function writeMark(file: string, text: string): Promise<void> {
  const opened = await open(file, 'r+').catch(() => null);
  try {
    await opened?.truncate();
    await opened?.writeFile(text);
  } catch {
    // As above.
  } finally {
    await opened?.close();
  }
}

async function readMark(file: string): Promise<StoredMark | null> {
  const found = MARK.exec(await readFile(file, 'utf8').catch(() => ''));
  if (found === null) return null;
  const [obtainedAtMs = 0, atMs = 0, spentBeforeMs = 0] = found.slice(1).map(Number);
  return { obtainedAtMs, atMs, spentBeforeMs };
}

function beat(file: string, { beatMs, longestMs }: LeaseTiming): () => void {
  const beats = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, beatMs);
  const longest = setTimeout(() => clearInterval(beats), longestMs);
  beats.unref();
  longest.unref();
  return () => {
    clearInterval(beats);
    clearTimeout(longest);
  };
}

/**
 * Sees whether a holder gives signs of life. It counts only the time in which it looked itself, so that neither
 * clocks that differ or are set nor the sleep of the machine make a living holder look dead.
 */
class Watch {
  #seen = '';
  #unchangedMs = 0;
  #lookedAtMs = 0;

  async isSilent(file: string, { lookMs, silentMs }: LeaseTiming): Promise<boolean> {
    const seen = `${file} ${(await stat(file)).mtimeMs}`;
    const now = performance.now();
    this.#unchangedMs =
      seen === this.#seen ? this.#unchangedMs + Math.min(now - this.#lookedAtMs, 4 * lookMs) : 0;
    this.#seen = seen;
    this.#lookedAtMs = now;
    return this.#unchangedMs >= silentMs;
  }
}

/** True when the holder was a process of this machine that has ended. */
function isGone(holder: string): boolean {
  const [, pid, place] = HELD.exec(holder) ?? [];
  if (pid === undefined || place !== here) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Where process ids mean the same: the machine, and on Linux the namespace of processes. */
const here = createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 12);

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
