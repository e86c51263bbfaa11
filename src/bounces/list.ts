import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';

export const kinds = ['bounce', 'complaint', 'suppressed'] as const;
export type CameBackKind = (typeof kinds)[number];

/** What came back, as operators see it. */
export interface ListedBounce {
  id: string;
  at: Date;
  kind: CameBackKind;
  hard: boolean;
  /** Of a complaint its feedback type; of a provider's list why the address is on it. */
  reason: string;
  status: string | null;
  source: string;
  subscriber: string;
  /** The reader's address now; null once erased. */
  email: string | null;
  /** A slug; null where it is not known which. */
  newsletter: string | null;
  edition: string | null;
  letter: string | null;
  receiverGroup: string;
  /** The address is not written to again because of this one. */
  suppressed: boolean;
  words: string;
}

/** Which of them: all that is given must hold. */
export interface BounceFilter {
  kind?: CameBackKind | undefined;
  hard?: boolean | undefined;
  reason?: string | undefined;
  /** A slug. */
  newsletter?: string | undefined;
  edition?: string | undefined;
  since?: Date | undefined;
}

/** The newest first; `next` is the `after` of the next page. */
export async function listBounces(
  db: DbOrTransaction,
  scope: Scope,
  { limit, after, ...filter }: BounceFilter & { limit: number; after?: string | undefined },
): Promise<{ data: ListedBounce[]; next: string | null }> {
  const { kind, hard, reason, newsletter, edition, since } = filter;
  const conditions = [within(scope, 'b.newsletter_id')];
  if (after !== undefined) conditions.push(sql`b.id < ${after}`);
  if (kind !== undefined) conditions.push(sql`b.kind = ${kind}`);
  if (hard !== undefined) conditions.push(sql`b.kind = 'bounce' and b.hard = ${hard}`);
  if (reason !== undefined) conditions.push(sql`b.reason = ${reason}`);
  if (newsletter !== undefined)
    conditions.push(sql`b.newsletter_id = (select id from newsletters where slug = ${newsletter})`);
  if (edition !== undefined) conditions.push(sql`b.edition_id = ${edition}`);
  if (since !== undefined) conditions.push(sql`b.at >= ${since}`);
  const { rows } = await sql<ListedBounce>`
    select b.id, b.at, b.kind, b.hard, b.reason, b.status, b.source, b.subscriber_id as subscriber, s.email,
      n.slug as newsletter, b.edition_id as edition, b.letter_id as letter, b.receiver_group, b.suppressed, b.words
    from bounces b left join subscribers s on s.id = b.subscriber_id
      left join newsletters n on n.id = b.newsletter_id
    where ${sql.join(conditions, sql` and `)}
    order by b.id desc limit ${limit + 1}`.execute(db);
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** What came back of one edition. */
export interface EditionBounces {
  edition: string;
  number: number;
  newsletter: string;
  title: string;
  hard: number;
  soft: number;
  complaints: number;
  suppressed: number;
}

/** Of the newest editions that were sent, how much of each came back. */
export async function bouncesByEdition(
  db: DbOrTransaction,
  scope: Scope,
  limit: number,
): Promise<EditionBounces[]> {
  const { rows } = await sql<EditionBounces>`
    select e.id as edition, e.number, n.slug as newsletter, n.title, c.hard, c.soft, c.complaints, c.suppressed
    from (select * from editions where started_at is not null and ${within(scope, 'newsletter_id')}
        order by id desc limit ${limit}) e
      join newsletters n on n.id = e.newsletter_id
      cross join lateral (
        select count(*) filter (where kind = 'bounce' and b.hard)::integer as hard,
          count(*) filter (where kind = 'bounce' and not b.hard)::integer as soft,
          count(*) filter (where kind = 'complaint')::integer as complaints,
          count(*) filter (where kind = 'suppressed')::integer as suppressed
        from bounces b where b.edition_id = e.id) c
    order by e.id desc`.execute(db);
  return rows;
}

/** Counts what was written down since it was asked last, by kind and receiver group. */
export function openBounceCount(db: DbOrTransaction) {
  let counted = '0';
  return async (): Promise<{ kind: string; group: string; n: number }[]> => {
    // of a transaction that is not committed the id is smaller, and would be passed over
    const { rows } = await sql<{ kind: string; group: string; n: number; last: string }>`
      select kind, receiver_group as "group", count(*)::integer as n, max(id)::text as last from bounces
      where id > ${counted} and at < now() - interval '5 seconds' group by kind, receiver_group`.execute(
      db,
    );
    for (const { last } of rows) if (BigInt(last) > BigInt(counted)) counted = last;
    return rows;
  };
}
