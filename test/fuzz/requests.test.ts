import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { fileMarks } from '../../src/httpfile/marks/fileMarks.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { Dialect, HttpFile, RequestNode } from '../../src/httpfile/parse/tree.ts';
import { workOutRequest } from '../../src/httpfile/resolve/resolve.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { mutated, mutation } from './mutate.ts';

/** A tenth of what `npm test -- fuzz` reads, so that the unit tests stay quick. */
const inputs = Number(process.env['KEYTURN_FUZZ_INPUTS'] ?? 10_000);
const longestMs = 100;
const longestOfAllMs = 60_000 * (inputs / 100_000) + 2_000;

const samples = [join(import.meta.dirname, 'samples'), join(import.meta.dirname, '../../examples')].flatMap(
  (folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.http'))
      .map((name) => readFileSync(join(folder, name))),
);
const dialects = [null, 'rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'] as const;

const files = memoryFiles({
  '/w/f.bin': Uint8Array.of(0, 255, 10, 13, 65),
  '/w/more.json': '{ "a": "{{b}}" }',
  '/w/v.json': '{ "v": {{$timestamp}} }',
  '/w/.env': 'ID=7\nHOST=a.example',
});

function resolved(tree: HttpFile, node: RequestNode): Promise<unknown> {
  return workOutRequest({
    ...{ tree, node, files, clock: systemClock, trusted: true, file: '/w/a.http' },
    overrides: { user: 'zoe' },
    environment: new Map([['b', '{{c}}']]),
    processEnv: { HOME: '/users/zoe' },
    token: (name) => Promise.resolve(`token of ${name}`),
  });
}

/** Milliseconds that this thread has computed so far: what else the machine does is not counted. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Reads the text and works out its first requests. Fails with what is no error that Keyturn explains. */
async function work(text: string, dialect: Dialect | null): Promise<void> {
  const tree = parseHttpFile(text, dialect === null ? {} : { dialect });
  fileMarks(tree);
  for (const node of tree.requests.slice(0, 4)) {
    await resolved(tree, node).catch((error: unknown) => {
      if (!(error instanceof KeyturnError) || error.code === 'internal') throw error;
    });
  }
}

describe('sample files whose bytes were changed at random', () => {
  test(
    `are read and resolved without a throw, each within ${longestMs} ms`,
    { timeout: 20 * 60_000 },
    async () => {
      const startedMs = cpuMs();
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: samples.length - 1 }),
          fc.nat({ max: samples.length - 1 }),
          fc.constantFrom(...dialects),
          fc.array(mutation, { minLength: 1, maxLength: 6 }),
          async (sample, other, dialect, mutations) => {
            const text = mutated(samples[sample]!, mutations, samples[other]!);
            // A pause of the garbage collector may spoil one try, but not all.
            let spentMs = Infinity;
            for (let round = 0; round < 3 && spentMs > longestMs; round++) {
              const beforeMs = cpuMs();
              await work(text, dialect);
              spentMs = cpuMs() - beforeMs;
            }
            expect(spentMs).toBeLessThanOrEqual(longestMs);
          },
        ),
        { numRuns: inputs },
      );
      expect(cpuMs() - startedMs).toBeLessThan(longestOfAllMs);
    },
  );
});
