import type { z } from 'zod';
import type { DbOrTransaction } from './connection.ts';

/** Reads one setting; undefined when it was never made. Throws ZodError if what is stored has another shape. */
export async function getSetting<T>(
  db: DbOrTransaction,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? schema.parse(row.value) : undefined;
}

/** Writes one setting over what was there. */
export async function putSetting(db: DbOrTransaction, key: string, value: unknown): Promise<void> {
  const json = JSON.stringify(value);
  await db
    .insertInto('settings')
    .values({ key, value: json })
    .onConflict((oc) => oc.column('key').doUpdateSet({ value: json, updatedAt: new Date() }))
    .execute();
}

/** Reads a setting that is made once: of two processes that make it at the same time, one wins for both. */
export async function getOrMakeSetting<T>(
  db: DbOrTransaction,
  key: string,
  schema: z.ZodType<T>,
  make: () => T,
): Promise<T> {
  const found = await getSetting(db, key, schema);
  if (found !== undefined) return found;
  await db
    .insertInto('settings')
    .values({ key, value: JSON.stringify(make()) })
    .onConflict((oc) => oc.doNothing())
    .execute();
  const { value } = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return schema.parse(value);
}
