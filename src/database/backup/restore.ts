import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { partitionStatement } from '../partitions.ts';
import { backedUpTables } from './backup.ts';
import {
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

/** The database holds something, and nobody said that it may go. */
export class DatabaseNotEmpty extends Error {
  override name = 'DatabaseNotEmpty';
}
/** A worker is at work on the database. */
export class StillAtWork extends Error {
  override name = 'StillAtWork';
}

/**
 * Puts a backup in the place of what the database holds, all of it or nothing. Editions that were being
 * sent are paused: who got their message after the backup was made is not in it.
 * Throws UnusableBackup, DatabaseNotEmpty unless `replace`, StillAtWork.
 */
export async function restore(
  databaseUrl: string,
  path: string,
  { replace }: { replace: boolean },
): Promise<{ rows: number; madeAt: string }> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gaceta-restore',
  });
  await client.connect();
  try {
    await client.query('begin');
    await refuseAtWork(client);
    if (!replace) await refuseFull(client);
    await client.query(
      `truncate ${[...backedUpTables, 'sessions', 'setup_links', 'idempotency_keys'].join(', ')}`,
    );
    const done = await load(client, linesOf(path));
    await client.query(
      `update editions set state = 'paused', held_by = 'restore',
         status_text = 'Restored from a backup of ' || $1 || ': readers who got it after that would get it twice.'
       where state = 'sending'`,
      [done.madeAt],
    );
    await continueIds(client);
    await client.query('commit');
    return done;
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
): Promise<{ rows: number; madeAt: string }> {
  const { madeAt, migrations, partitions } = readLine(head, await nextLine(lines));
  const { rows: have } = await client.query<{ name: string }>(
    'select name from kysely_migration order by name',
  );
  if (have.map((row) => row.name).join() !== migrations.join())
    throw new UnusableBackup(
      `The backup has the schema of another version (${migrations.at(-1) ?? 'none'}): restore it with that version, then run "npx gaceta migrate".`,
    );
  for (const n of partitions) await client.query(partitionStatement(BigInt(n)));

  let rows = 0;
  for (;;) {
    const line = await nextLine(lines);
    const last = end.safeParse(readJson(line));
    if (last.success) {
      if (last.data.rows !== rows) throw damaged();
      return { rows, madeAt };
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

async function write(copy: Writable, line: Buffer): Promise<void> {
  if (copy.write(line) || copy.destroyed) return;
  await Promise.race([once(copy, 'drain'), once(copy, 'close')]);
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
