import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { openDatabase } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';
import { diskIsFull, isDiskFull } from '../../src/database/disk.ts';
import { startEmbedded } from '../../src/database/embedded/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { toProblem } from '../../src/problems/to-problem.ts';
import { openLog } from '../../src/process/log.ts';
import { migrateQueues } from '../../src/queue/engines.ts';
import { listenWhileTesting } from '../harness/listen.ts';

/** A small disk of its own, where this account may make one. */
function smallDisk(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'gaceta-disk-'));
  chmodSync(path, 0o755);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m,mode=755', 'tmpfs', path], {
      stdio: 'ignore',
    });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
}

const disk = smallDisk();

test.skipIf(!disk)('a full disk is called a full disk', async () => {
  const path = String(disk);
  const embedded = await startEmbedded(path);
  onTestFinished(async () => {
    await embedded.stop();
    execFileSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  await createDatabase(embedded.url('postgres'), 'gaceta');
  const { db, close } = openDatabase(embedded.url());
  await migrate(db);
  await close();
  await migrateQueues(embedded.url());
  const context = await openContext(loadConfig({}), embedded.url(), openLog('silent', 'test'));
  onTestFinished(() => context.close());
  expect(await diskIsFull(context.db)).toBe(false);

  const { bavail, bsize } = statfsSync(path);
  writeFileSync(join(path, 'filler'), Buffer.alloc(bavail * bsize - 2 ** 20));
  expect(await diskIsFull(context.db)).toBe(true);
  const base = await listenWhileTesting(createServer(createApp(context)));
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { checks: { database: true, disk: false } },
  ]);
  rmSync(join(path, 'filler'));
  expect(await diskIsFull(context.db)).toBe(false);
});

test('and so is what PostgreSQL says of it', () => {
  const said = Object.assign(new Error('could not extend file'), { code: '53100' });
  expect(isDiskFull(said)).toBe(true);
  const problem = toProblem(said, 'x');
  expect([problem.status, problem.message]).toEqual([503, expect.stringContaining('disk')]);
});
