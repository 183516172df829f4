import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    alias: { vscode: fileURLToPath(new URL('../support/vscode.ts', import.meta.url)) },
    include: ['test/canary/**/*.spec.ts'],
    // The same steps with a build that masks nothing take as long again: what search.spec.ts finds in every run, they
    // find at each step. Run them when you change these tests.
    exclude: process.env['KEYTURN_UNMASKED'] === '1' ? [] : ['test/canary/unmasked*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Each has an editor of its own.
    maxWorkers: 2,
    // The tests of a file follow one person through one editor.
    bail: 1,
  },
});
