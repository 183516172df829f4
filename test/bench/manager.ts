// What it costs to get a token that is fresh, and to look at it, with 10,000 of them held.
import { bench, run } from 'mitata';
import { harness, HOUR, profileOf } from '../token/support.ts';

const HELD = 10_000;

const { manager, server, result, clock } = harness();
server.answer = () => Promise.resolve(result({ expiresAtMs: clock.now() + HOUR }));
const profiles = Array.from({ length: HELD }, (_, index) => profileOf({ name: `token-${index}` }));
for (const profile of profiles) await manager.acquire(profile);

let next = 0;
const one = () => profiles[next++ % HELD] ?? profileOf();
const viewer = one();

bench('acquire a fresh token', () => manager.acquire(viewer));
bench('acquire fresh tokens, one after the other of 10,000', () => manager.acquire(one()));
bench('look at a token', () => manager.peek(viewer));

await run({ colors: false });
manager.dispose();
