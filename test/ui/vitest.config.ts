import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ui/**/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // The specs of a worker use one editor after another; see editorHost.ts.
    isolate: false,
    setupFiles: ['test/ui/undo.ts'],
    // The tests of a file follow one person through one editor.
    bail: 1,
  },
});
