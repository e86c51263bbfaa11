import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('ten kills at random moments while reports come in: nobody is missed, doubled are only those that are uncertain, and each report is followed once', async () => {
  const torture = join(import.meta.dirname, '../../bench/torture.ts');
  const { stdout } = await run(process.execPath, [
    torture,
    '--kills',
    '10',
    '--readers',
    '1500',
    '--json',
  ]);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    kills: 10,
    readers: 1_500,
    missed: 0,
    doubledOtherwise: 0,
    ledgerBalanced: true,
    notWrittenOnce: 0,
    notSuppressed: 0,
    stillSubscribed: 0,
  });
  expect(report.reported).toBeGreaterThan(0);
  expect(report.doubledUncertain).toBeLessThanOrEqual(report.mostDoubles);
  expect(report.taken + report.refused).toBeGreaterThanOrEqual(1_500);
}, 420_000);
