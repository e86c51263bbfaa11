import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { defineConfig } from 'vitest/config';

// Signs of what takes a server, a browser, a child process or its time.
const SLOW =
  /inject\(|node:(net|tls|http|child_process)|express|playwright|embedded|mail-catcher|[rR]enderer|harness\//;

/** True when neither the test nor the fixtures it imports need any of that. */
function isPure(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file) || !existsSync(file)) return true;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  if (SLOW.test(text)) return false;
  return [...text.matchAll(/'(\.\.?\/[^']+\.ts)'/g)]
    .map(([, path]) => normalize(`${dirname(file)}/${path}`))
    .filter((path) => path.startsWith('tests/'))
    .every((path) => isPure(path, seen));
}

/** The tests to run before each commit: under a minute, with no PostgreSQL. */
export default defineConfig({
  test: {
    include: globSync('tests/**/*.test.ts').filter((file) => isPure(file)),
    reporters: ['default', './tests/harness/totals.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
