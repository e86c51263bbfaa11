import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { EDITIONS_PER_PARTITION } from '../database/partitions.ts';
import type { Database } from '../database/tables.ts';

/** How many days what is kept of sending, and of who did what. The counts of an edition and its pages stay. */
export const KEPT_DAYS = {
  /** Who got an edition, and what came back: the rows of the ledger, bounces and complaints. */
  deliveries: 400,
  /** What relays said beside 250, revisions that were corrected since, and rendered messages. */
  sending: 90,
  /** Messages to one person, once they have ended, and what readers wrote to the newsroom. */
  letters: 30,
  /** By what a provider's event or an incoming message is known that comes once more. */
  hooks: 30,
  audit: 730,
  /** Network addresses beside who did what, and one-time links that have run out. */
  origins: 30,
} as const;

const DAY_MS = 86_400_000;
// Short transactions: a delete of millions of rows would hold back vacuum while digests are being sent.
const BATCH = 5_000;
const MOST_BATCHES = 100;

const before = (now: Date, days: number) => new Date(now.getTime() - days * DAY_MS);

/** Forgets what was kept long enough. Answers how many rows and partitions went, by table. */
export async function forgetOld(db: Db, now: Date): Promise<Record<string, number>> {
  const sending = before(now, KEPT_DAYS.sending);
  return {
    delivery_events: await forget(db, 'delivery_events', 'at', sending),
    variants: await forget(
      db,
      'variants',
      'created_at',
      sending,
      sql`exists (
      select from editions e where e.id = edition_id and e.state in ('sent', 'cancelled'))`,
    ),
    revisions: await forgetCorrected(db, sending),
    letters: await forget(
      db,
      'letters',
      'created_at',
      before(now, KEPT_DAYS.letters),
      sql`state in ('sent', 'failed', 'skipped')`,
    ),
    bounces: await forget(db, 'bounces', 'at', before(now, KEPT_DAYS.deliveries)),
    replies: await forget(db, 'replies', 'at', before(now, KEPT_DAYS.letters)),
    hook_events: await forgetByTime(db, 'hookEvents', before(now, KEPT_DAYS.hooks)),
    inbound_messages: await forgetByTime(db, 'inboundMessages', before(now, KEPT_DAYS.hooks)),
    form_posts: await forgetPosts(db, before(now, 1)),
    setup_links: await forgetLinks(db, before(now, KEPT_DAYS.origins)),
    audit_origins: await cutAuditOrigins(db, before(now, KEPT_DAYS.origins)),
    audit: await forget(db, 'audit', 'at', before(now, KEPT_DAYS.audit)),
    partitions: await dropPartitions(db, before(now, KEPT_DAYS.deliveries)),
  };
}

/**
 * Deletes the rows of a table from before `until`, oldest first. Ids rise with time, so that each look ends at the first
 * row that is young enough.
 */
async function forget(
  db: Kysely<Database>,
  table: string,
  time: string,
  until: Date,
  ended: RawBuilder<unknown> = sql`true`,
): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where id in (
        select id from ${sql.table(table)}
        where ${sql.ref(time)} < ${until} and ${ended}
          and id < coalesce((select id from ${sql.table(table)} where ${sql.ref(time)} >= ${until}
            order by id limit 1), ${'9223372036854775807'}::bigint)
        order by id limit ${BATCH})`.execute(db);
    deleted += Number(numAffectedRows);
    if (numAffectedRows < BigInt(BATCH)) break;
  }
  return deleted;
}

/** The revisions that a later one replaced. The last one is what the archive shows. */
async function forgetCorrected(db: Kysely<Database>, until: Date): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from revisions r using editions e
    where e.id = r.edition_id and r.number < e.revision and r.created_at < ${until}
      and e.state in ('sent', 'cancelled')`.execute(db);
  return Number(numAffectedRows);
}

/** Of tables without an id. */
async function forgetByTime(
  db: Kysely<Database>,
  table: 'hookEvents' | 'inboundMessages',
  until: Date,
): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom(table).where('at', '<', until).executeTakeFirst();
  return Number(numDeletedRows);
}

/** Forms that were sent: nobody presses a button twice a day apart. */
async function forgetPosts(db: Kysely<Database>, until: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('formPosts')
    .where('createdAt', '<', until)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function forgetLinks(db: Kysely<Database>, until: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('setupLinks')
    .where('expiresAt', '<', until)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** What was done stays, and where from goes. */
async function cutAuditOrigins(db: Kysely<Database>, until: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('audit')
    .set({ origin: null })
    .where('at', '<', until)
    .where('origin', 'is not', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Detaches and drops the partitions of the ledger whose editions all ended before `until`. */
async function dropPartitions(db: Db, until: Date): Promise<number> {
  const { rows: partitions } = await sql<{ name: string }>`
    select child.relname as name from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'deliveries'::regclass`.execute(db);
  const newest = await db
    .selectFrom('editions')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  const current = BigInt(newest?.id ?? '0') / EDITIONS_PER_PARTITION;
  let dropped = 0;
  for (const { name } of partitions) {
    const n = BigInt(/^deliveries_(\d+)$/.exec(name)?.[1] ?? current);
    // an edition may still come into the newest, and those after it were made ahead
    if (n >= current) continue;
    const { rows: open } = await sql`
      select from editions
      where id >= ${n * EDITIONS_PER_PARTITION} and id < ${(n + 1n) * EDITIONS_PER_PARTITION}
        and (state not in ('sent', 'cancelled') or coalesce(finished_at, created_at) >= ${until})
      limit 1`.execute(db);
    if (open.length > 0) continue;
    await db.transaction().execute(async (tx) => {
      // what is being sent goes first: this waits for the next time
      await sql`set local lock_timeout = '2s'`.execute(tx);
      await sql`alter table deliveries detach partition ${sql.table(name)}`.execute(tx);
      await sql`drop table ${sql.table(name)}`.execute(tx);
    });
    dropped += 1;
  }
  return dropped;
}
