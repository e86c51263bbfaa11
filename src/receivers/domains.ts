import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { groupOfMx } from '../mail/mx-groups.ts';
import { receiverGroup } from '../mail/receiver-groups.ts';
import { audit } from '../operators/audit.ts';
import type { LookedUp } from './look-up.ts';

const HOUR = 3_600_000;
/** When a domain is looked at again, by what was found. */
const AGAIN_MS = { mx: 7 * 24 * HOUR, none: 24 * HOUR, gone: 12 * HOUR, silent: HOUR } as const;
/** A domain that is gone for so long rests. */
const GONE_DAYS = 3;
/** A worker that took domains and died leaves them to others after this. */
const TAKEN_MS = 10 * 60_000;
/** Readers that are written at once. */
const READERS = 2_000;

/**
 * Writes down the next domains by name that readers have addresses at, and gives readers who came since what is known of
 * theirs. Goes from one domain to the next in an index, whatever the number of their readers. Returns the last one;
 * undefined at the end of the alphabet.
 */
export async function findDomains(
  db: Db,
  after: string,
  limit: number,
): Promise<string | undefined> {
  const { rows } = await sql<{ domain: string }>`
    with recursive each (domain, n) as (
      (select split_part(email_key, '@', 2), 1 from subscribers
        where split_part(email_key, '@', 2) > ${after} order by split_part(email_key, '@', 2) limit 1)
      union all
      select (select split_part(s.email_key, '@', 2) from subscribers s
          where split_part(s.email_key, '@', 2) > each.domain order by split_part(s.email_key, '@', 2) limit 1),
        n + 1
      from each where each.domain is not null and n < ${limit}
    ), written as (
      insert into receiver_domains (domain) select domain from each where domain is not null
      on conflict (domain) do nothing
    )
    select domain from each where domain is not null order by n`.execute(db);
  const domains = rows.map((row) => row.domain);
  const known = await db
    .selectFrom('receiverDomains')
    .select(['domain', 'receiverGroup', 'rests'])
    .where('domain', '=', sql<string>`any(${domains}::text[])`)
    .where((eb) => eb.or([eb('receiverGroup', '<>', 'rest'), eb('rests', '=', true)]))
    .execute();
  for (const { domain, receiverGroup: group, rests } of known) {
    if (receiverGroup(domain) === 'rest' && group !== null) await putGroup(db, domain, group);
    if (rests) await putToRest(db, domain);
  }
  return domains.length < limit ? undefined : domains.at(-1);
}

/** Takes domains that are due to be looked at; nobody else looks at them meanwhile. */
export async function takeDueDomains(
  db: DbOrTransaction,
  now: Date,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ domain: string }>`
    update receiver_domains d set next_at = ${new Date(now.getTime() + TAKEN_MS)}
    from (select domain from receiver_domains where next_at <= ${now} order by next_at limit ${limit}
      for update skip locked) due
    where d.domain = due.domain
    returning d.domain`.execute(db);
  return rows.map((row) => row.domain);
}

/**
 * Writes down what the DNS said of a domain, and does what follows: its readers count against the limits of who takes its
 * mail; those of one that has been gone for three days rest, and are back once it is. A DNS that says nothing changes
 * nothing. Returns how many readers were put to rest, or below zero how many came back.
 */
