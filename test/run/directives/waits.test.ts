import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { requestSettings } from '../../../src/run/settings.ts';
import { Spacing } from '../../../src/run/directives/spacing.ts';
import { waitBefore } from '../../../src/run/directives/waits.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { onCleanup } from '../../http/support.ts';
import { engineOver, runOptions } from '../support.ts';

/** A clock that goes on by itself, as far as the next timer. */
function leaping() {
  let nowMs = 1_000_000;
  const clock: Clock = {
    now: () => nowMs,
    at(atMs, callback) {
      queueMicrotask(() => {
        nowMs = Math.max(nowMs, atMs);
        callback();
      });
      return { dispose: () => undefined };
    },
  };
  return { clock, spacing: new Spacing() };
}

function request(text: string, dialect: Dialect = 'httpyac') {
  const tree = parseHttpFile(text, { dialect });
  return { tree, node: tree.requests[0]! };
}

describe('waiting before a request', () => {
  it('sleeps for so many milliseconds, and says so', async () => {
    const parts = leaping();
    const notes = await waitBefore(parts, request('# @sleep 2500\nGET https://a.org'), undefined);
    expect(parts.clock.now()).toBe(1_002_500);
    expect(notes).toEqual(['Keyturn waited 2.50 s before sending (`# @sleep`).']);
    expect(await waitBefore(parts, request('// @delay 50\nGET https://a.org', 'kulala'), undefined)).toEqual(
      [],
    );
    expect(parts.clock.now()).toBe(1_002_550);
  });

  it('ends when the request is cancelled', async () => {
    const clock: Clock = { now: () => 0, at: () => ({ dispose: vi.fn() }) };
    const stop = new AbortController();
    const waiting = waitBefore(
      { clock, spacing: new Spacing() },
      request('# @sleep 9999\nGET https://a.org'),
      stop.signal,
    );
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('spaces requests of one slot, and not those of another', async () => {
    const parts = leaping();
    const at = async (rule: string) => {
      await waitBefore(parts, request(`# @ratelimit ${rule}\nGET https://a.org`), undefined);
      return parts.clock.now() - 1_000_000;
    };
    expect([await at('slot a minIdleTime 1000'), await at('slot b minIdleTime 10')]).toEqual([0, 0]);
    expect(await at('slot a minIdleTime 1000')).toBe(1000);
    expect([await at('4/s'), await at('4/s'), await at('4/s')]).toEqual([1000, 1250, 1500]);
  });

  it('refuses a rate that it cannot read', async () => {
    await expect(
      waitBefore(leaping(), request('# @rate-limit often\nGET https://a.org', 'rest-client'), undefined),
    ).rejects.toMatchObject({
      code: 'request_invalid',
      message: '`# @rate-limit` takes a rate such as 5/s or 30/m.',
    });
  });
});

describe('a spacing', () => {
  it('lets so many through within a time, and then one for each that has expired', () => {
    const spacing = new Spacing();
    const rule = { slot: 'a', idleMs: 0, most: 2, windowMs: 1000 };
    const times = Array.from({ length: 6 }, () => spacing.reserve(rule, 0));
    expect(times).toEqual([0, 0, 1000, 1000, 2000, 2000]);
    expect(spacing.reserve(rule, 10_000)).toBe(10_000);
  });
});

describe('the time limit of a request', () => {
  const limit = (line: string, dialect: Dialect) => {
    const { node } = request(`${line}\nGET https://a.org`, dialect);
    const { totalTimeoutMs, connectTimeoutMs } = requestSettings(node, runOptions, null, dialect);
    return [totalTimeoutMs, connectTimeoutMs];
  };

  it('is in milliseconds in httpyac files, else in seconds, unless it has a unit', () => {
    expect(limit('# @timeout 500', 'httpyac')).toEqual([500, 5000]);
    expect(limit('# @timeout 3 s', 'httpyac')).toEqual([3000, 5000]);
    expect(limit('# @timeout 500', 'jetbrains')).toEqual([500_000, 5000]);
    expect(limit('// @timeout 600 ms', 'jetbrains')).toEqual([600, 5000]);
    expect(limit('# @connection-timeout 2 m', 'jetbrains')).toEqual([30_000, 120_000]);
    expect(limit('# @connectionTimeout 2', 'httpyac')).toEqual([30_000, 2000]);
  });

  it('of a cURL command is in seconds in httpyac files too', () => {
    const { node } = request('curl -m 2 https://a.org', 'httpyac');
    expect(requestSettings(node, runOptions, null, 'httpyac').totalTimeoutMs).toBe(2000);
  });

  it('is said beside the answer', async () => {
    const { clock } = leaping();
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanup(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const { run } = engineOver({ profiles: [], manager: { clock } });
    const { done, notes } = await run(`# @sleep 2500\nGET http://127.0.0.1:${port}/`);
    expect(done).toEqual(['Keyturn waited 2.50 s before sending (`# @sleep`).']);
    expect(notes).toEqual([]);
  });
});
