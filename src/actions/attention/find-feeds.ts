import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import type { FeedCause } from '../../feeds/causes.ts';
import type { Finding, Waits } from './causes.ts';

/** Feeds that could not be read for a day, or that are gone for good. */
export async function failingFeeds(db: Db, waits: Waits): Promise<Finding[]> {
  const { rows } = await sql<{
    id: string;
    newsletterId: string;
    newsletter: string;
    feed: string;
    state: 'active' | 'gone';
    why: FeedCause;
    failingSince: Date;
  }>`
    select f.id, f.newsletter_id, n.title as newsletter, coalesce(f.title, f.url) as feed, f.state,
      f.last_cause as why, f.failing_since
    from feeds f join newsletters n on n.id = f.newsletter_id
    where n.active and f.last_cause is not null and (f.state = 'gone' or f.state = 'active'
      and f.failing_since <= now() - ${waits.feedMs} * interval '1 millisecond')`.execute(db);
  return rows.map(({ id, newsletterId, newsletter, feed, state, why, failingSince }) => ({
    cause: 'feed',
    subject: `feed ${id}`,
    newsletterId,
    detail: state === 'gone' ? 'feed.gone' : 'feed.failing',
    facts: { newsletter, feed, why: JSON.stringify(why) },
    since: failingSince,
    graceMs: 0,
  }));
}
