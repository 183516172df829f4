import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileLease, type LeaseTiming } from '../../src/node/fileLease.ts';
import type { LeaseTurn, RefreshLease, StoredMark } from '../../src/token/refresh/lease.ts';

const quick: LeaseTiming = { lookMs: 5, beatMs: 20, silentMs: 200, longestMs: 60_000 };
const never = new AbortController().signal;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-lease-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** The one folder of the one key, and what is in it. */
async function place(): Promise<{ path: string; names: string[] }> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  expect(names).toHaveLength(1);
  const path = join(folder, names[0]!);
  return { path, names: await readdir(path) };
}

/** A lease as if another process held it. */
async function holdAs(lease: RefreshLease, holder: (ownName: string) => string): Promise<string> {
  let name = '';
  await lease.hold('key', async () => void (name = (await place()).names[0]!), never);
  const { path, names } = await place();
  expect(names).toEqual(['free']);
  await rm(join(path, 'free'));
  await writeFile(join(path, holder(name)), '');
  return path;
}

function store(lease: RefreshLease, key: string, obtainedAtMs: number, replaced = false): Promise<void> {
  const task = (turn: LeaseTurn) => {
    turn.stored(obtainedAtMs, replaced);
    return Promise.resolve();
  };
  return lease.hold(key, task, never);
}

