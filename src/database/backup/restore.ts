import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Migration } from 'kysely/migration';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrations } from '../migrations/index.ts';
import { partitionStatement } from '../partitions.ts';
import { backedUpTables } from './backup.ts';
import {
  checkWhole,
  damaged,
  end,
  head,
  linesOf,
  nextLine,
  readJson,
  readLine,
  tableHead,
  UnusableBackup,
} from './file.ts';
import { type Held, holdDue } from './hold.ts';
import { makeSchema, migrateWithin } from './older-schema.ts';

/** The database holds something, and nobody said that it may go. */
export class DatabaseNotEmpty extends Error {
  override name = 'DatabaseNotEmpty';
}
/** A worker is at work on the database. */
export class StillAtWork extends Error {
  override name = 'StillAtWork';
}

export interface Restored {
  rows: number;
  madeAt: string;
  held: Held;
}

/**
 * Puts a backup in the place of what the database holds, all of it or nothing; one of an older version is
 * brought to the schema of this one. What was due after the backup was made is held: who got it by then is not
 * in it. The database has its schema already. Throws UnusableBackup, DatabaseNotEmpty unless `replace`, StillAtWork.
 */
export async function restore(
  databaseUrl: string,
  path: string,
  {
    replace,
    known = migrations,
  }: { replace: boolean /** For tests. */; known?: Record<string, Migration> },
): Promise<Restored> {
  await checkWhole(path);
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gaceta-restore',
  });
  await client.connect();
  try {
    await client.query('begin');
    await refuseAtWork(client);
    if (!replace) await refuseFull(client);
    const done = await load(client, linesOf(path), known);
    await endImports(client);
    const held = await holdDue(client, done.madeAt);
    await client.query('commit');
    return { ...done, held };
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await client.end();
  }
}

async function load(
  client: pg.Client,
  lines: AsyncGenerator<Buffer>,
  known: Record<string, Migration>,
): Promise<{ rows: number; madeAt: string }> {
  const { madeAt, migrations: theirs, partitions } = readLine(head, await nextLine(lines));
  const ours = Object.keys(known);
  const older = theirs.length < ours.length;
  if (theirs.length === 0 || theirs.join() !== ours.slice(0, theirs.length).join())
    throw new UnusableBackup(
      `The backup was made by a newer version of Gaceta (its schema is ${theirs.at(-1) ?? 'none'}, the newest known here ${ours.at(-1)}): restore it with that version. Nothing was changed.`,
    );
  if (older) await makeSchema(client, known, theirs.at(-1));
  else
    await client.query(
      `truncate ${[...backedUpTables, 'import_batches', 'attention', 'alerts', 'bulk_jobs', 'bulk_readers', 'webhook_messages', 'webhook_attempts', 'sessions', 'sign_in_steps', 'kept_forms', 'setup_links', 'idempotency_keys'].join(', ')}`,
    );
  for (const n of partitions) await client.query(partitionStatement(BigInt(n)));
  const rows = await loadTables(client, lines);
  await continueIds(client);
  if (older) await migrateWithin(client, known);
  return { rows, madeAt };
}

async function loadTables(client: pg.Client, lines: AsyncGenerator<Buffer>): Promise<number> {
  let rows = 0;
  for (;;) {
    const line = await nextLine(lines);
    const last = end.safeParse(readJson(line));
    if (last.success) {
      if (last.data.rows !== rows) throw damaged();
      return rows;
    }
    const { table, columns } = readLine(tableHead, line);
    rows += await loadTable(client, table, columns, lines);
  }
}

async function loadTable(
  client: pg.Client,
  table: string,
  columns: string[],
  lines: AsyncGenerator<Buffer>,
): Promise<number> {
  const quoted = columns.map((column) => `"${column}"`).join(', ');
  const copy = client.query(copyFrom(`copy "${table}" (${quoted}) from stdin`));
  // awaited below; a refused row must not count as unhandled until then
  const ended = finished(copy);
  ended.catch(() => undefined);
  try {
    for (;;) {
      const line = await nextLine(lines);
      if (line.equals(endMark)) break;
      await write(copy, line);
    }
  } catch (error) {
    copy.destroy(error as Error);
    throw error;
  }
  copy.end();
  await ended;
  return copy.rowCount;
}

const endMark = Buffer.from('\\.\n');

/** Waits while the connection takes no more; a copy that was refused is waited for by `ended`. */
async function write(copy: Writable, line: Buffer): Promise<void> {
  if (copy.write(line) || copy.destroyed) return;
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(copy, 'drain', { signal }), once(copy, 'close', { signal })]);
  } finally {
    over.abort();
  }
}

async function refuseAtWork(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ host: string; pid: number }>(
    'select host, pid from workers where stopped_at is null and lease_until > now() limit 1',
  );
  const [worker] = rows;
  if (worker)
    throw new StillAtWork(
      `A worker is running (${worker.host}, process ${worker.pid}): stop Gaceta first, then restore.`,
    );
}

async function refuseFull(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ full: boolean }>(
    `select exists (select from subscribers) or exists (select from editions)
       or exists (select from feeds) or exists (select from articles) as full`,
  );
  if (rows[0]?.full)
    throw new DatabaseNotEmpty(
      'The database is not empty. With --replace everything in it is removed and the backup takes its place.',
    );
}

/** What was stored of an import, and its file, is not in a backup: it is begun again with the file. */
async function endImports(client: pg.Client): Promise<void> {
  await client.query(
    `update imports set state = 'failed', failure = 'lost', file = null, finished_at = now()
     where state in ('running', 'ready', 'stopped') or file is not null and state = 'failed'`,
  );
}

/** New rows get ids above those restored. */
async function continueIds(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    `select attrelid::regclass::text as table from pg_attribute
     where attname = 'id' and attidentity <> '' and attrelid::regclass::text = any($1)`,
    [backedUpTables],
  );
  for (const { table } of rows)
    await client.query(
      `select setval(pg_get_serial_sequence('${table}', 'id'), coalesce(max(id), 0) + 1, false) from "${table}"`,
    );
}
