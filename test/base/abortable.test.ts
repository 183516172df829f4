import { expect, it } from 'vitest';
import { abortable, withinTime } from '../../src/base/abortable.ts';
import { KeyturnError } from '../../src/base/errors.ts';

const never = new Promise<never>(() => undefined);
const late = () => new KeyturnError('timeout', 'Too late.');
const failure = (code: string) => expect.objectContaining({ code }) as Error;

it('gives what the work gives, and its failure', async () => {
  const { signal } = new AbortController();
  expect(await abortable(Promise.resolve(1), signal)).toBe(1);
  await expect(abortable(Promise.reject(late()), signal)).rejects.toThrow(failure('timeout'));
  expect(await withinTime(1000, signal, late, () => Promise.resolve(2))).toBe(2);
});

it('ends work that never ends when the signal is aborted, before or during it', async () => {
  await expect(abortable(never, AbortSignal.abort())).rejects.toThrow(failure('cancelled'));
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow(failure('cancelled'));
});

it('ends it after its time, and tells the work', async () => {
  let told: AbortSignal | undefined;
  const work = (signal: AbortSignal | undefined) => {
    told = signal;
    return never;
  };
  await expect(withinTime(5, undefined, late, work)).rejects.toThrow(failure('timeout'));
  expect(told?.aborted).toBe(true);
});

it('has no limit where none is given, and ends with the signal all the same', async () => {
  const controller = new AbortController();
  const waiting = withinTime(0, controller.signal, late, () => never);
  controller.abort();
  await expect(waiting).rejects.toThrow(failure('cancelled'));
});
