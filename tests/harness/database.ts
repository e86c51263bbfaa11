import { randomBytes } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { type Db, openDatabase } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';

/** The address of a new database with the whole schema, cloned from the template. */
export async function freshDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createDatabase(databaseUrl('postgres'), name, 'template_gaceta');
  return databaseUrl(name);
}

/** A new database, open until the test file ends. */
export async function openFreshDatabase(): Promise<{ db: Db; url: string }> {
  const url = await freshDatabase();
  const { db, close } = openDatabase(url);
  afterAll(close);
  return { db, url };
}

const databaseUrl = (name: string) => inject('postgres').replace('__db__', name);
