import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { z } from 'zod';
import { type BackupHead, backedUpTables } from './backup.ts';
import { partitionStatement } from './partitions.ts';

/** The file is no backup of Gaceta, is damaged, or is of another schema. */
export class UnusableBackup extends Error {
  override name = 'UnusableBackup';
}
/** The database holds something, and nobody said that it may go. */
export class DatabaseNotEmpty extends Error {
  override name = 'DatabaseNotEmpty';
}
/** A worker is at work on the database. */
export class StillAtWork extends Error {
  override name = 'StillAtWork';
}

const head: z.ZodType<BackupHead> = z.object({
  gaceta: z.literal(1),
  madeAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  partitions: z.array(z.int()),
});
const tableHead = z.object({
  table: z.enum(backedUpTables as [string, ...string[]]),
  columns: z.array(z.string().regex(/^[a-z_0-9]+$/)),
});
const end = z.object({ end: z.literal(true), rows: z.int() });

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
      `update editions set state = 'paused',
         reason = 'Restored from a backup of ' || $1 || ': readers who got it after that would get it twice.'
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
  const { madeAt, migrations, partitions } = parse(head, await next(lines));
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
    const line = await next(lines);
    const last = end.safeParse(json(line));
    if (last.success) {
      if (last.data.rows !== rows) throw damaged();
      return { rows, madeAt };
    }
    const { table, columns } = parse(tableHead, line);
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
      const line = await next(lines);
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

/** The lines of the file, each with its line feed; one at a time, whatever the size of the file. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  file.pipe(text);
  const rest: Buffer[] = [];
  for await (const piece of text) {
    let chunk = piece as Buffer;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10)) {
      yield Buffer.concat([...rest.splice(0), chunk.subarray(0, at + 1)]);
      chunk = chunk.subarray(at + 1);
    }
    rest.push(chunk);
  }
}

async function next(lines: AsyncGenerator<Buffer>): Promise<Buffer> {
  try {
    const { value, done } = await lines.next();
    if (!done) return value;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith('Z_')) throw damaged();
    throw error;
  }
  throw damaged();
}

const damaged = () =>
  new UnusableBackup('This file is no complete backup of Gaceta. Nothing was changed.');

function json(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    throw damaged();
  }
}

function parse<T>(schema: z.ZodType<T>, line: Buffer): T {
  const read = schema.safeParse(json(line));
  if (!read.success) throw damaged();
  return read.data;
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
