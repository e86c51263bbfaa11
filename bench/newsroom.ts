import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Db, openDatabase } from '../src/database/connection.ts';
import { createDatabase } from '../src/database/create.ts';
import { type Embedded, startEmbedded } from '../src/database/embedded/embedded.ts';
import { EDITIONS_PER_PARTITION, partitionStatement } from '../src/database/partitions.ts';
import { ensureFirstNewsletter } from '../src/newsletters/newsletters.ts';
import { migrateAll } from '../src/services.ts';

/** A PostgreSQL of the bench's own, with a newsletter and its readers. */
export interface Newsroom {
  db: Db;
  server: Embedded;
  folder: string;
  /** As DATABASE_URL takes it. */
  databaseUrl: string;
  close(): Promise<void>;
}

/**
 * Makes it in a temporary folder, with PostgreSQL's own settings: every commit is on disk. `past`: how many editions it
 * has had. All partitions of their ledger are there; with rows is the one that the next edition goes into.
 */
export async function openNewsroom(
  readers: number,
  past = 0,
  fill: (db: Db) => Promise<void> = (db) => addReaders(db, readers),
): Promise<Newsroom> {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-bench-'));
  chmodSync(folder, 0o755); // root's PostgreSQL runs as another account, which must be able to enter
  const server = await startEmbedded(join(folder, 'data'));
  await createDatabase(server.url('postgres'), 'gaceta');
  const databaseUrl = server.url().replace('@/', '@localhost/');
  await migrateAll(databaseUrl);
  const { db, close } = openDatabase(databaseUrl, { max: 4 });
  await ensureFirstNewsletter(db);
  await fill(db);
  await addRecorded(db);
  await addPast(db, BigInt(past));
  // What PostgreSQL would otherwise clean up a quarter of a minute later, while the first contestant is measured.
  await sql`vacuum (analyze)`.execute(db);
  return {
    db,
    server,
    folder,
    databaseUrl,
    async close() {
      await close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The process of its PostgreSQL, of which all its others are children. */
export const postmasterOf = ({ server }: Newsroom): number =>
  Number.parseInt(readFileSync(join(server.cluster, 'postmaster.pid'), 'utf8'), 10);

async function addReaders(db: Db, readers: number): Promise<void> {
  const CHUNK = 100_000;
  for (let first = 1; first <= readers; first += CHUNK) {
    const last = Math.min(readers, first + CHUNK - 1);
    await sql`
      with made as (
        insert into subscribers (email, email_key, address_hash, language, timezone)
        select a, a, sha256(a::bytea), 'en', 'Europe/Madrid'
        from (select 'reader-' || n || '@example.test' as a from generate_series(${first}::integer, ${last}) n) each
        returning id
      )
      insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at)
      select (select min(id) from newsletters), id, 'active', now() - interval '1 day', now() from made`.execute(
      db,
    );
  }
}

/** Of a million readers the sink's own record is kept for so many: they have a newsletter of their own. */
export const RECORDED = { newsletter: 'recorded', most: 30_000 };

async function addRecorded(db: Db): Promise<void> {
  await sql`
    with made as (
      insert into newsletters (slug, title, language, timezone, kinds)
      values (${RECORDED.newsletter}, 'The Recorded', 'en', 'Europe/Madrid', '{special}') returning id
    )
    insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at)
    select made.id, s.subscriber_id, 'active', now() - interval '1 day', now()
    from made, (select subscriber_id from subscriptions order by subscriber_id limit ${RECORDED.most}) s`.execute(
    db,
  );
}

async function addPast(db: Db, past: bigint): Promise<void> {
  await sql`alter table editions alter column id restart with ${sql.lit(past + 1n)}`.execute(db);
  const current = (past + 1n) / EDITIONS_PER_PARTITION;
  for (let n = 0n; n <= current + 2n; n++) await sql.raw(partitionStatement(n)).execute(db);
  await sql`
    insert into deliveries (edition_id, subscriber_id, range_id, due_at, next_at, state, sent_at)
    select edition, subscribers.id, 0, now(), now(), 'sent', now()
    from generate_series(${current * EDITIONS_PER_PARTITION}::bigint, ${past}::bigint) edition, subscribers
    where edition > 0 order by 1, 2`.execute(db);
}

/** New articles: no reader gets a story twice, so that each edition needs its own. */
export async function addArticles(db: Db, count: number): Promise<string[]> {
  const { rows: known } = await sql<{ articles: string }>`
    select count(*) as articles from articles`.execute(db);
  const first = Number(known[0]?.articles ?? 0) + 1;
  const words =
    'The council has agreed on a plan that nobody expected a year ago and few will praise';
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into articles (title, standfirst, url, canonical_url, author, language, published_at)
      select 'Story number ' || n || ' of the morning', left(repeat(${`${words}. `}, 4), 290),
        'https://news.example/story/' || n, 'https://news.example/story/' || n, 'A. Reporter', 'en', now()
      from generate_series(${first}::integer, ${first + count - 1}::integer) n
      returning id, url, title
    )
    insert into article_sources (article_id, newsletter_id, section_id, url, title)
    select id, (select min(id) from newsletters), (select min(id) from sections), url, title from made
    returning article_id as id`.execute(db);
  return rows.map((row) => row.id);
}
