import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePlace, startChild, storeSignIn } from './processes.ts';
import { type RotatingProvider, startRotatingProvider } from './rotatingProvider.mjs';
import { useTokens } from './useTokens.ts';

const LIFE_SECONDS = 2;
const TIMES = 200;
const EVERY_MS = 50;

let provider: RotatingProvider;
let prepared: Awaited<ReturnType<typeof preparePlace>>;

beforeAll(async () => {
  provider = await startRotatingProvider(LIFE_SECONDS);
  prepared = await preparePlace(provider.issuer);
});

afterAll(async () => {
  await provider.close();
  await prepared.remove();
});

describe('three processes over one store', () => {
  it('refresh once for each expiry, and never use a refresh token twice', { timeout: 120_000 }, async () => {
    const { place, program } = prepared;
    await storeSignIn(place, await provider.signIn());
    const children = [startChild(program), startChild(program)];
    await Promise.all(children.map((child) => child.told('ready')));
    for (const child of children) child.start({ kind: 'use', place, times: TIMES, everyMs: EVERY_MS });
    const own = useTokens(place, TIMES, EVERY_MS);
    const theirs = await Promise.all(children.map((child) => child.told('used')));
    const failures = [...(await own), ...theirs.flatMap(({ failures: told }) => told)];
    await Promise.all(children.map((child) => child.kill()));

    expect(failures).toEqual([]);
    expect(provider.revocations()).toBe(0);
    // A token is renewed in the second half of its life, so between two refreshes at least that half has passed.
    const gaps = provider.refreshes.slice(1).map((atMs, index) => atMs - provider.refreshes[index]!);
    expect(gaps.length).toBeGreaterThan(4);
    expect(Math.min(...gaps)).toBeGreaterThan((LIFE_SECONDS * 1000) / 2 - 100);
  });
});
