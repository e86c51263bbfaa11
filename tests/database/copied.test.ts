import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { copyOf, noteCopy, releaseCopy } from '../../src/database/embedded/copied.ts';
import { restoredGap } from '../../src/database/restored.ts';
import { putSetting } from '../../src/database/settings.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'gaceta-copied-'));
afterAll(() => rmSync(folder, { recursive: true }));
const here = join(folder, 'here');
const there = join(folder, 'there');
beforeEach(() => {
  rmSync(here, { recursive: true, force: true });
  rmSync(there, { recursive: true, force: true });
  mkdirSync(here);
});

it('holds everything in a copy until it is released, also when it is started again', async () => {
  const { db, url } = await openFreshDatabase();
  const { id } = await createNewsletter(db, { slug: 'daily', title: 'Daily' });
  await db
    .insertInto('editions')
    .values({
      newsletterId: id,
      number: 1,
      kind: 'daily',
      localDate: '2026-11-24',
      state: 'sending',
    })
    .execute();
  expect(await noteCopy(url, here)).toBeUndefined();
  expect(await noteCopy(url, here)).toBeUndefined();

  cpSync(here, there, { recursive: true, preserveTimestamps: true });
  // a restored database that has not worked yet knows nothing of what came since its backup
  await putSetting(db, 'restored', { since: '2026-11-24T03:00:00Z' });
  for (let starts = 0; starts < 2; starts++)
    expect(await noteCopy(url, there)).toMatchObject({ from: here });
  const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
  expect(edition).toMatchObject({ state: 'paused', heldBy: 'restore' });
  expect(await restoredGap(db, new Date('2026-11-24T12:00:00Z'))).toEqual({
    since: new Date('2026-11-24T03:00:00Z'),
    until: new Date('2026-11-24T12:00:00Z'),
  });
  // the first that asks has ended it
  expect(await restoredGap(db, new Date('2026-11-25T12:00:00Z'))).toMatchObject({
    until: new Date('2026-11-24T12:00:00Z'),
  });

  expect(await releaseCopy(db)).toBe(true);
  expect(await releaseCopy(db)).toBe(false);
  expect(await noteCopy(url, there)).toBeUndefined();
  expect(await copyOf(db)).toBeUndefined();
});

it('takes a folder that was renamed for what it was', async () => {
  const { url } = await openFreshDatabase();
  await noteCopy(url, here);
  renameSync(here, there);
  expect(await noteCopy(url, there)).toBeUndefined();
  // and knows the next copy by its new name
  cpSync(there, here, { recursive: true });
  expect(await noteCopy(url, here)).toMatchObject({ from: there });
});
