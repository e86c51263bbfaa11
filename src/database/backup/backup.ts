import { createWriteStream, existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** A file of that name is there already. */
export class BackupExists extends Error {
  override name = 'BackupExists';
  constructor(path: string) {
    super(`${path} exists already, and no backup is overwritten: name another file.`);
  }
}

/** First line of a backup. */
export interface BackupHead {
  gaceta: 1;
  madeAt: string;
  /** The schema that its tables have. */
  migrations: string[];
  /** Partitions of the ledger: restored before their rows. */
  partitions: number[];
}

/**
 * The tables of a backup, each after those that it refers to. Left out is what only a running service
 * needs or finds again, such as what needs a person and what webhooks were told, and what lets somebody in without a password: sessions, set-up
 * links, keys of replayed answers.
 */
export const backedUpTables = [
  'settings',
  'newsletters',
  'sections',
  'wordings',
  'logos',
  'subscribers',
  'subscriptions',
  'consents',
  'suppressions',
  'feeds',
  // before articles, whose trigger asks for pictures that are not there
  'picture_files',
  'pictures',
  'articles',
  'article_sources',
  'editions',
  'edition_articles',
  'edition_pictures',
  'revisions',
  'variants',
  'workers',
  'ranges',
  'deliveries',
  'delivery_events',
  'letters',
  'operators',
  'totp_secrets',
  'recovery_codes',
  'passkeys',
  'api_tokens',
  'audit',
  'imports',
  'earlier_editions',
  'old_addresses',
  'reader_days',
  'bounces',
  'replies',
  'hook_events',
  'inbound_messages',
  'receiver_domains',
  'receiver_pace',
  'relay_plans',
  'signs_of_life',
  'dkim_keys',
  'machine_reports',
  'dmarc_rows',
  'tls_rows',
  // last, so that what is restored before them is told to nobody again
  'webhooks',
];

/**
 * Writes everything into a gzip file, readable by its owner alone: it holds addresses, and the keys that
 * sign links. COPY under one snapshot, so that what is changed meanwhile is in it wholly or not at all. The
 * file has its name only once it is complete. Answers the rows written. Throws BackupExists: none is overwritten.
 */
export async function backUp(databaseUrl: string, path: string, now: Date): Promise<number> {
  if (existsSync(path)) throw new BackupExists(path);
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gaceta-backup',
  });
  await client.connect();
  const partial = `${path}.${process.pid}.part`;
  try {
    await client.query('begin isolation level repeatable read, read only');
    const file = createWriteStream(partial, { mode: 0o600, flags: 'w' });
    const rows = { count: 0 };
    await pipeline(lines(client, now, rows), createGzip(), file, { end: true });
    await client.query('commit');
    await link(partial, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw new BackupExists(path);
      // a disk without links
      return rename(partial, path);
    });
    return rows.count;
  } finally {
    await rm(partial, { force: true });
    await client.end();
  }
}

async function* lines(
  client: pg.Client,
  now: Date,
  rows: { count: number },
): AsyncGenerator<string | Buffer> {
  yield line(await headOf(client, now));
  for (const table of backedUpTables) {
    const columns = await columnsOf(client, table);
    yield line({ table, columns });
    const quoted = columns.map((column) => `"${column}"`).join(', ');
    const copy = client.query(copyTo(`copy (select ${quoted} from "${table}") to stdout`));
    for await (const chunk of copy) yield chunk as Buffer;
    rows.count += copy.rowCount;
    // COPY's own end mark: no row can be just this
    yield '\\.\n';
  }
  // a file without this line was cut short
  yield line({ end: true, rows: rows.count });
}

const line = (value: object) => `${JSON.stringify(value)}\n`;

async function headOf(client: pg.Client, now: Date): Promise<BackupHead> {
  const { rows: migrations } = await client.query<{ name: string }>(
    'select name from kysely_migration order by name',
  );
  const { rows: partitions } = await client.query<{ n: number }>(
    `select substring(relname from '^deliveries_(\\d+)$')::integer as n
     from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'deliveries'::regclass order by 1`,
  );
  return {
    gaceta: 1,
    madeAt: now.toISOString(),
    migrations: migrations.map((row) => row.name),
    partitions: partitions.map((row) => row.n),
  };
}

async function columnsOf(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
     order by attnum`,
    [table],
  );
  return rows.map((row) => row.name);
}
