import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'gaceta-priority-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Says the nice value of each of its threads and of a thread and a process made afterwards.
const program = `
  import { spawnSync } from 'node:child_process';
  import { readdirSync, readFileSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { Worker } from 'node:worker_threads';
  import { stepBehind } from ${JSON.stringify(join(import.meta.dirname, '../../src/process/nice.ts'))};
  if (process.argv[2] === 'behind') stepBehind();
  new Worker('setInterval(() => {}, 1000)', { eval: true }).once('online', () => {
    const nice = (task) => Number(readFileSync('/proc/self/task/' + task + '/stat', 'utf8').split(') ')[1].split(' ')[16]);
    const child = spawnSync(process.execPath, ['-p', 'os.getPriority()'], { encoding: 'utf8' });
    const threads = [...new Set(readdirSync('/proc/self/task').map(nice))];
    console.log(JSON.stringify({ threads, child: Number(child.stdout) }));
    process.exit();
  });
`;

test.skipIf(process.platform !== 'linux')(
  'a process that steps behind does so with all its threads and children',
  () => {
    const file = join(folder, 'program.mts');
    writeFileSync(file, program);
    const run = (how: string): unknown =>
      JSON.parse(execFileSync(process.execPath, [file, how], { encoding: 'utf8' }));
    const before = run('as it is') as { threads: number[]; child: number };
    const behind = Math.max(before.child, 5);
    expect(before.threads).toEqual([before.child]);
    expect(run('behind')).toEqual({ threads: [behind], child: behind });
  },
);
