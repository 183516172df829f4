import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JoinedWriter } from '../../../src/terminal/output/joinedWriter.ts';

function recorder(isTTY: boolean) {
  const writes: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY });
  stream.on('data', (chunk: Buffer) => writes.push(chunk.toString()));
  return { stream, writes };
}

describe('JoinedWriter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('joins what follows quickly and holds nothing for long', () => {
    const { stream, writes } = recorder(false);
    const writer = new JoinedWriter(stream);
    writer.write('a\n');
    writer.write('b\n');
    expect(writes).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(writes).toEqual(['a\nb\n']);
    writer.write('c\n');
    vi.advanceTimersByTime(50);
    expect(writes).toEqual(['a\nb\n', 'c\n']);
  });

  it('holds a bounded amount', () => {
    const { stream, writes } = recorder(false);
    new JoinedWriter(stream).write('x'.repeat(20_000));
    expect(writes.join('')).toHaveLength(20_000);
  });

  it('gives a terminal every line at once', () => {
    const { stream, writes } = recorder(true);
    new JoinedWriter(stream).write('a\n');
    expect(writes).toEqual(['a\n']);
  });

  it('writes the rest when it is disposed of', () => {
    const { stream, writes } = recorder(false);
    {
      using writer = new JoinedWriter(stream);
      writer.write('rest\n');
    }
    expect(writes).toEqual(['rest\n']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
