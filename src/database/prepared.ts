import {
  CompiledQuery,
  type Kysely,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import type pg from 'pg';
import type { Database } from './tables.ts';

const MARK = '-- prepared: ';

/**
 * A statement that each connection has planned once, by its name: for those that every reader causes. It
 * takes `$1`, `$2`, …; answers its rows, their names in camel case. The name belongs to this text alone.
 *
 * Kysely sends no names, and a large statement takes PostgreSQL longer to plan than to run.
 */
export function prepared<Row = never>(
  name: string,
  text: string,
): (db: Kysely<Database>, parameters: unknown[]) => Promise<Row[]> {
  const marked = `${MARK}${name}\n${text}`;
  return async (db, parameters) =>
    (await db.executeQuery<Row>(CompiledQuery.raw(marked, parameters))).rows;
}

/** A pool as Kysely takes it, which sends prepared statements by their names. */
export function preparing(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => byName(await pool.connect()),
  };
}

function byName(client: pg.PoolClient): PostgresPoolClient {
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: string | PostgresCursor<unknown>, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new TypeError('cursors are not used here');
    if (!text.startsWith(MARK)) return client.query(text, [...values]);
    const name = text.slice(MARK.length, text.indexOf('\n'));
    return client.query({ name, text, values: [...values] });
  }
  return { query, release: (destroy) => client.release(destroy) };
}
