import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { AUDIT_KEY } from '../../src/audit/fingerprint.ts';
import { markKey } from '../../src/audit/seal.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import { systemClock } from '../../src/base/clock.ts';
import { auditHarness, DAY, eventOf, temporaryFolder } from './support.ts';

const run = promisify(execFile);
const first = 'audit-000001.jsonl';

describe('recording', () => {
  it('writes one chained JSON line an event, in order', async () => {
    const { log, folder, clock } = await auditHarness();
    log.record(eventOf());
    log.record(eventOf({ action: 'deleted', origin: null, method: null, path: null, status: null }));
    await clock.advance(1000);
    await log.flush();
    const lines = (await readFile(join(folder, first), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: '2025-06-15T15:06:40.000Z',
      action: 'used',
      token: 'viewer',
      fingerprint: expect.stringMatching(/^[\w-]{16}$/) as string,
      origin: 'https://api.example.com',
      method: 'GET',
      path: '/reports/{id}',
      status: 200,
      error: null,
      cause: '/w/tour.http:12',
      detail: null,
      previous: null,
    });
    expect((JSON.parse(lines[1]!) as { previous: string }).previous).toMatch(/^[\w-]{43}$/);
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 2 });
  });

  it('masks a secret that stands where a text is cut', async () => {
    const { log, folder, redactor } = await auditHarness();
    const secret = 'a-very-secret-value-of-some-length-0123456789';
    redactor.register(secret, 'viewer');
    log.record(eventOf({ cause: `${'x'.repeat(980)}${secret}` }));
    await log.flush();
    expect(await readFile(join(folder, first), 'utf8')).not.toContain(secret.slice(0, 15));
  });

  it('is written by the clock, unasked', async () => {
    const { log, folder, clock } = await auditHarness();
    log.record(eventOf());
    await clock.advance(300);
    await log.flush();
    expect(await readFile(join(folder, first), 'utf8')).toContain('"used"');
  });

  it('reads the key only when the first event is written, and makes it once', async () => {
    const reads: string[] = [];
    const { log, options, secrets, folder } = await auditHarness();
    const watched = {
      get: (key: string) => {
        reads.push(key);
        return secrets.get(key);
      },
      set: (key: string, value: string) => secrets.set(key, value),
    };
    const watching = createAuditLog({ ...options, secrets: () => watched });
    watching.record(eventOf());
    expect(reads).toEqual([]);
    await watching.flush();
    watching.record(eventOf());
    await watching.flush();
    log.record(eventOf());
    await log.flush();
    expect(new Set(reads)).toEqual(new Set([AUDIT_KEY, markKey(folder)]));
    const entries = await log.read();
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const other = await auditHarness();
    other.log.record(eventOf());
    expect((await other.log.read())[0]!.fingerprint).not.toBe(entries[0]!.fingerprint);
  });

  it('records without a fingerprint where no secret store can be read', async () => {
    const locked = {
      get: () => Promise.reject(new Error('locked')),
      set: () => Promise.reject(new Error('locked')),
    };
    for (const secrets of [() => locked, () => null]) {
      const { log, reports } = await auditHarness({ secrets });
      log.record(eventOf());
      expect((await log.read())[0]).toMatchObject({ token: 'viewer', fingerprint: null });
      expect(reports).toEqual([]);
    }
  });

  it('writes nothing secret', async () => {
    const { log, folder, redactor } = await auditHarness();
    const secret = 's3cret-value-of-a-token';
    redactor.register(secret, 'viewer');
    log.record(
      eventOf({
        accessToken: secret,
        path: `/by/${secret}/x?key=${secret}`,
        detail: `it is ${secret}`,
        cause: `/w/${secret}.http:1`,
        error: secret,
      }),
    );
    log.record(
      eventOf({ path: `/by/${encodeURIComponent(secret)}/${Buffer.from(secret).toString('base64url')}` }),
    );
    await log.flush();
    for (const file of (await readdir(folder)).filter((name) => name.includes('.'))) {
      expect(await readFile(join(folder, file), 'utf8')).not.toContain(secret);
    }
    expect((await log.read()).map(({ path }) => path)).toEqual(['/by/{secret}/x', '/by/{secret}/{secret}']);
  });

  it('says where a token went and what came of it, whatever a token is', async () => {
    const { log, redactor } = await auditHarness();
    for (const value of ['https://api.example.com', 'api.example.com', 'viewer', 'DELETE', 'token_invalid'])
      redactor.register(value, 'x');
    const origin = 'https://api.example.com';
    log.record(eventOf({ tokenName: 'viewer', origin, method: 'DELETE', error: 'token_invalid' }));
    await log.flush();
    expect((await log.read())[0]).toMatchObject({
      token: 'viewer',
      origin,
      method: 'DELETE',
      error: 'token_invalid',
    });
  });

  it.skipIf(process.platform === 'win32')('keeps its files from other people', async () => {
    const { log, folder } = await auditHarness();
    log.record(eventOf());
    await log.flush();
    expect((await stat(folder)).mode & 0o077).toBe(0);
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
  });

  it('reports once that nothing can be written, keeps the events and writes them later', async () => {
    const folder = join(await temporaryFolder(), 'audit');
    // A file stands where the folder should be.
    await writeFile(folder, '');
    const { log, reports, clock } = await auditHarness({ folder });
    log.record(eventOf());
    await log.flush();
    await clock.advance(6000);
    await log.flush();
    expect(reports.map(({ code }) => code)).toEqual(['store_write_failed']);
    await rm(folder);
    await clock.advance(6000);
    expect(await log.read()).toHaveLength(1);
  });

  it('counts what it could not keep', async () => {
    const folder = join(await temporaryFolder(), 'audit');
    await writeFile(folder, '');
    const { log } = await auditHarness({ folder });
    for (let i = 0; i < 20_003; i++) log.record(eventOf());
    await log.flush();
    await rm(folder);
    const entries = await log.read();
    expect(entries.filter(({ action }) => action === 'used')).toHaveLength(20_000);
    expect(entries.filter(({ action }) => action === 'missed').map(({ cause }) => cause)).toEqual([
      '3 events that could not be written',
    ]);
    expect((await log.verify()).state).toBe('whole');
  });

  it('writes the rest when it ends', async () => {
    const { log, folder } = await auditHarness();
    log.record(eventOf());
    await log.dispose();
    expect(await verifyLog(folder, null)).toMatchObject({ state: 'whole', lines: 1 });
  });
});

