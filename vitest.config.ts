import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'tests/harness/global-setup.ts',
    reporters: ['default', './tests/harness/totals.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/browser/**', 'tests/whole/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['tests/browser/**/*.test.ts', 'tests/whole/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
