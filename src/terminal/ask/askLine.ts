import { createInterface } from 'node:readline/promises';
import { KeyturnError } from '../../base/errors.ts';
import type { Streams } from '../output/streams.ts';

/**
 * One line typed at a terminal; null at the end of the input. Asks again as long as `again` says so of the answer.
 * Fails with `cancelled` on Ctrl+C.
 */
export async function askLine(
  streams: Streams,
  question: string,
  signal: AbortSignal,
  again: (answer: string) => boolean = () => false,
): Promise<string | null> {
  const lines = createInterface({ input: streams.in, output: streams.err, terminal: false });
  try {
    // The end of the input is no answer, and `question` would wait for one without end.
    const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    const next = () => Promise.race([lines.question(question, { signal }), ended]);
    let answer = await next();
    while (answer !== null && again(answer)) answer = await next();
    // The question still stands at the end of its line.
    if (answer === null) streams.err.write('\n');
    return answer;
  } catch (error) {
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.', { cause: error });
    throw error;
  } finally {
    lines.close();
  }
}
