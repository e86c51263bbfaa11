import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type pg from 'pg';

/**
 * Replaces the schema by the one that this migration made, empty, within the caller's transaction: what a backup
 * of an older version fits into.
 */
export async function makeSchema(
  client: pg.ClientBase,
  known: Record<string, Migration>,
  last: string | undefined,
): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('drop table if exists %s cascade', oid::regclass) as statement from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     union all
     select format('drop routine if exists %s cascade', oid::regprocedure) from pg_proc
     where pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`,
  );
  for (const { statement } of rows) await client.query(statement);
  await migrateWithin(client, known, last);
}

/** Brings the schema up to a migration, the newest one unless named, within the caller's transaction. */
export async function migrateWithin(
  client: pg.ClientBase,
  known: Record<string, Migration>,
  last = Object.keys(known).at(-1),
): Promise<void> {
  // the one connection that the transaction is on, in the shape of a pool's
  const only = {
    query: client.query.bind(client),
    release: () => undefined,
  } as PostgresPoolClient;
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({
      pool: { connect: async () => only, end: async () => undefined, options: {} },
    }),
  });
  const provider = { getMigrations: async () => known };
  const migrator = new Migrator({ db, provider, disableTransactions: true });
  const { error } = await migrator.migrateTo(last ?? '');
  if (error) throw error;
}
