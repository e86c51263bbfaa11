import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { preparing } from './prepared.ts';
import type { Database } from './tables.ts';

export type Db = Kysely<Database>;
/** What query functions take first: the database, or the transaction they are to be part of. */
export type DbOrTransaction = Kysely<Database> | Transaction<Database>;

// A date without a time has no zone: keep it the string that it is. (1082: date)
pg.types.setTypeParser(1082, (value) => value);

/** Who is told whether the server is there: `found` at each new connection, `lost` when one breaks or is refused. */
export interface Watch {
  lost(error: Error): void;
  found(): void;
}

/** Opens a pool of connections. Nothing is connected before the first query. `close` ends the pool. */
export function openDatabase(
  url: string,
  { max = 10, watch }: { max?: number; watch?: Watch } = {},
): { db: Db; pool: pg.Pool; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    keepAlive: true,
    // A new connection's first sign-up takes PostgreSQL 9 ms instead of 0.6: it must not be new every 10 s.
    idleTimeoutMillis: 300_000,
    application_name: 'gaceta',
    ...(watch && { Client: watchedClient(watch) }),
  });
  // Without a listener a server that goes away ends the process; the next query reports it anyway.
  let closing = false;
  pool.on('error', (error) => {
    // a closing pool hands its connections back a moment before they are really gone
    if (!closing) watch?.lost(error);
  });
  // The pool listens only while a connection is idle: one that breaks between two queries would end the process.
  pool.on('connect', (client) => {
    watch?.found();
    client.on('error', () => undefined);
  });
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

/** A pool says nothing of a connection that was refused, but to who asked for it. */
const watchedClient = (watch: Watch): typeof pg.Client =>
  class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      const connect = this.connect.bind(this) as (done: (error?: Error) => void) => void;
      // the pool's way of calling it
      this.connect = ((done: (error?: Error) => void) =>
        connect((error) => {
          if (error) watch.lost(error);
          done(error);
        })) as typeof this.connect;
    }
  };
