import { sql } from 'kysely';
import { withdrawnAt } from '../../articles/withdrawn.ts';
import type { Db } from '../../database/connection.ts';
import type { HeldBy, Kind } from '../../database/tables.ts';
import { stallIn } from '../../deliveries/stalled-editions.ts';
import type { Cause, Finding, Waits } from './causes.ts';

interface Row {
  id: string;
  newsletterId: string;
  newsletter: string;
  number: number;
  kind: Kind;
}

const about = ({ id, newsletterId, newsletter, number, kind }: Row) => ({
  subject: `edition ${id}`,
  newsletterId,
  facts: { newsletter, number, kind },
});

const named = sql`e.id, e.newsletter_id, n.title as newsletter, e.number, e.kind`;
/** How long an edition that ended is looked at. */
const RECENT = sql`interval '3 days'`;
/** The share of its readers that an edition should reach. */
const REACHED = 0.99;

/** Editions that do not go on until somebody acts: paused, missed, held by a restore, waiting for review. */
export async function waitingEditions(db: Db, now: Date, waits: Waits): Promise<Finding[]> {
  // The edition of an earlier day is the past once a later one has started.
  const { rows } = await sql<
    Row & { state: 'draft' | 'paused'; heldBy: HeldBy | null; words: string | null; sendAt: Date }
  >`
    select ${named}, e.state, e.held_by, e.status_text as words, e.send_at
    from editions e join newsletters n on n.id = e.newsletter_id
    where e.state = 'paused' and e.held_by is distinct from 'complaints' or e.held_by = 'restore' and e.state = 'draft'
      or e.state = 'draft' and (e.held_by = 'missed' or e.held_by is null) and e.send_at < ${now}
        and e.send_at > ${now}::timestamptz - interval '7 days'
        and not exists (select from editions later where later.newsletter_id = e.newsletter_id
          and later.kind = e.kind and later.started_at > e.send_at)`.execute(db);
  return rows.map(({ state, heldBy, words, sendAt, ...row }) => {
    const found = about(row);
    if (heldBy === 'restore')
      return { ...found, cause: 'restore', detail: `restore.${state}`, graceMs: 0 };
    if (state === 'paused') {
      const facts = { ...found.facts, words: words ?? '' };
      return heldBy === 'refusals'
        ? { ...found, facts, cause: 'paused', detail: 'paused.refusals', graceMs: 0 }
        : { ...found, cause: 'paused', detail: 'paused.operator', graceMs: waits.stalledMs };
    }
    const since = { since: sendAt };
    return heldBy === 'missed'
      ? { ...found, ...since, cause: 'missed', detail: 'missed.held', graceMs: 0 }
      : { ...found, ...since, cause: 'review', detail: 'review', graceMs: 0 };
  });
}

/** Editions that are being sent and are told to be held up: by a relay, a template, or because they stand still. */
export async function heldUpEditions(db: Db, waits: Waits): Promise<Finding[]> {
  const { rows } = await sql<Row & { words: string; settled: string }>`
    select ${named}, e.status_text as words,
      (select coalesce(sum(sent + failed + skipped + uncertain), 0) from ranges r
        where r.edition_id = e.id)::text as settled
    from editions e join newsletters n on n.id = e.newsletter_id
    where e.state = 'sending' and e.status_text is not null`.execute(db);
  return rows.map(({ words, settled, ...row }) => {
    const found = about(row);
    return {
      ...found,
      facts: { ...found.facts, words },
      cause: 'stalled',
      detail: `stalled.${stallIn(words) ?? 'words'}`,
      graceMs: waits.stalledMs,
      mark: settled,
    };
  });
}

/** Editions that ended and did not reach enough of their readers, or left some of them uncertain. */
export async function endedEditions(db: Db, waits: Waits): Promise<Finding[]> {
  const { rows } = await sql<
    Row & { finishedAt: Date; old: boolean; sent: number; readers: number; uncertain: number }
  >`
    select ${named}, e.finished_at,
      e.finished_at < now() - ${waits.incompleteMs} * interval '1 millisecond' as old,
      l.sent::int, l.readers::int, l.uncertain::int
    from editions e join newsletters n on n.id = e.newsletter_id
    cross join lateral (
      select coalesce(sum(r.sent + r.uncertain), 0) as sent, coalesce(sum(r.size - r.skipped), 0) as readers,
        coalesce(sum(r.uncertain), 0) as uncertain
      from ranges r where r.edition_id = e.id) l
    where e.state = 'sent' and e.finished_at > now() - ${RECENT}
      and (l.uncertain > 0 or l.sent < l.readers * ${REACHED}::numeric)`.execute(db);
  return rows.flatMap(({ finishedAt, old, sent, readers, uncertain, ...row }) => {
    const found = { ...about(row), since: finishedAt, graceMs: 0 };
    const counted = (cause: Cause, more: Record<string, number>): Finding => ({
      ...found,
      facts: { ...found.facts, ...more },
      cause,
      detail: cause,
    });
    return [
      ...(uncertain > 0 ? [counted('uncertain', { count: uncertain })] : []),
      ...(old && sent < readers * REACHED
        ? [counted('incomplete', { sent, count: readers, missing: readers - sent })]
        : []),
    ];
  });
}

/** Editions to come that hold an article which its feeds have withdrawn. */
export async function withdrawnArticles(db: Db, now: Date): Promise<Finding[]> {
  const { rows } = await sql<Row & { since: Date; count: number; article: string }>`
    select ${named}, min(w.at) as since, count(*)::int as count,
      (array_agg(coalesce(l.title, a.title) order by l.position))[1] as article
    from editions e join newsletters n on n.id = e.newsletter_id
      join edition_articles l on l.edition_id = e.id and not l.dropped
      join articles a on a.id = l.article_id and a.deleted_at is null
      cross join lateral (select ${withdrawnAt('a.id')} as at) w
    where e.state in ('draft', 'scheduled') and w.at is not null
      and (e.send_at is null or e.send_at > ${now}::timestamptz - interval '7 days')
      and e.created_at > ${now}::timestamptz - interval '30 days'
    group by e.id, n.title`.execute(db);
  return rows.map(({ since, count, article, ...row }) => {
    const found = about(row);
    return {
      ...found,
      facts: { ...found.facts, count, article },
      cause: 'withdrawn',
      detail: 'withdrawn',
      since,
      graceMs: 0,
    };
  });
}
