import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditVerification } from '../../src/audit/verify.ts';
import { auditHarness, DAY, eventOf } from './support.ts';

const first = 'audit-000001.jsonl';

/** Six lines in one file; `change` alters them. Verified, then once more after another event was recorded. */
async function tampered(
  change: (lines: string[]) => string[],
): Promise<[AuditVerification, AuditVerification]> {
  const { log, folder } = await auditHarness();
  for (let i = 0; i < 6; i++) log.record(eventOf({ tokenName: `token ${i}` }));
  await log.flush();
  const path = join(folder, first);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const before = await log.verify();
  log.record(eventOf({ tokenName: 'later' }));
  return [before, await log.verify()];
}

const forged = (line: string) => line.replace('"viewer"', '"other"').replace('"GET"', '"PUT"');

describe('a log that was tampered with', () => {
  it.each([0, 1, 2, 3, 4, 5])('a change of line %i shows, and stays to be seen', async (at) => {
    const [before, after] = await tampered((lines) =>
      lines.map((line, i) => (i === at ? forged(line) : line)),
    );
    expect(before.state).toBe('broken');
    expect(before.at).toEqual({ file: first, line: at === 5 ? 6 : at + 2 });
    expect(after).toMatchObject({ state: 'broken', at: { file: first, line: at + 2 } });
  });

  it.each([1, 2, 3, 4])('a line taken out shows: %i', async (at) => {
    const [before, after] = await tampered((lines) => lines.filter((_, i) => i !== at));
    expect(before).toMatchObject({ state: 'broken', at: { file: first, line: at + 1 } });
    expect(after.state).toBe('broken');
  });

  it('lines taken from the beginning and from the end show', async () => {
    expect((await tampered((lines) => lines.slice(1)))[0]).toMatchObject({ state: 'cut', at: { line: 1 } });
    const [before, after] = await tampered((lines) => lines.slice(0, -2));
    expect(before).toMatchObject({ state: 'cut', reason: '2 lines are missing at the end.' });
    // Going on hides nothing.
    expect(after).toMatchObject({ state: 'broken', at: { file: first, line: 5 } });
    const [emptied, later] = await tampered(() => []);
    expect(emptied).toMatchObject({ state: 'cut', lines: 0 });
    expect(later.state).toBe('cut');
  });

  it('lines put in, doubled and moved show', async () => {
    for (const change of [
      (lines: string[]) => [...lines.slice(0, 3), forged(lines[2]!), ...lines.slice(3)],
      (lines: string[]) => [...lines, lines[5]!],
      (lines: string[]) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)],
    ]) {
      const [before, after] = await tampered(change);
      expect(before.state).toBe('broken');
      expect(after.state).toBe('broken');
    }
  });

  it.each([0, 2, 5])('a line made unreadable is not taken for a torn one: %i', async (at) => {
    const [before, after] = await tampered((lines) =>
      lines.map((line, i) => (i === at ? line.slice(0, 40) : line)),
    );
    expect(before.state).not.toBe('whole');
    expect(after.state).not.toBe('whole');
  });

  it('a lost chain.json shows, and what is recorded later does not hide it', async () => {
    const { log, folder } = await auditHarness();
    log.record(eventOf());
    await log.flush();
    await rm(join(folder, 'chain.json'));
    expect(await log.verify()).toMatchObject({ state: 'cut' });
    log.record(eventOf());
    expect(await log.verify()).toMatchObject({
      state: 'broken',
      at: { file: 'audit-000002.jsonl', line: 1 },
    });
    expect((await log.read()).map(({ action }) => action)).toEqual(['used', 'log_fault', 'used']);
  });

  it.each([
    [1, 'cut'],
    [2, 'broken'],
    [3, 'cut'],
  ])('a missing file shows: %i', async (part, state) => {
    const { log, folder, clock } = await auditHarness();
    for (let day = 0; day < 3; day++) {
      log.record(eventOf());
      await log.flush();
      await clock.advance(DAY);
    }
    await unlink(join(folder, `audit-00000${part}.jsonl`));
    expect((await log.verify()).state).toBe(state);
    log.record(eventOf());
    expect((await log.verify()).state).not.toBe('whole');
  });

  it('a log that was never used is empty', async () => {
    const { log } = await auditHarness();
    expect(await log.verify()).toMatchObject({ state: 'empty', lines: 0, head: null });
  });
});

describe.runIf(process.platform !== 'win32')('a file of the log that is no file any more', () => {
  it.each([
    [first, 'a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    [first, 'a link to a device', (path: string) => symlink('/dev/zero', path)],
    [first, 'a folder', (path: string) => mkdir(path)],
    ['chain.json', 'a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ])(
    '%s: %s is neither read nor written, and the loss is told',
    async (name, _what, make) => {
      const { log, folder, reports } = await auditHarness();
      log.record(eventOf({ tokenName: 'viewer' }));
      await log.flush();
      await rm(join(folder, name));
      await make(join(folder, name));
      await expect(log.verify()).rejects.toMatchObject({ code: 'file_unreadable' });
      log.record(eventOf({ tokenName: 'later' }));
      await log.flush();
      expect(reports).toMatchObject([{ code: 'store_write_failed' }]);
    },
    15_000,
  );
});
