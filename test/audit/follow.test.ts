import { appendFile, open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { markOfChain, partName } from '../../src/audit/chain.ts';
import { AuditReader, readEntries } from '../../src/audit/read.ts';
import { TestClock } from '../token/support.ts';
import { auditHarness, DAY, eventOf } from './support.ts';

const second = 1000;

/** Waits for real files under a clock that is turned by hand. */
async function eventually(what: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(what()).toBe(true);
}

async function following() {
  const harness = await auditHarness();
  // Another process with a log of its own over the same folder.
  const other = createAuditLog({ ...harness.options, clock: new TestClock() });
  const seen: number[] = [];
  const follower = harness.log.follow(async () => void seen.push((await harness.log.readOn()).length));
  return { ...harness, other, follower, seen };
}

describe('following a log', () => {
  it('tells once a second at most what this and other processes wrote', async () => {
    const { log, other, follower, seen, clock } = await following();
    log.record(eventOf());
    await log.flush();
    follower.start();
    await eventually(() => seen.length === 1);
    for (let i = 0; i < 20; i++) {
      other.record(eventOf());
      await other.flush();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([1]);
    await clock.advance(second);
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([1, 21]);
    follower.stop();
  });

  it('takes in nothing while there is nothing new', async () => {
    const { other, follower, seen, clock } = await following();
    other.record(eventOf());
    await other.flush();
    follower.start();
    await eventually(() => seen.length === 1 && clock.timers.size === 1);
    for (let i = 0; i < 5; i++) {
      await clock.advance(second);
      await eventually(() => clock.timers.size === 1);
    }
    expect(seen).toEqual([1]);
    follower.stop();
  });

  it('does nothing while it is stopped, and catches up when it is started', async () => {
    const { other, follower, seen, clock } = await following();
    follower.start();
    await eventually(() => clock.timers.size === 1);
    follower.stop();
    expect(clock.timers.size).toBe(0);
    other.record(eventOf());
    await other.flush();
    await clock.advance(60 * second);
    const before = seen.length;
    follower.start();
    follower.start();
    await eventually(() => seen.length === before + 1 && clock.timers.size === 1);
    expect(seen.at(-1)).toBe(1);
    follower.stop();
  });

  it('rests nine times as long as taking in took, but no longer than half a minute', async () => {
    const { other, options, clock } = await following();
    other.record(eventOf());
    await other.flush();
    let tookMs = 2 * second;
    const follower = createAuditLog(options).follow(() => {
      clock.nowMs += tookMs;
      return Promise.resolve();
    });
    follower.start();
    await eventually(() => clock.timers.size === 1);
    expect([...clock.timers][0]?.atMs).toBe(clock.now() + 18 * second);
    follower.stop();
    other.record(eventOf());
    await other.flush();
    tookMs = DAY;
    follower.start();
    await eventually(() => clock.timers.size === 1);
    expect([...clock.timers][0]?.atMs).toBe(clock.now() + 30 * second);
    follower.stop();
  });

  it('has no mark for a log without lines', async () => {
    const { folder } = await auditHarness();
    expect(await markOfChain(folder)).toBe('');
  });
});

describe('reading on', () => {
  it('gives what reading everything gives, with ids that stay', async () => {
    const { log, folder, clock } = await auditHarness();
    const reader = new AuditReader(folder);
    expect(await reader.read()).toEqual([]);
    const ids: string[][] = [];
    for (let day = 0; day < 3; day++) {
      for (const origin of ['https://a.example', 'https://b.example']) {
        log.record(eventOf({ origin }));
        await log.flush();
        const entries = await reader.read();
        expect(entries).toEqual(await readEntries(folder));
        ids.push(entries.map(({ id }) => id));
      }
      clock.nowMs += DAY;
    }
    expect(ids.at(-1)).toEqual(['1:1', '1:2', '2:1', '2:2', '3:1', '3:2']);
    for (const before of ids) expect(ids.at(-1)?.slice(0, before.length)).toEqual(before);
  });

  it('does not see an unusual origin twice, however often it reads', async () => {
    const { log, folder } = await auditHarness();
    const reader = new AuditReader(folder);
    for (const origin of ['https://a.example', 'https://b.example', 'https://b.example']) {
      log.record(eventOf({ origin }));
      await log.flush();
      await reader.read();
    }
    expect((await reader.read()).map(({ unusual }) => unusual)).toEqual([[], ['new_origin'], []]);
  });

  it('leaves a line that is still being written for later', async () => {
    const { log, folder } = await auditHarness();
    const reader = new AuditReader(folder);
    log.record(eventOf({ cause: 'zoë' }));
    await log.flush();
    const file = join(folder, partName(1));
    const line = JSON.stringify({ ...(await readEntries(folder))[0], previous: null });
    await appendFile(file, line.slice(0, 40));
    expect(await reader.read()).toHaveLength(1);
    await appendFile(file, line.slice(40));
    expect(await reader.read()).toHaveLength(2);
    await appendFile(file, `\n${line}\n`);
    expect((await reader.read()).map(({ id }) => id)).toEqual(['1:1', '1:2', '1:3']);
  });

  it('begins anew where a file became shorter, and where old files are gone', async () => {
    const { log, folder, clock } = await auditHarness({ retentionDays: () => 1 });
    const reader = new AuditReader(folder);
    log.record(eventOf());
    log.record(eventOf({ tokenName: 'other' }));
    await log.flush();
    expect(await reader.read()).toHaveLength(2);
    const file = join(folder, partName(1));
    const handle = await open(file);
    const { size } = await handle.stat();
    await handle.close();
    await truncate(file, Math.floor(size / 2) + 2);
    expect(await reader.read()).toEqual(await readEntries(folder));
    for (let day = 0; day < 4; day++) {
      clock.nowMs += DAY;
      log.record(eventOf({ tokenName: `day ${day}` }));
      await log.flush();
      expect(await reader.read()).toEqual(await readEntries(folder));
    }
    expect((await reader.read()).map(({ token }) => token)).not.toContain('viewer');
  });

  it('reads in turn, so that nothing is taken twice', async () => {
    const { log, folder } = await auditHarness();
    const reader = new AuditReader(folder);
    for (let i = 0; i < 50; i++) log.record(eventOf());
    await log.flush();
    const counts = await Promise.all(Array.from({ length: 10 }, async () => (await reader.read()).length));
    expect(counts).toEqual(Array.from({ length: 10 }, () => 50));
  });
});
