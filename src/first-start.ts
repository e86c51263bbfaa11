import type { Config } from './config.ts';
import { type Db, openDatabase } from './database/connection.ts';
import { ensureFirstNewsletter } from './newsletters/newsletters.ts';
import { ensureFirstOperator } from './operators/first-operator.ts';

/**
 * What an empty installation begins with: a newsletter, and a way in for the first operator. Whichever process
 * comes first makes it, once. Answers the path of a set-up link that was made just now, to be printed: with
 * `anew` one is made while there is no operator, else only where none can still be used.
 */
export async function makeFirst(
  db: Db,
  { operator }: Pick<Config, 'operator'>,
  { anew }: { anew: boolean },
): Promise<string | undefined> {
  await ensureFirstNewsletter(db);
  return ensureFirstOperator(db, operator, { anew });
}

/** The same for a process that has no database open. */
export async function makeFirstIn(
  databaseUrl: string,
  config: Pick<Config, 'operator'>,
): Promise<string | undefined> {
  const { db, close } = openDatabase(databaseUrl, { max: 1 });
  try {
    return await makeFirst(db, config, { anew: false });
  } finally {
    await close();
  }
}
