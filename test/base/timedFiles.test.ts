import { expect, it } from 'vitest';
import type { FileRead, Files } from '../../src/base/files.ts';
import { TimedFiles } from '../../src/base/timedFiles.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';

const how: FileRead = { from: null, trusted: true, maxBytes: 100, name: './a' };
const failure = (code: string) => expect.objectContaining({ code }) as Error;

/** Each read takes this long, or never ends. */
function slowFiles(ms: number): Files {
  const files = memoryFiles({ '/a': 'text' });
  const read: Files['read'] = async (location, how) => {
    await new Promise<void>((resolve) => {
      if (Number.isFinite(ms)) setTimeout(resolve, ms);
    });
    return files.read(location, how);
  };
  return { ...files, read };
}

it('reads, and takes the time of all reads from the limit', async () => {
  const files = new TimedFiles(slowFiles(20), 10_000, undefined);
  expect(files.leftMs).toBe(10_000);
  expect(Buffer.from((await files.read('/a', how))!).toString()).toBe('text');
  await files.read('/a', how);
  expect(files.leftMs).toBeLessThan(9_970);
  expect(files.leftMs).toBeGreaterThan(0);
});

it('ends a read that takes longer, and the next one at once', async () => {
  const files = new TimedFiles(slowFiles(Infinity), 10, undefined);
  await expect(files.read('/a', how)).rejects.toThrow('The file ./a could not be read within 0.01 s.');
  await expect(files.read('/a', how)).rejects.toThrow(failure('timeout'));
  expect(() => files.leftMs).toThrow(failure('timeout'));
});

it('has no limit where none is set, and is cancelled all the same', async () => {
  const controller = new AbortController();
  const files = new TimedFiles(slowFiles(Infinity), 0, controller.signal);
  expect(files.leftMs).toBe(0);
  const reading = files.read('/a', how);
  controller.abort();
  await expect(reading).rejects.toThrow(failure('cancelled'));
});
