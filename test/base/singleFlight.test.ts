import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../src/base/singleFlight.ts';

describe('SingleFlight', () => {
  it('does the work once for all who ask while it is under way, and again afterwards', async () => {
    const flights = new SingleFlight<number>();
    let calls = 0;
    const work = () => Promise.resolve(++calls);
    expect(
      await Promise.all([flights.run('k', work), flights.run('k', work), flights.run('other', work)]),
    ).toEqual([1, 1, 2]);
    expect(await flights.run('k', work)).toBe(3);
  });

  it('fails for all who wait, and starts anew after that', async () => {
    const flights = new SingleFlight<number>();
    const failing = () => Promise.reject(new Error('no'));
    const both = await Promise.allSettled([flights.run('k', failing), flights.run('k', failing)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flights.run('k', () => Promise.resolve(1))).toBe(1);
  });

  it('goes on while anyone waits, and never joins work that was called off', async () => {
    const flights = new SingleFlight<string>();
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        signals.push(signal);
        signal.addEventListener('abort', () => reject(new Error('called off')));
        setTimeout(() => resolve('done'), 20);
      });
    const [a, b] = [new AbortController(), new AbortController()];
    const [first, second] = [flights.run('k', work, a.signal), flights.run('k', work, b.signal)];
    a.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals[0]?.aborted).toBe(false);
    b.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals[0]?.aborted).toBe(true);
    expect(await flights.run('k', work, new AbortController().signal)).toBe('done');
    await expect(flights.run('k', work, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals).toHaveLength(2);
  });
});
