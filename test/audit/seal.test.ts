import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { AUDIT_KEY } from '../../src/audit/fingerprint.ts';
import { hashOfLine } from '../../src/audit/entry.ts';
import { markKey } from '../../src/audit/seal.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import { createFileLease } from '../../src/node/fileLease.ts';
import { auditHarness, DAY, eventOf } from './support.ts';

const first = 'audit-000001.jsonl';

/** A log of three events whose writer has ended: nothing of it is held in memory any more. */
async function written(days = 1) {
  const harness = await auditHarness();
  for (let day = 0; day < days; day++) {
    if (day > 0) await harness.clock.advance(DAY);
    for (let i = 0; i < 3; i++) harness.log.record(eventOf({ tokenName: `token ${day} ${i}` }));
    await harness.log.flush();
  }
  await harness.log.dispose();
  const open = () => createAuditLog(harness.options);
  return {
    ...harness,
    open,
    verify: () => open().verify(),
    /** As a process does that has the keychain. */
    writeOn: async () => {
      const next = open();
      next.record(eventOf({ tokenName: 'later' }));
      await next.dispose();
    },
    withoutKey: () => createAuditLog({ ...harness.options, secrets: () => null }),
  };
}

/** Makes the whole log anew, as who can write its folder and has no key can: every hash fits. */
async function rewrite(
  folder: string,
  change: (lines: Record<string, unknown>[]) => Record<string, unknown>[],
) {
  const lines = (await readFile(join(folder, first), 'utf8')).trimEnd().split('\n');
  let previous: string | null = null;
  let text = '';
  const made = change(lines.map((line) => JSON.parse(line) as Record<string, unknown>));
  for (const line of made) {
    const row = JSON.stringify({ ...line, previous });
    previous = hashOfLine(row);
    text += `${row}\n`;
  }
  await writeFile(join(folder, first), text);
  const chain = JSON.parse(await readFile(join(folder, 'chain.json'), 'utf8')) as { head: object };
  const head = { ...chain.head, bytes: Buffer.byteLength(text), lines: made.length, hash: previous };
  return { ...chain, head };
}

describe('a log whose key is in the secret store', () => {
  it('is sealed, and says no more than that it is whole', async () => {
    const { verify } = await written();
    expect(await verify()).toMatchObject({
      state: 'whole',
      proof: 'sealed',
      unproven: 0,
      reason: 'Every line follows the one before it.',
    });
  });

  it('shows that it was deleted, before and after it is used again', async () => {
    const { verify, writeOn, folder } = await written();
    await rm(folder, { recursive: true });
    expect(await verify()).toMatchObject({
      state: 'deleted',
      reason: 'It held 3 lines and was first used on 2025-06-15.',
    });
    await writeOn();
    expect(await verify()).toMatchObject({ state: 'deleted', at: { file: first, line: 1 }, lines: 2 });
    await writeOn();
    // Written down once: the log goes on from there.
    expect(await verify()).toMatchObject({ state: 'deleted', at: { file: first, line: 1 }, lines: 3 });
  });

  it.each([
    ['its MAC kept', (chain: object) => chain],
    ['its MAC taken out', (chain: object) => ({ ...chain, mac: null })],
    ['a MAC of another', (chain: object) => ({ ...chain, mac: 'x'.repeat(43) })],
  ])('shows that its last lines were taken off and chain.json adjusted, %s', async (_, mac) => {
    const { verify, writeOn, folder } = await written();
    const chain = await rewrite(folder, (lines) => lines.slice(0, 2));
    await writeFile(join(folder, 'chain.json'), JSON.stringify(mac(chain)));
    expect(['cut', 'rewritten']).toContain((await verify()).state);
    await writeOn();
    expect(['cut', 'rewritten']).toContain((await verify()).state);
  });

  it('shows that it was rewritten with the same number of lines', async () => {
    const { verify, writeOn, folder } = await written();
    const chain = await rewrite(folder, (lines) =>
      lines.map((line) => ({ ...line, origin: 'https://other.example.com' })),
    );
    await writeFile(join(folder, 'chain.json'), JSON.stringify({ ...chain, mac: null }));
    expect(await verify()).toMatchObject({ state: 'rewritten' });
    await writeOn();
    expect(await verify()).toMatchObject({ state: 'rewritten', at: { file: first, line: 4 } });
  });

  it('shows that older lines were taken away as if they had expired', async () => {
    const { verify, folder } = await written(2);
    const chainFile = join(folder, 'chain.json');
    const chain = JSON.parse(await readFile(chainFile, 'utf8')) as Record<string, unknown>;
    const last = (await readFile(join(folder, first), 'utf8')).trimEnd().split('\n').at(-1)!;
    await rm(join(folder, first));
    const anchor = { part: 2, lines: 3, hash: hashOfLine(last) };
    await writeFile(chainFile, JSON.stringify({ ...chain, anchor }));
    expect(await verify()).toMatchObject({ state: 'rewritten' });
  });

  it('shows that all files were put back to how they were before', async () => {
    const { verify, writeOn, folder, clock } = await written();
    await cp(folder, `${folder}-before`, { recursive: true });
    await clock.advance(10_000);
    await writeOn();
    await rm(folder, { recursive: true });
    await cp(`${folder}-before`, folder, { recursive: true });
    expect(await verify()).toMatchObject({ state: 'cut', reason: '1 line is missing at the end.' });
    await rm(`${folder}-before`, { recursive: true });
  });

  it('says which lines have no proof: made up at the end, or written without the key', async () => {
    const { verify, writeOn, withoutKey, folder } = await written();
    const lines = (await readFile(join(folder, first), 'utf8')).trimEnd().split('\n');
    const madeUp = { ...(JSON.parse(lines[0]!) as object), previous: hashOfLine(lines[2]!) };
    await writeFile(join(folder, first), `${JSON.stringify(madeUp)}\n`, { flag: 'a' });
    const found = await verify();
    expect(found).toMatchObject({ state: 'whole', proof: 'partial', unproven: 1 });
    expect(found.reason).toContain('Nothing proves 1 line of it');
    await writeOn();
    expect(await verify()).toMatchObject({ state: 'whole', proof: 'partial', unproven: 1 });

    const other = withoutKey();
    other.record(eventOf());
    other.record(eventOf());
    await other.dispose();
    expect(await verify()).toMatchObject({ proof: 'partial', unproven: 3 });
    await writeOn();
    expect(await verify()).toMatchObject({ proof: 'partial', unproven: 3 });
  });

  it('keeps what retention does legitimate', async () => {
    const { verify, writeOn, clock, folder } = await written(2);
    await clock.advance(95 * DAY);
    await writeOn();
    expect((await readdir(folder)).filter((name) => name.endsWith('.jsonl'))).toEqual(['audit-000003.jsonl']);
    expect(await verify()).toMatchObject({ state: 'whole', proof: 'sealed', expired: 6, lines: 1 });
  });

  it('knows logs in other folders apart', async () => {
    const one = await written();
    const { log } = await auditHarness({ secrets: () => one.secrets });
    expect(await log.verify()).toMatchObject({ state: 'empty' });
    log.record(eventOf());
    expect(await log.verify()).toMatchObject({ state: 'whole', proof: 'sealed', lines: 1 });
    expect(await one.verify()).toMatchObject({ state: 'whole', proof: 'sealed', lines: 3 });
  });

  it('keeps in the store how far it came, and nothing of what it says', async () => {
    const { secrets, folder } = await written();
    expect(JSON.parse((await secrets.get(markKey(folder)))!)).toEqual({
      lines: 3,
      hash: expect.stringMatching(/^[\w-]{43}$/) as string,
      since: '2025-06-15',
    });
  });
});

