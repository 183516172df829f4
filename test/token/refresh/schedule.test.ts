import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Schedule } from '../../../src/token/refresh/schedule.ts';
import { MINUTE, TestClock } from '../support.ts';
import { cpuMs } from '../../support/cpuTime.ts';

function scheduled() {
  const clock = new TestClock();
  const start = clock.now();
  const due: [atMs: number, key: string][] = [];
  const schedule = new Schedule(clock, (keys) =>
    due.push(...keys.map((key): [number, string] => [clock.now() - start, key])),
  );
  return { clock, start, due, schedule };
}

describe('Schedule', () => {
  it('tells each key at its time, with one timer', async () => {
    const { clock, start, due, schedule } = scheduled();
    schedule.set('c', start + 3000);
    schedule.set('a', start + 1000);
    schedule.set('b', start + 2 * MINUTE);
    schedule.set('a', start + 2000);
    schedule.set('d', start + 10);
    schedule.set('d', null);
    await clock.advance(5 * MINUTE);
    expect(due).toEqual([
      [2000, 'a'],
      [3000, 'c'],
      [2 * MINUTE, 'b'],
    ]);
    expect(clock.mostTimers).toBe(1);
    expect(clock.timers.size).toBe(0);
  });

  it('agrees with sorting, whatever is set and set again', async () => {
    const changes = fc.array(fc.tuple(fc.nat(30), fc.option(fc.integer({ min: 1, max: 20_000 }))), {
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (sets) => {
        const { clock, start, due, schedule } = scheduled();
        const last = new Map<string, number>();
        for (const [key, at] of sets) {
          schedule.set(`k${key}`, at === null ? null : start + at);
          if (at === null) last.delete(`k${key}`);
          else last.set(`k${key}`, at);
        }
        await clock.jump(start + 20_001);
        expect(new Set(due.map(([, key]) => key))).toEqual(new Set(last.keys()));
        expect(due).toHaveLength(last.size);
      }),
      { numRuns: 60 },
    );
  });

  it('carries 10,000 keys with one timer', async () => {
    const { clock, start, due, schedule } = scheduled();
    const begun = cpuMs();
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 10_000; i++) schedule.set(`k${i}`, start + 1000 + ((i * 7919) % 10_000));
    }
    expect(clock.mostTimers).toBe(1);
    await clock.jump(start + 12_000);
    expect(due).toHaveLength(10_000);
    expect(cpuMs() - begun).toBeLessThan(1500);
  });

  it('tells everything when the clock was set back, and what is over when it was set forward', async () => {
    const { clock, start, due, schedule } = scheduled();
    schedule.set('a', start + 90 * MINUTE);
    await clock.advance(MINUTE);
    expect(due).toEqual([]);
    await clock.jump(start - 60 * MINUTE);
    expect(due.map(([, key]) => key)).toEqual(['a']);
    schedule.set('b', start + 90 * MINUTE);
    await clock.jump(start + 91 * MINUTE);
    expect(due.map(([, key]) => key)).toEqual(['a', 'b']);
  });

  it('leaves no timer behind', () => {
    const { clock, start, schedule } = scheduled();
    schedule.set('a', start + 1000);
    schedule.dispose();
    expect(clock.timers.size).toBe(0);
  });
});
