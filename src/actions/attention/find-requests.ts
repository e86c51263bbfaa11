import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import type { Finding } from './causes.ts';

/** Newsletters of which readers asked by email to be unsubscribed, until somebody has dealt with all of them. */
export async function openRequests(db: Db): Promise<Finding[]> {
  const { rows } = await sql<{
    id: string;
    slug: string;
    title: string;
    count: number;
    since: Date;
  }>`
    select n.id, n.slug, n.title, count(*)::integer as count, min(r.at) as since
    from replies r join newsletters n on n.id = r.newsletter_id
    where r.wants_out and r.handled_at is null
    group by n.id`.execute(db);
  return rows.map(({ id, slug, title, count, since }) => ({
    cause: 'requests',
    subject: `newsletter ${slug}`,
    newsletterId: id,
    detail: 'requests',
    facts: { newsletter: title, count },
    since,
    graceMs: 0,
  }));
}
