import type { AddressInfo } from 'node:net';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRateLimits } from '../../src/ratelimit/read.ts';

const STYLES = ['draft-6', 'draft-7', 'draft-8'] as const;
const LIMIT = 2;
const WINDOW_SECONDS = 60;

/** Real responses of express-rate-limit, in every style it has, alone and beside its legacy headers. */
describe('express-rate-limit', () => {
  let close: () => Promise<void>;
  let base: string;

  beforeAll(async () => {
    const app = express();
    const limiter = (standardHeaders: (typeof STYLES)[number] | false, legacyHeaders: boolean) =>
      rateLimit({ windowMs: WINDOW_SECONDS * 1000, limit: LIMIT, standardHeaders, legacyHeaders });
    const answer: express.RequestHandler = (_request, response) => void response.json({ ok: true });
    app.get('/legacy', limiter(false, true), answer);
    for (const style of STYLES) {
      app.get(`/${style}`, limiter(style, false), answer);
      app.get(`/${style}-and-legacy`, limiter(style, true), answer);
    }
    await new Promise<void>((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => {
        base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        close = () => new Promise((done) => server.close(() => done()));
        resolve();
      });
    });
  });

  afterAll(() => close());

  async function get(path: string) {
    const response = await fetch(`${base}${path}`, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return { status: response.status, headers: [...response.headers], receivedAtMs: Date.now() };
  }

  const paths: [string, string, boolean][] = [
    ['/legacy', 'x-ratelimit', false],
    ['/draft-6', 'ietf-06', true],
    ['/draft-7', 'ietf-07', true],
    ['/draft-8', 'ietf-08', true],
    ['/draft-6-and-legacy', 'ietf-06', true],
    ['/draft-7-and-legacy', 'ietf-07', true],
    ['/draft-8-and-legacy', 'ietf-08', true],
  ];

  test.each(paths)('%s', async (path, source, tellsWindow) => {
    const first = await get(path);
    const { limits } = readRateLimits(first);
    expect(limits).toEqual([
      {
        name: source === 'ietf-08' ? '2-in-1min' : null,
        limit: LIMIT,
        remaining: 1,
        used: null,
        resetAtMs: expect.any(Number) as number,
        windowSeconds: tellsWindow ? WINDOW_SECONDS : null,
        unit: null,
        source: expect.any(String) as string,
        partitionKey: source === 'ietf-08' ? (expect.any(String) as string) : null,
      },
    ]);
    expect(Math.abs((limits[0]?.resetAtMs ?? 0) - first.receivedAtMs - 60_000)).toBeLessThan(5000);
    if (!path.endsWith('legacy') || path === '/legacy') expect(limits[0]?.source).toBe(source);

    await get(path);
    const refused = await get(path);
    expect(refused.status).toBe(429);
    const { limits: left, retryAfterSeconds } = readRateLimits(refused);
    expect(left).toMatchObject([{ limit: LIMIT, remaining: 0 }]);
    expect(Math.abs((retryAfterSeconds ?? 0) - WINDOW_SECONDS)).toBeLessThan(5);
  });
});
