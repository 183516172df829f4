import { KeyturnError } from '../../base/errors.ts';
import type { Streams } from '../output/streams.ts';

const turns = new WeakMap<Streams['in'], Promise<unknown>>();

/** One question at a time: two at one terminal would read each other's answers. Fails with `cancelled` before it asks. */
export function askInTurn<T>(streams: Streams, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  const asked = (turns.get(streams.in) ?? Promise.resolve()).then(() => {
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.');
    return ask();
  });
  turns.set(
    streams.in,
    asked.catch(() => undefined),
  );
  return asked;
}
