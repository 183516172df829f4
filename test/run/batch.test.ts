import { describe, expect, it } from 'vitest';
import { runInOrder } from '../../src/run/batch.ts';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

describe('runInOrder', () => {
  it('yields in the order of the items, whatever finishes first', async () => {
    const results = runInOrder([30, 1, 20, 2], (ms) => wait(ms).then(() => ms), { concurrency: 4 });
    expect(await all(results)).toEqual([30, 1, 20, 2]);
  });

  it('keeps the concurrency, and keeps it busy behind a slow first item', async () => {
    let active = 0;
    let most = 0;
    let startedWhileFirstRan = 0;
    let firstRuns = true;
    const items = Array.from({ length: 20 }, (_, index) => index);
    const work = async (index: number) => {
      most = Math.max(most, ++active);
      if (firstRuns) startedWhileFirstRan++;
      await wait(index === 0 ? 60 : 1);
      if (index === 0) firstRuns = false;
      active--;
      return index;
    };
    expect(await all(runInOrder(items, work, { concurrency: 3 }))).toEqual(items);
    expect(most).toBe(3);
    expect(startedWhileFirstRan).toBeGreaterThan(10);
  });

  it('starts one after the other with a concurrency of one', async () => {
    const log: string[] = [];
    const work = async (name: string) => {
      log.push(`start ${name}`);
      await wait(1);
      log.push(`end ${name}`);
    };
    await all(runInOrder(['a', 'b'], work, { concurrency: 1 }));
    expect(log).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  it('starts nothing after an abort', async () => {
    const abort = new AbortController();
    const started: number[] = [];
    const work = async (item: number) => {
      started.push(item);
      await wait(1);
      if (item === 2) abort.abort();
      return item;
    };
    const results = runInOrder([1, 2, 3, 4], work, { concurrency: 1, signal: abort.signal });
    expect(await all(results)).toEqual([1, 2]);
    expect(started).toEqual([1, 2]);
  });

  it('has nothing to yield for no items', async () => {
    expect(await all(runInOrder([], wait, { concurrency: 5 }))).toEqual([]);
  });
});
