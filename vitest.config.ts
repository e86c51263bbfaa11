import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'tests/harness/global-setup.ts',
    reporters: ['default', './tests/harness/totals.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // real servers, browsers and kills on a machine that may be busy: on CI one stumble is looked at twice
    retry: process.env.CI ? 1 : 0,
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
