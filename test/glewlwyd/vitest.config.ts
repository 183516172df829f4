import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/glewlwyd/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
