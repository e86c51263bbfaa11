import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = /\/tests\/(browser|whole)\/|\/workers\/deliver\/frozen/;

/**
 * Puts the files that take longest, most of which keep a core busy, one by one between the many that wait or are
 * soon done; none of them last, where it would run alone.
 */
class Mixed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = sorted.filter(({ moduleId }) => LONG.test(moduleId));
    const others = sorted.filter(({ moduleId }) => !LONG.test(moduleId));
    return long.flatMap((file) => [file, ...others.splice(0, 8)]).concat(others);
  }
}

export default defineConfig({
  test: {
    globalSetup: 'tests/harness/global-setup.ts',
    reporters: ['default', './tests/harness/totals.ts'],
    sequence: { sequencer: Mixed },
    // More than CI's two cores: many files wait for servers and clocks of their own.
    maxWorkers: 3,
    // So late that it passes only where what is waited for never comes, however busy the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 100_000 } },
  },
});
