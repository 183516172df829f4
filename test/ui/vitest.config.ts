import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ui/**/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // The specs use one editor after another (editorHost.ts). Two at a time take longer: a browser keeps two cores busy.
    fileParallelism: false,
    isolate: false,
    setupFiles: ['test/ui/undo.ts'],
    // The tests of a file follow one person through one editor.
    bail: 1,
  },
});
