import { stringify } from 'csv-stringify/sync';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { asCell } from './csv-cell.ts';
import { type CsvColumn, csvColumns } from './csv-columns.ts';
import { conditionsOf, type FilterConditions, type SubscriberFilter } from './filter.ts';
import type { ConsentRow } from './subscriptions/record.ts';

const PAGE = 1000;

/**
 * The subscriptions that a filter is about as CSV, all of them without one, a thousand subscribers at a time: each page
 * is a statement of its own, so that nothing holds a snapshot while a slow reader takes the file. Erased
 * subscribers are not in it. The import reads it back as it was: readers, states, and in `consents` (JSON) all
 * that is stored of them.
 */
export async function* exportSubscribers(
  db: DbOrTransaction,
  filter: SubscriberFilter = {},
): AsyncGenerator<string> {
  yield stringify([csvColumns]);
  const conditions = await conditionsOf(db, filter);
  for (let after = '0'; ; ) {
    const people = await db
      .selectFrom('subscribers as s')
      .select(['id', 'email', 'name', 'language', 'timezone'])
      .where('id', '>', after)
      .where(conditions.person)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = people.at(-1);
    if (!last) return;
    const subscriptions = await subscriptionsOf(
      db,
      people.map((person) => person.id),
      conditions,
    );
    yield stringify(
      people.flatMap((person) =>
        (subscriptions.get(person.id) ?? []).map((one) => {
          const cells: Record<CsvColumn, string | null | undefined> = {
            email: asCell(person.email),
            name: asCell(person.name),
            language: person.language,
            timezone: person.timezone,
            newsletter: one.slug,
            state: one.state,
            frequency: one.frequency,
            hour: one.hour,
            sections: one.sections?.join(';'),
            confirmed_at: one.confirmedAt?.toISOString(),
            unsubscribed_at: one.state === 'unsubscribed' ? one.leftAt?.toISOString() : '',
            paused_until: one.pausedUntil?.toISOString(),
            consent_source: one.confirmedAt && asCell(sourceOf(one.consents)),
            consent_at: one.confirmedAt?.toISOString(),
            consents: one.consents.length > 0 ? JSON.stringify(one.consents) : '',
          };
          return csvColumns.map((column) => cells[column]);
        }),
      ),
    );
    after = last.id;
  }
}

type ExportedConsent = Omit<ConsentRow, 'at'> & { at: string };

async function subscriptionsOf(
  db: DbOrTransaction,
  subscribers: string[],
  { subscription }: FilterConditions,
) {
  const rows = await db
    .selectFrom('subscriptions as t')
    .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
    .select(['t.subscriberId', 'n.slug', 't.state', 't.frequency', 't.hour', 't.sections'])
    .select(['t.confirmedAt', 't.leftAt', 't.pausedUntil'])
    .select(
      sql<ExportedConsent[]>`(
        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'action', c.action,
          'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'originAddress', c.origin_address, 'userAgent', c.user_agent, 'form', c.form,
          'wording', c.wording, 'wordingVersion', c.wording_version, 'detail', c.detail)) order by c.id), '[]')
        from consents c where c.subscriber_id = t.subscriber_id and c.newsletter_id = t.newsletter_id)`.as(
        'consents',
      ),
    )
    .where('t.subscriberId', 'in', subscribers)
    .where(subscription('t'))
    .orderBy('n.id')
    .execute();
  return Map.groupBy(rows, (row) => row.subscriberId);
}

/** Where the newest consent came from, in words that an import takes: what an operator wrote, else the form. */
function sourceOf(consents: ExportedConsent[]): string {
  const given = consents.findLast(({ action }) => action !== 'withdraw' && action !== 'request');
  const source = given?.detail?.source;
  return typeof source === 'string' ? source : (given?.form ?? 'confirmed');
}