describe('the lease over files', () => {
  it('lets one at a time in, of many that come together, and all of them in the end', async () => {
    const leases = Array.from({ length: 20 }, () => createFileLease(folder, quick));
    let inside = 0;
    let most = 0;
    const done = await Promise.all(
      leases.map((lease, index) =>
        lease.hold(
          'key',
          async () => {
            most = Math.max(most, ++inside);
            await pause(3);
            inside--;
            return index;
          },
          never,
        ),
      ),
    );
    expect(most).toBe(1);
    expect(done).toEqual(leases.map((_, index) => index));
    expect((await place()).names).toEqual(['free']);
  });

  it('keeps keys apart', async () => {
    const lease = createFileLease(folder, quick);
    const order: string[] = [];
    await lease.hold(
      'a',
      async () => {
        await lease.hold('b', () => Promise.resolve(void order.push('b')), never);
        order.push('a');
      },
      never,
    );
    expect(order).toEqual(['b', 'a']);
  });

  it('passes on failures, and is free after them', async () => {
    const lease = createFileLease(folder, quick);
    await expect(lease.hold('key', () => Promise.reject(new Error('No.')), never)).rejects.toThrow('No.');
    await expect(lease.hold('key', () => Promise.resolve('yes'), never)).resolves.toBe('yes');
  });

  it('takes over at once from a process of this machine that has ended', async () => {
    const lease = createFileLease(folder, quick);
    const { pid } = spawnSync(process.execPath, ['--version']);
    await holdAs(lease, (name) => name.replace(/^\d+/, String(pid)));
    const begun = performance.now();
    await lease.hold('key', () => Promise.resolve(), never);
    expect(performance.now() - begun).toBeLessThan(quick.silentMs);
  });

  it('knows the process in whatever name a holder has', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    // A process that may still live is waited for far longer than this test may last.
    const lease = createFileLease(folder, { ...quick, lookMs: 1, silentMs: 60_000 });
    const giveUp = AbortSignal.timeout(8_000);
    for (let round = 0; round < 60; round++) {
      await holdAs(lease, (name) => name.replace(/^\d+/, String(pid)));
      await lease.hold('key', () => Promise.resolve(), giveUp);
    }
  });

  it('takes over from a holder elsewhere that gives no sign of life, and not before', async () => {
    const lease = createFileLease(folder, quick);
    await holdAs(lease, () => `1-elsewhere-abc`);
    const begun = performance.now();
    await lease.hold('key', () => Promise.resolve(), never);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(quick.silentMs);
  });

  it('waits for a holder that lives, however long it takes', async () => {
    const [a, b] = [createFileLease(folder, quick), createFileLease(folder, quick)];
    let ended = false;
    const first = a.hold('key', () => pause(3 * quick.silentMs).then(() => (ended = true)), never);
    await pause(30);
    await expect(b.hold('key', () => Promise.resolve(ended), never)).resolves.toBe(true);
    await first;
  });

  it('passes over a holder that holds on for too long, and does not take the lease back from the next', async () => {
    const slow = createFileLease(folder, { ...quick, longestMs: 1 });
    const next = createFileLease(folder, quick);
    let release: (() => void) | null = null;
    const first = slow.hold('key', () => new Promise<void>((resolve) => (release = resolve)), never);
    await pause(30);
    await next.hold(
      'key',
      async () => {
        release!();
        await first;
        const { names } = await place();
        expect(names).toHaveLength(1);
        expect(names).not.toContain('free');
      },
      never,
    );
    expect((await place()).names).toEqual(['free']);
  });

  it('stops waiting when it is cancelled', async () => {
    const lease = createFileLease(folder, quick);
    const cancel = new AbortController();
    await lease.hold(
      'key',
      async () => {
        const waiting = lease.hold('key', () => Promise.resolve('ran'), cancel.signal);
        setTimeout(() => cancel.abort(), 20);
        await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      },
      never,
    );
    expect((await place()).names).toEqual(['free']);
  });

  it('hands on the mark of what was stored, and keeps it where nothing new was', async () => {
    const lease = createFileLease(folder, quick);
    const marks: (StoredMark | null)[] = [];
    const look = () =>
      lease.hold('key', ({ lastStored }) => Promise.resolve(void marks.push(lastStored)), never);
    await look();
    await store(lease, 'key', 1_750_000_000_000);
    await look();
    await look();
    const mark = { obtainedAtMs: 1_750_000_000_000, atMs: expect.any(Number) as number, spentBeforeMs: 0 };
    expect(marks).toEqual([null, mark, mark]);
    expect(Math.abs(Date.now() - marks[2]!.atMs)).toBeLessThan(10_000);
  });

  it('remembers since when refresh tokens are spent, whatever is stored after that', async () => {
    const lease = createFileLease(folder, quick);
    const spentBefore = () =>
      lease.hold('key', ({ lastStored }) => Promise.resolve(lastStored?.spentBeforeMs), never);
    await store(lease, 'key', 10);
    expect(await spentBefore()).toBe(0);
    await store(lease, 'key', 20, true);
    await store(lease, 'key', 30);
    expect(await spentBefore()).toBe(20);
    // By a clock that was set back: what is stored now is good.
    await store(lease, 'key', 15);
    expect(await spentBefore()).toBe(15);
    await store(lease, 'key', 40, true);
    expect(await spentBefore()).toBe(40);
  });

  it('writes neither key nor token anywhere', async () => {
    const lease = createFileLease(folder, quick);
    await store(lease, 'token:viewer:abc', 7);
    const { path, names } = await place();
    const written = [path.slice(folder.length), ...names, await readFile(join(path, 'free'), 'utf8')].join(
      ' ',
    );
    expect(written).not.toMatch(/viewer|token|abc/);
    expect(await readFile(join(path, 'free'), 'utf8')).toMatch(/^7 \d+ 0$/);
  });

  it('ignores a mark that is none', async () => {
    const lease = createFileLease(folder, quick);
    await lease.hold('key', () => Promise.resolve(), never);
    const { path } = await place();
    for (const text of ['', 'x', '1', '1 2', `${'9'.repeat(40)} 1 1`, '1 2 3 4']) {
      await writeFile(join(path, 'free'), text);
      await expect(lease.hold('key', (turn) => Promise.resolve(turn.lastStored), never)).resolves.toBeNull();
    }
  });

  it('finds its way when the folder was emptied or removed', async () => {
    const lease = createFileLease(folder, quick);
    await lease.hold('key', () => Promise.resolve(), never);
    const { path } = await place();
    await rm(join(path, 'free'));
    await expect(lease.hold('key', () => Promise.resolve(1), never)).resolves.toBe(1);
    await rm(folder, { recursive: true });
    await expect(lease.hold('key', () => Promise.resolve(2), never)).resolves.toBe(2);
    expect((await place()).names).toEqual(['free']);
  });

  it('runs the task where the folder cannot be used', async () => {
    await mkdir(join(folder, 'there'));
    await writeFile(join(folder, 'there', 'file'), '');
    const lease = createFileLease(join(folder, 'there', 'file', 'leases'), { ...quick, lookMs: 1 });
    await expect(lease.hold('key', () => Promise.resolve('done'), never)).resolves.toBe('done');
  });
});
