import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { preparing } from './prepared.ts';
import type { Database } from './tables.ts';

export type Db = Kysely<Database>;
/** What query functions take first: the database, or the transaction they are to be part of. */
export type DbOrTransaction = Kysely<Database> | Transaction<Database>;

// A date without a time has no zone: keep it the string that it is. (1082: date)
pg.types.setTypeParser(1082, (value) => value);

/** Opens a pool of connections. Nothing is connected before the first query. `close` ends the pool. */
export function openDatabase(
  url: string,
  { max = 10, onError }: { max?: number; onError?: (error: Error) => void } = {},
): { db: Db; pool: pg.Pool; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    keepAlive: true,
    // A new connection's first sign-up takes PostgreSQL 9 ms instead of 0.6: it must not be new every 10 s.
    idleTimeoutMillis: 300_000,
    application_name: 'gaceta',
  });
  // Without a listener a server that goes away ends the process; the next query reports it anyway.
  let closing = false;
  pool.on('error', (error) => {
    // a closing pool hands its connections back a moment before they are really gone
    if (!closing) onError?.(error);
  });
  // The pool listens only while a connection is idle: one that breaks between two queries would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: preparing(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return {
    db,
    pool,
    close() {
      closing = true;
      return db.destroy();
    },
  };
}
