import { sql } from 'kysely';
import type { Db } from '../../database/connection.ts';
import type { Kind } from '../../database/tables.ts';
import { type Slot, slotsDue } from '../../editions/schedule.ts';
import { listNewsletters, type Newsletter } from '../../newsletters/newsletters.ts';
import type { Finding, Waits } from './causes.ts';

const DAY = 24 * 3_600_000;

/** Editions of the last day whose hour passed and that are not there though somebody reads them: not composed, or nothing new. */
export async function missingEditions(db: Db, now: Date, waits: Waits): Promise<Finding[]> {
  const passed: { newsletter: Newsletter; slot: Slot }[] = [];
  for (const newsletter of await listNewsletters(db))
    for (const slot of slotsDue(newsletter, now, DAY))
      if (slot.sendAt.getTime() + waits.missedMs <= now.getTime())
        passed.push({ newsletter, slot });
  if (passed.length === 0) return [];
  const { rows } = await sql<{ slug: string; kind: Kind; localDate: string; nothing: boolean }>`
    select p.slug, p.kind, p.local_date, e.id is not null or exists (
        select from audit a where a.action = 'nothing new' and a.object = 'newsletter ' || p.slug
          and a.at > now() - interval '2 days'
          and a.detail @> jsonb_build_object('kind', p.kind, 'localDate', p.local_date)) as nothing
    from unnest(${passed.map(({ newsletter }) => newsletter.slug)}::text[],
        ${passed.map(({ slot }) => slot.kind)}::text[],
        ${passed.map(({ slot }) => slot.localDate)}::text[]) as p (slug, kind, local_date)
      join newsletters n on n.slug = p.slug
      left join editions e on e.newsletter_id = n.id and e.kind = p.kind
        and e.local_date = p.local_date::date
    where (e.id is null or e.state = 'cancelled' and e.held_by = 'nothing')
      and exists (select from subscriptions s where s.newsletter_id = n.id and s.state = 'active')`.execute(
    db,
  );
  return rows.flatMap(({ slug, kind, localDate, nothing }) => {
    const found = passed.find(
      ({ newsletter, slot }) =>
        newsletter.slug === slug && slot.kind === kind && slot.localDate === localDate,
    );
    if (!found) return [];
    const { newsletter, slot } = found;
    return {
      cause: nothing ? 'nothing' : 'missed',
      subject: `newsletter ${slug} ${kind} ${localDate}`,
      newsletterId: newsletter.id,
      detail: nothing ? 'nothing' : 'missed.composed',
      facts: { newsletter: newsletter.title, kind, date: localDate, hour: newsletter.sendAt },
      since: slot.sendAt,
      graceMs: 0,
    };
  });
}