describe('a log whose key is not at hand', () => {
  it('does not claim that nothing was rewritten or deleted', async () => {
    const { withoutKey, folder } = await written();
    const found = await withoutKey().verify();
    expect(found).toMatchObject({ state: 'whole', proof: 'none' });
    expect(found.reason).toContain("can't tell whether the log was rewritten");
    await rm(folder, { recursive: true });
    const gone = await withoutKey().verify();
    expect(gone).toMatchObject({ state: 'empty', proof: 'none' });
    expect(gone.reason).toContain('tell whether a log was deleted');
  });

  it('is the same where the store cannot be read', async () => {
    const { options } = await written();
    const locked = createAuditLog({
      ...options,
      secrets: () => ({ get: () => Promise.reject(new Error('locked')), set: () => Promise.resolve() }),
    });
    expect(await locked.verify()).toMatchObject({ state: 'whole', proof: 'none' });
  });

  it('takes what is no mark for none', async () => {
    const { options, secrets, folder, verify } = await written();
    for (const mark of ['', 'no JSON', '{"lines":-1}', 'null']) {
      await secrets.set(markKey(folder), mark);
      expect(await verify()).toMatchObject({ state: 'whole', proof: 'partial' });
    }
    await secrets.set(AUDIT_KEY, 'short');
    expect(await createAuditLog(options).verify()).toMatchObject({ state: 'whole', proof: 'none' });
  });
});

describe('a process that ends before its turn', () => {
  it('loses no event: the next writer takes them into the log', async () => {
    const { open, folder, verify, writeOn } = await written();
    const log = open();
    const turns = createFileLease(join(folder, 'turns'), {
      lookMs: 5,
      beatMs: 100,
      silentMs: 15_000,
      longestMs: 60_000,
    });
    await turns.hold(
      'append',
      async () => {
        log.record(eventOf({ tokenName: 'late' }));
        await log.dispose();
      },
      AbortSignal.timeout(10_000),
    );
    expect(await verifyLog(folder, null)).toMatchObject({ lines: 3, waiting: 1 });
    await writeOn();
    const found = await verify();
    expect(found).toMatchObject({ state: 'whole', proof: 'sealed', lines: 5, waiting: 0 });
    expect((await open().read()).map(({ token }) => token).slice(3)).toEqual(['late', 'later']);
    expect((await readdir(folder)).filter((name) => name.startsWith('late'))).toEqual([]);
  }, 20_000);

  it('reports how many events the log misses where nothing can be kept', async () => {
    const { log, folder, reports } = await auditHarness();
    await writeFile(folder, 'a file stands in the way');
    log.record(eventOf());
    log.record(eventOf());
    await log.dispose();
    expect(reports.at(-1)?.message).toBe('The audit log misses 2 events.');
  });

  it('takes late lines that were made up for unproven, and leaves what holds no lines', async () => {
    const { folder, verify, writeOn, open } = await written();
    const [line] = (await readFile(join(folder, first), 'utf8')).split('\n');
    const { previous, ...unchained } = JSON.parse(line!) as Record<string, unknown>;
    expect(previous).toBeNull();
    const late = (id: string) => join(folder, `late-${id}-0000-0000-0000-000000000000.json`);
    await writeFile(late('00000001'), JSON.stringify({ lines: [unchained], mac: null }));
    await writeFile(late('00000002'), '{"lines":[{"action":"eaten"}],"mac":null}');
    await writeOn();
    expect(await verify()).toMatchObject({ state: 'whole', proof: 'partial', unproven: 1, lines: 6 });
    expect(await open().read()).toHaveLength(6);
    expect((await readdir(folder)).filter((name) => name.startsWith('late'))).toHaveLength(1);
  });
});
