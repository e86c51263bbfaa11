import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { type Scope, within } from '../../database/scope.ts';
import { type Cause, causes } from './causes.ts';

/** Something that needs a person. */
export interface Attention {
  id: string;
  cause: Cause;
  /** `edition 12`, `feed 3`, `newsletter daily …`, or the cause itself where it is about the whole newsroom. */
  subject: string;
  /** Slug; null: about the whole newsroom. */
  newsletter: string | null;
  since: Date;
  /** For `attentionInWords`. */
  detail: string;
  facts: Record<string, string | number>;
}

/**
 * All that needs a person now, the gravest cause first, of each the oldest first. What is about the whole newsroom is
 * not for those who are bound to a part of it.
 */
export async function listAttention(db: DbOrTransaction, scope: Scope): Promise<Attention[]> {
  const { rows } = await sql<Attention>`
    select a.id, a.cause, a.subject, n.slug as newsletter, a.since, a.detail, a.facts
    from attention a left join newsletters n on n.id = a.newsletter_id
    where a.over is null and a.raised_at is not null and ${within(scope, 'a.newsletter_id')}
    order by array_position(${[...causes]}::text[], a.cause), a.since, a.id`.execute(db);
  return rows;
}

/** How many things need a person: for the number in the navigation, on every page. */
export async function countAttention(db: DbOrTransaction, scope: Scope): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from attention a
    where a.over is null and a.raised_at is not null and ${within(scope, 'a.newsletter_id')}`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** How many things need a person, by cause; a cause of which there is nothing has 0. */
export async function attentionByCause(db: DbOrTransaction): Promise<Map<Cause, number>> {
  const counts = new Map(causes.map((cause) => [cause, 0]));
  for (const { cause } of await listAttention(db, null))
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return counts;
}
