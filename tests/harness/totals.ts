import type { Reporter, TestModule } from 'vitest/node';

/** Closes the output with one plain line that any reader of logs understands. */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state]++;
      // a file that could not be loaded, or whose set-up failed, has no failed test to count
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed'))
        count.failed++;
    }
    const skipped = count.skipped + count.pending;
    process.once('exit', () =>
      process.stdout.write(
        `${count.passed} passed, ${count.failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
      ),
    );
  }
}
