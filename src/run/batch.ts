/** Results that wait for an earlier, slower one are held back; this many times the concurrency at most. */
const heldBack = 16;

/**
 * Runs `work` (which never rejects) over `items`, at most `concurrency` at once, and yields the results in the
 * order of the items. An abort starts no further item; what is under way ends by itself.
 */
export async function* runInOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  { concurrency, signal }: { concurrency: number; signal?: AbortSignal },
): AsyncGenerator<Result, void, undefined> {
  const queue: Promise<Result>[] = [];
  let next = 0;
  let active = 0;
  const fill = () => {
    while (active < concurrency && queue.length < concurrency * heldBack && signal?.aborted !== true) {
      const item = items[next];
      if (next++ >= items.length || item === undefined) return;
      active++;
      queue.push(
        work(item).finally(() => {
          active--;
          fill();
        }),
      );
    }
  };
  fill();
  for (let oldest = queue.shift(); oldest !== undefined; oldest = queue.shift()) {
    const result = await oldest;
    fill();
    yield result;
  }
}
