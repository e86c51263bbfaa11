import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { within } from '../database/scope.ts';
import type { Format } from '../database/tables.ts';
import { audit } from '../operators/audit.ts';
import { eraseSubscriber } from '../privacy/erase.ts';
import { withoutRequest } from '../subscribers/consent-evidence.ts';
import { addSection } from '../subscribers/section-choices.ts';
import { endSubscriptions } from '../subscribers/subscriptions/end.ts';
import { recordSubscriptions } from '../subscribers/subscriptions/record.ts';
import type { BulkAction, BulkJob } from './jobs.ts';

interface Acted {
  /** Readers of whom something is different now. */
  changed: number;
  letters: string[];
}

/** Does what a job is for to some readers. Nothing of a newsletter that the job may not touch is changed. */
export async function actOn(
  tx: DbOrTransaction,
  job: BulkJob,
  readers: string[],
  now: Date,
): Promise<Acted> {
  const { what } = job;
  if (readers.length === 0) return { changed: 0, letters: [] };
  switch (what.action) {
    case 'unsubscribe':
      return { changed: await unsubscribe(tx, job, what.newsletter, readers, now), letters: [] };
    case 'move':
      return { changed: await move(tx, job, what, readers, now), letters: [] };
    case 'section':
      return { changed: await addSection(tx, what, readers), letters: [] };
    case 'erase':
      return erase(tx, job, readers, now);
  }
}

async function unsubscribe(
  tx: DbOrTransaction,
  job: BulkJob,
  newsletter: string | null,
  readers: string[],
  now: Date,
): Promise<number> {
  const places = await tx
    .selectFrom('subscriptions as t')
    .select(['t.subscriberId as subscriber', 't.newsletterId as newsletter'])
    .where('t.subscriberId', 'in', readers)
    .where('t.state', 'in', ['active', 'pending'])
    .where(within(newsletter === null ? job.newsletters : [newsletter], 't.newsletter_id'))
    .execute();
  const evidence = withoutRequest('operator');
  await endSubscriptions(
    tx,
    places.map((place) => ({ ...place, evidence })),
    now,
  );
  return new Set(places.map(({ subscriber }) => subscriber)).size;
}

/**
 * A reader keeps their hour, their frequency, their format and those sections that are there too. The consent is the one they gave, told as
 * what an operator did with it. Who unsubscribed from the other newsletter since then stays where they are.
 */
async function move(
  tx: DbOrTransaction,
  job: BulkJob,
  { newsletter, to }: Extract<BulkAction, { action: 'move' }>,
  readers: string[],
  now: Date,
): Promise<number> {
  const { rows } = await sql<Place>`
    select t.subscriber_id, t.frequency, t.hour, t.format, t.paused_until, t.confirmed_at, n.slug as newsletter,
      (select array_agg(s.slug order by s.position) from sections s
        where s.newsletter_id = ${to} and s.slug = any(t.sections)) as sections
    from subscriptions t join newsletters n on n.id = t.newsletter_id
    where t.newsletter_id = ${newsletter} and t.subscriber_id = any(${readers}::bigint[])
      and t.state = 'active' and t.confirmed_at is not null
    order by t.subscriber_id for update of t`.execute(tx);
  const outcomes = await recordSubscriptions(
    tx,
    rows.map(({ newsletter: from, confirmedAt, ...place }) => ({
      ...place,
      newsletterId: to,
      state: 'active' as const,
      consentAt: confirmedAt,
      unsubscribedAt: null,
      consents: [
        {
          action: 'operator' as const,
          at: confirmedAt,
          ...withoutRequest('operator'),
          detail: { source: `moved from ${from}`, job: job.id },
        },
      ],
    })),
    now,
  );
  const moved = rows.filter((_, n) => outcomes[n] !== 'unsubscribed');
  const evidence = withoutRequest('operator');
  await endSubscriptions(
    tx,
    moved.map(({ subscriberId: subscriber }) => ({ subscriber, newsletter, evidence })),
    now,
  );
  return moved.length;
}

interface Place {
  subscriberId: string;
  newsletter: string;
  frequency: 'daily' | 'weekdays' | 'weekly' | 'special';
  hour: string | null;
  sections: string[] | null;
  format: Format;
  pausedUntil: Date | null;
  confirmedAt: Date;
}

/** Who also reads newsletters that the job may not touch stays. */
async function erase(
  tx: DbOrTransaction,
  job: BulkJob,
  readers: string[],
  now: Date,
): Promise<Acted> {
  const { rows } = await sql<{ id: string }>`
    select s.id from subscribers s where s.id = any(${readers}::bigint[]) and s.erased_at is null
      and not exists (select from subscriptions t where t.subscriber_id = s.id
        and not ${within(job.newsletters, 't.newsletter_id')})
    order by s.id for update`.execute(tx);
  const letters: string[] = [];
  for (const { id } of rows) {
    const erased = await eraseSubscriber(tx, id, now);
    letters.push(...erased.letters);
    await audit(tx, job.actor, 'erase', `subscriber ${id}`);
  }
  return { changed: rows.length, letters };
}
