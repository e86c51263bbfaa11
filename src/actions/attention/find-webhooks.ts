import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import type { Finding } from './causes.ts';

/** Webhooks that were switched off because they failed for a day or are gone, until somebody switches them on or removes them. */
export async function switchedOffWebhooks(db: Db): Promise<Finding[]> {
  const { rows } = await sql<{
    id: string;
    url: string;
    disabledBy: 'failing' | 'gone';
    disabledAt: Date;
  }>`
    select id, url, disabled_by, disabled_at from webhooks
    where disabled_by in ('failing', 'gone')`.execute(db);
  return rows.map(({ id, url, disabledBy, disabledAt }) => ({
    cause: 'webhook',
    subject: `webhook ${id}`,
    newsletterId: null,
    detail: `webhook.${disabledBy}`,
    facts: { host: new URL(url).host },
    since: disabledAt,
    graceMs: 0,
  }));
}