describe('several writers', () => {
  it('four processes append 1,000 events each to one whole chain', async () => {
    const folder = join(await temporaryFolder(), 'audit');
    const appender = join(import.meta.dirname, 'appender.ts');
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => run(process.execPath, [appender, folder, name, '1000'])),
    );
    expect(await verifyLog(folder, null)).toMatchObject({ state: 'whole', lines: 4000, torn: 0 });
    const { log } = await auditHarness({ folder, clock: systemClock });
    const entries = await log.read();
    for (const name of ['a', 'b', 'c', 'd']) {
      const causes = entries.filter(({ token }) => token === name).map(({ cause }) => cause);
      expect(causes).toEqual(Array.from({ length: 1000 }, (_, index) => `event ${index}`));
    }
    expect(
      (await readdir(folder)).filter((file) => !/^(audit-\d{6}\.jsonl|chain\.json|turns)$/.test(file)),
    ).toEqual([]);
  }, 60_000);

  it('a process that is killed while it writes spoils nothing', async () => {
    const folder = join(await temporaryFolder(), 'audit');
    const appender = join(import.meta.dirname, 'appender.ts');
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [appender, folder, `k${round}`, '1000000'], { stdio: 'pipe' });
      // It says when it wrote its first events, and is writing ever since.
      await once(child.stdout, 'data');
      await sleep(round * 3);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const { log } = await auditHarness({ folder, clock: systemClock });
    log.record(eventOf({ tokenName: 'after' }));
    const entries = await log.read();
    expect(entries.at(-1)!.token).toBe('after');
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: entries.length });
    const events = entries.filter(({ action }) => action !== 'log_fault');
    expect(new Set(events.map(({ token }) => token)).size).toBe(9);
  }, 60_000);

  it('goes on after a writer that died between the lines and chain.json, and after a torn line', async () => {
    const { log, folder } = await auditHarness();
    log.record(eventOf());
    await log.flush();
    const noted = await readFile(join(folder, 'chain.json'));
    log.record(eventOf({ tokenName: 'second' }));
    await log.flush();
    await writeFile(join(folder, 'chain.json'), noted);
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 2 });
    await writeFile(join(folder, first), '{"time":"2026-01-15T1', { flag: 'a' });
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 2, torn: 1 });
    log.record(eventOf({ tokenName: 'third' }));
    expect((await log.read()).map(({ token }) => token)).toEqual([
      'viewer',
      'second',
      // The lines that chain.json did not know: an interrupted writer's, or added by someone else.
      '',
      'third',
    ]);
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 4, torn: 1, unproven: 1 });
  });
});

describe('retention', () => {
  it('takes whole days away and leaves a chain that can be verified', async () => {
    const { log, folder, clock } = await auditHarness({ retentionDays: () => 3 });
    for (let day = 0; day < 6; day++) {
      log.record(eventOf({ tokenName: `day ${day}` }));
      log.record(eventOf({ tokenName: `day ${day}` }));
      await log.flush();
      await clock.advance(DAY);
    }
    log.record(eventOf({ tokenName: 'day 6' }));
    const entries = await log.read();
    expect([...new Set(entries.map(({ token }) => token))]).toEqual(['day 3', 'day 4', 'day 5', 'day 6']);
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 7, expired: 6 });
    expect((await readdir(folder)).filter((file) => file.endsWith('.jsonl'))).toHaveLength(4);
  });
});

describe('many events', () => {
  it('reads and verifies 100,000 in bounded time and begins new files', async () => {
    const { log, folder } = await auditHarness();
    const writing = performance.now();
    for (let i = 0; i < 100_000; i++) {
      log.record(eventOf({ path: `/reports/${i}`, status: i % 7 === 0 ? 401 : 200 }));
      if (i % 10_000 === 9_999) await log.flush();
    }
    await log.flush();
    const reading = performance.now();
    expect(await log.read()).toHaveLength(100_000);
    const verifying = performance.now();
    expect(await log.verify()).toMatchObject({ state: 'whole', lines: 100_000 });
    const done = performance.now();
    console.log(
      `100,000 events: written in ${Math.round(reading - writing)} ms, read in ${Math.round(verifying - reading)} ms, verified in ${Math.round(done - verifying)} ms`,
    );
    expect(verifying - reading).toBeLessThan(5_000);
    expect(done - verifying).toBeLessThan(5_000);
    expect((await readdir(folder)).filter((file) => file.endsWith('.jsonl')).length).toBeGreaterThan(3);
  }, 60_000);
});