export async function noteLookedUp(
  db: Db,
  domain: string,
  found: LookedUp,
  now: Date,
): Promise<number> {
  const nextAt = new Date(now.getTime() + AGAIN_MS[found.says]);
  const update = db.updateTable('receiverDomains').where('domain', '=', domain);
  if (found.says === 'silent') {
    await update.set({ nextAt }).execute();
    return 0;
  }
  const looked = { nextAt, lookedAt: now };
  if (found.says === 'gone') {
    const { rows } = await sql<{ long: boolean }>`
      update receiver_domains set next_at = ${nextAt}, looked_at = ${now}, gone_why = ${found.why},
        gone_since = coalesce(gone_since, ${now}::timestamptz),
        rests = rests or coalesce(gone_since, ${now}::timestamptz) <= ${now}::timestamptz - ${GONE_DAYS} * interval '1 day'
      where domain = ${domain}
      returning rests as long`.execute(db);
    return rows[0]?.long ? putToRest(db, domain) : 0;
  }
  const host = found.says === 'mx' ? found.host : null;
  const byName = receiverGroup(domain);
  const group = byName === 'rest' && host !== null ? groupOfMx(host) : byName;
  const before = await db
    .selectFrom('receiverDomains')
    .select(['receiverGroup', 'rests'])
    .where('domain', '=', domain)
    .executeTakeFirst();
  await update
    .set({
      ...looked,
      mx: host,
      receiverGroup: group,
      goneSince: null,
      goneWhy: null,
      rests: false,
    })
    .execute();
  if ((before?.receiverGroup ?? byName) !== group) await putGroup(db, domain, group);
  return before?.rests ? -(await bringBack(db, domain)) : 0;
}

const atDomain = (domain: string) => sql`split_part(email_key, '@', 2) = ${domain}`;

/** In small statements, each committed: nothing of it holds a snapshot for long while editions are sent. */
async function inBatches(one: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const changed = await one();
    sum += changed;
    if (changed < READERS) return sum;
  }
}

function putGroup(db: Db, domain: string, group: string): Promise<number> {
  return inBatches(async () => {
    const { numAffectedRows = 0n } = await sql`
      update subscribers set receiver_group = ${group} where id in (
        select id from subscribers where ${atDomain(domain)} and receiver_group <> ${group}
        order by id limit ${READERS})`.execute(db);
    return Number(numAffectedRows);
  });
}

async function putToRest(db: Db, domain: string): Promise<number> {
  const readers = await inBatches(async () => {
    const { numAffectedRows = 0n } = await sql`
      update subscribers set rests = 'domain-gone' where id in (
        select id from subscribers where ${atDomain(domain)} and rests is distinct from 'domain-gone'
        order by id limit ${READERS})`.execute(db);
    return Number(numAffectedRows);
  });
  if (readers > 0) await audit(db, { kind: 'system' }, 'rest', `domain ${domain}`, { readers });
  return readers;
}

/** Who was asked for a sign of life before, and gave none, goes on resting. */
async function bringBack(db: Db, domain: string): Promise<number> {
  const readers = await inBatches(async () => {
    const { numAffectedRows = 0n } = await sql`
      update subscribers s set rests = (select 'asleep' from signs_of_life l
          where l.subscriber_id = s.id and l.rested_at is not null)
      where id in (select id from subscribers where ${atDomain(domain)} and rests = 'domain-gone'
        order by id limit ${READERS})`.execute(db);
    return Number(numAffectedRows);
  });
  if (readers > 0) await audit(db, { kind: 'system' }, 'wake', `domain ${domain}`, { readers });
  return readers;
}

/** Domains that take no mail, the longest first: since when, why, and how many readers rest because of it. */
export async function goneDomains(
  db: DbOrTransaction,
  limit: number,
): Promise<
  {
    domain: string;
    goneSince: Date;
    goneWhy: 'nxdomain' | 'null-mx';
    rests: boolean;
    readers: number;
  }[]
> {
  const { rows } = await sql<Awaited<ReturnType<typeof goneDomains>>[number]>`
    select d.domain, d.gone_since, d.gone_why, d.rests,
      (select count(*)::int from subscribers where split_part(email_key, '@', 2) = d.domain) as readers
    from receiver_domains d where d.gone_since is not null
    order by d.rests desc, d.gone_since, d.domain limit ${limit}`.execute(db);
  return rows;
}

/** How many readers rest, by why. */
export async function countResting(
  db: DbOrTransaction,
): Promise<{ domainGone: number; asleep: number }> {
  const { rows } = await sql<{ domainGone: number; asleep: number }>`
    select count(*) filter (where rests = 'domain-gone')::int as domain_gone,
      count(*) filter (where rests = 'asleep')::int as asleep
    from subscribers where rests is not null`.execute(db);
  return rows[0] ?? { domainGone: 0, asleep: 0 };
}
