import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../../src/terminal/output/progress.ts';
import type { Streams } from '../../../src/terminal/output/streams.ts';

const CLEAR = '\r\u001b[2K';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal({
  tty = true,
  columns = 80,
  env = {},
}: { tty?: boolean; columns?: number; env?: Streams['env'] } = {}) {
  const err = Object.assign(new PassThrough(), { isTTY: tty, columns });
  const out = Object.assign(new PassThrough(), { isTTY: tty });
  const streams: Streams = { in: new PassThrough(), out, err, env, cwd: '/', sandboxEntry: '' };
  return { streams, said: () => String(err.read() ?? '') };
}
const pending = () => new Promise<void>(() => undefined);

describe('progress', () => {
  it('is shown from one second on, again and again, and cleared at the end', async () => {
    const { streams, said } = terminal();
    const progress = new Progress(streams, 3, true);
    await progress.during('GET https://a.example/1', () => Promise.resolve());
    void progress.during('GET https://a.example/2', pending);
    void progress.during('GET https://a.example/3', pending);
    await vi.advanceTimersByTimeAsync(999);
    expect(said()).toBe('');
    await vi.advanceTimersByTimeAsync(1);
    expect(said()).toBe(`${CLEAR}1 of 3 done · 1.00 s · GET https://a.example/2 and 1 more`);
    await vi.advanceTimersByTimeAsync(250);
    expect(said()).toBe(`${CLEAR}1 of 3 done · 1.25 s · GET https://a.example/2 and 1 more`);
    progress[Symbol.dispose]();
    expect(said()).toBe(CLEAR);
    await vi.advanceTimersByTimeAsync(5000);
    expect(said()).toBe('');
  });

  it('gives way to what is written, and does not write into an open question', async () => {
    const { streams, said } = terminal();
    using progress = new Progress(streams, 1, true);
    void progress.during('GET /', pending);
    await vi.advanceTimersByTimeAsync(1000);
    expect(said()).toBe(`${CLEAR}1.00 s · GET /`);
    progress.streams.err.write('note: a line\n');
    expect(said()).toBe(`${CLEAR}note: a line\n`);
    await vi.advanceTimersByTimeAsync(250);
    expect(said()).toBe(`${CLEAR}1.25 s · GET /`);
    progress.streams.err.write('Send? (y/n) ');
    expect(said()).toBe(`${CLEAR}Send? (y/n) `);
    await vi.advanceTimersByTimeAsync(5000);
    expect(said()).toBe('');
    progress.streams.err.write('\n');
    await vi.advanceTimersByTimeAsync(250);
    expect(said()).toContain('GET /');
  });

  it('fits the line of the terminal', async () => {
    const { streams, said } = terminal({ columns: 20 });
    using progress = new Progress(streams, 1, true);
    void progress.during('GET https://api.example.com/a/long/path', pending);
    await vi.advanceTimersByTimeAsync(1000);
    expect(said()).toBe(`${CLEAR}1.00 s · GET https…`);
  });

  it('shows control characters of a file instead of obeying them', async () => {
    const { streams, said } = terminal();
    using progress = new Progress(streams, 1, true);
    void progress.during('GET \u001b[2J\n', pending);
    await vi.advanceTimersByTimeAsync(1000);
    expect(said()).toBe(`${CLEAR}1.00 s · GET \\u{1B}[2J\\u{0A}`);
  });

  it.each([
    ['in a pipe', { tty: false }, true],
    ['at a terminal that cannot write over a line', { env: { TERM: 'dumb' } }, true],
    ['where it is not wanted', {}, false],
  ])('is silent %s', async (_where, what, enabled) => {
    const { streams, said } = terminal(what);
    using progress = new Progress(streams, 1, enabled);
    expect(progress.streams).toBe(streams);
    void progress.during('GET /', pending);
    await vi.advanceTimersByTimeAsync(5000);
    expect(said()).toBe('');
  });
});
