import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'gaceta-heap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Makes much that lives a little, as messages under way do, and says how large the nursery (in MB) has become.
const program = `
  import { setImmediate as turn } from 'node:timers/promises';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { boundNursery, keepHeapSmall } from ${JSON.stringify(join(import.meta.dirname, '../../src/process/gc-tuning.ts'))};
  const [, , how] = process.argv;
  if (how !== 'as it is') keepHeapSmall();
  if (how === 'bounded') boundNursery();
  let alive = [];
  for (let round = 0; round < 600; round += 1) {
    for (let made = 0; made < 2_000; made += 1) alive.push({ round, made, text: 'x' + made });
    if (round % 5 === 0) alive = [];
    await turn();
  }
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  console.log(Math.round((young.space_used_size + young.space_available_size) / 2 ** 20));
  process.exit();
`;

test('the nursery of a worker is kept as it starts, then grows to 4 MB and no further', () => {
  const file = join(folder, 'program.mts');
  writeFileSync(file, program);
  const run = (how: string) =>
    Number(execFileSync(process.execPath, [file, how], { encoding: 'utf8' }));
  expect(run('as it is')).toBeGreaterThan(4);
  expect(run('kept')).toBe(1);
  expect(run('bounded')).toBe(4);
});
