import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Layout } from '../database/tables.ts';

/** How long the same special is not made again, in ms. */
const SAME_SPECIAL_FOR = 3_600_000;

/** What a special is made of. */
interface Special {
  newsletterId: string;
  articles: string[];
  introduction?: string | undefined;
  subject?: string | undefined;
  preheader?: string | undefined;
  layout?: Layout | undefined;
  sendAt: Date | null;
  now: Date;
}

/** A special of the last hour that is what is asked for, and was not cancelled. */
export async function sameSpecial(
  tx: DbOrTransaction,
  {
    introduction = '',
    subject = '',
    preheader = '',
    layout,
    sendAt,
    articles,
    ...special
  }: Special,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select e.id from editions e
    where ${recent(special)}
      and (e.introduction, e.subject, e.preheader) = (${introduction}, ${subject}, ${preheader})
      and e.layout is not distinct from ${layout ?? null}
      and e.send_at is not distinct from ${sendAt}
      and ${articles}::bigint[] = (
        select coalesce(array_agg(article_id order by position), '{}') from edition_articles
        where edition_id = e.id and not dropped)
    order by e.id limit 1`.execute(tx);
  return rows[0]?.id;
}

/**
 * A special of the last hour that a person may take for the same: with the same articles in any order and any wording, or
 * a letter with the same introduction.
 */
export async function similarSpecial(
  db: DbOrTransaction,
  { articles, introduction = '', ...special }: Omit<Special, 'sendAt' | 'layout'>,
): Promise<{ id: string; createdAt: Date } | undefined> {
  const { rows } = await sql<{ id: string; createdAt: Date }>`
    select e.id, e.created_at from editions e
    where ${recent(special)}
      and ${articles.length > 0 ? sql`true` : sql`e.introduction = ${introduction}`}
      and (select array_agg(n order by n) from unnest(${articles}::bigint[]) n) is not distinct from (
        select array_agg(article_id order by article_id) from edition_articles
        where edition_id = e.id and not dropped)
    order by e.id desc limit 1`.execute(db);
  return rows[0];
}

const recent = ({ newsletterId, now }: Pick<Special, 'newsletterId' | 'now'>) => sql`
  e.newsletter_id = ${newsletterId} and e.kind = 'special' and e.state <> 'cancelled'
    and e.created_at > ${new Date(now.getTime() - SAME_SPECIAL_FOR)}`;
