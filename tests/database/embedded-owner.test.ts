import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirBusy, UnusableDataDir } from '../../src/database/embedded/errors.ts';
import { ownDataDir } from '../../src/database/embedded/owner.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'gaceta-owner-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a second owner is refused until the first has closed', async () => {
  const first = await ownDataDir(folder);
  await expect(ownDataDir(folder)).rejects.toThrow(DataDirBusy);
  await expect(ownDataDir(folder)).rejects.toThrow(/stop it or set DATA_DIR/);
  await first.close();
  await first.close();
  expect(fs.readdirSync(folder)).toEqual([]);
  const second = await ownDataDir(folder);
  await second.close();
});

test('of many at once exactly one becomes the owner, also over a stale socket', async () => {
  const owner = fork(join(import.meta.dirname, 'fixtures/own-data-dir.ts'), [folder], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(owner.stdout ?? owner, 'data');
  await expect(ownDataDir(folder)).rejects.toThrow(DataDirBusy);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(fs.readdirSync(folder)).toEqual(['owner.sock']);

  const tried = await Promise.allSettled(Array.from({ length: 20 }, () => ownDataDir(folder)));
  const owners = tried.filter((each) => each.status === 'fulfilled');
  expect(owners).toHaveLength(1);
  for (const each of tried) {
    if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(DataDirBusy);
  }
  for (const each of owners) await each.value.close();
});

test('a DATA_DIR longer than a socket address is owned all the same', async () => {
  const long = join(folder, 'a'.repeat(100), 'b'.repeat(100));
  const owner = await ownDataDir(long);
  expect(fs.readdirSync(long)).toEqual(['owner.sock']);
  await expect(ownDataDir(long)).rejects.toThrow(DataDirBusy);
  await owner.close();
});

test('a DATA_DIR that is a file says what to do', async () => {
  const file = join(folder, 'file');
  fs.writeFileSync(file, '');
  await expect(ownDataDir(file)).rejects.toThrow(UnusableDataDir);
  await expect(ownDataDir(join(file, 'below'))).rejects.toThrow(/set DATA_DIR/);
});
