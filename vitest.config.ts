import { fileURLToPath } from 'node:url';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The editor has this module; the models of src/editor need only its words.
    alias: { vscode: fileURLToPath(new URL('test/support/vscode.ts', import.meta.url)) },
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/editor/**',
      'test/ui/**',
      'test/bench/**',
      'test/keychain/**',
      'test/glewlwyd/**',
      'test/conformance/**',
      'test/package/**',
      'node_modules/**',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many wait for programs and servers that they start.
    maxWorkers: availableParallelism() + 1,
    // The files of a worker share its modules: loading them anew for each file took half of the time.
    isolate: false,
    // Of what `--changed` finds: package.json concerns the tests that import it.
    forceRerunTriggers: ['**/vitest.config.ts'],
    unstubEnvs: true,
    restoreMocks: true,
  },
});
