import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePlace, startChild, storeSignIn } from './processes.ts';
import { createSharingManager, signedIn, STEPS, TAKEN } from './refresher.ts';
import { type RotatingProvider, startRotatingProvider } from './rotatingProvider.mjs';

const KILLS = 100;
/** Started ahead: starting is most of what a round costs. */
const AHEAD = 3;

let provider: RotatingProvider;
let prepared: Awaited<ReturnType<typeof preparePlace>>;

beforeAll(async () => {
  provider = await startRotatingProvider(300);
  prepared = await preparePlace(provider.issuer);
});

afterAll(async () => {
  await provider.close();
  await prepared.remove();
});

describe('a process that is killed while it refreshes', () => {
  it(`loses no token that the server still honours, ${KILLS} times`, { timeout: 300_000 }, async () => {
    const { place, program } = prepared;
    await storeSignIn(place, await provider.signIn());
    const children = Array.from({ length: AHEAD }, () => startChild(program));
    const lost = new Map<string, number>();
    for (let round = 0; round < KILLS; round++) {
      const step = STEPS[round % STEPS.length]!;
      const child = children.shift()!;
      if (round + AHEAD < KILLS) children.push(startChild(program));
      await child.told('ready');
      child.start({ kind: 'refresh', place, stopAt: step });
      expect((await child.told('reached')).step).toBe(step);
      await child.kill();

      // The next process has a token, from the store or from the server, and without waiting for the dead.
      const before = provider.revocations();
      const begun = performance.now();
      const { manager } = createSharingManager(place);
      const next = await manager.acquire(signedIn(place), { force: true }).catch((error: unknown) => error);
      manager.dispose();
      expect(performance.now() - begun).toBeLessThan(10_000);
      if (next instanceof Error) {
        lost.set(step, (lost.get(step) ?? 0) + 1);
        expect(next).toMatchObject({ code: 'invalid_grant' });
        // The person signs in again.
        await storeSignIn(place, await provider.signIn());
      } else {
        expect(provider.revocations()).toBe(before);
      }
    }
    // Between the server's answer and the end of the write nothing can be done: only there, and always there.
    const rounds = (step: string) =>
      Array.from({ length: KILLS }, (_, round) => STEPS[round % STEPS.length]).filter((one) => one === step)
        .length;
    expect(Object.fromEntries(lost)).toEqual(
      Object.fromEntries([...TAKEN].map((step) => [step, rounds(step)])),
    );
  });
});
