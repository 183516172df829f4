import { expect, it } from 'vitest';
import { DeferredAudit } from '../../src/audit/deferredAudit.ts';
import { auditHarness, eventOf } from './support.ts';

it('loads the log a second after the first event, and keeps order and times', async () => {
  const { log, clock } = await auditHarness();
  let loads = 0;
  const audit = new DeferredAudit(clock, () => {
    loads++;
    return Promise.resolve(log);
  });
  const first = new Date(clock.now()).toISOString();
  audit.record(eventOf({ tokenName: 'a' }));
  await clock.advance(500);
  audit.record(eventOf({ tokenName: 'b' }));
  expect(loads).toBe(0);
  await clock.advance(600);
  expect(loads).toBe(1);
  audit.record(eventOf({ tokenName: 'c' }));
  const entries = await (await audit.log()).read();
  expect(entries.map(({ token }) => token)).toEqual(['a', 'b', 'c']);
  expect(entries[0]!.time).toBe(first);
  expect(loads).toBe(1);
});

it('writes what is there when it ends, and loads nothing when nothing is', async () => {
  const { log, clock } = await auditHarness();
  const idle = new DeferredAudit(clock, () => Promise.reject(new Error('It was loaded.')));
  await idle.dispose();
  const audit = new DeferredAudit(clock, () => Promise.resolve(log));
  audit.record(eventOf());
  await audit.dispose();
  expect(await log.read()).toHaveLength(1);
});

it('tries again to load what could not be loaded', async () => {
  const { log, clock } = await auditHarness();
  let loads = 0;
  const audit = new DeferredAudit(clock, () =>
    loads++ === 0 ? Promise.reject(new Error('not yet')) : Promise.resolve(log),
  );
  audit.record(eventOf());
  await clock.advance(1100);
  expect(loads).toBe(1);
  await audit.dispose();
  expect(await log.read()).toHaveLength(1);
});
