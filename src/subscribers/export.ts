import { stringify } from 'csv-stringify/sync';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { within } from '../database/scope.ts';
import type { Format, Frequency, SubscriptionState } from '../database/tables.ts';
import { asCell } from './csv-cell.ts';
import { type CsvColumn, csvColumns } from './csv-columns.ts';
import { conditionsOf, type FilterConditions, type SubscriberFilter } from './filter.ts';
import type { ConsentRow } from './subscriptions/record.ts';
import type { Suppression } from './suppression.ts';

const PAGE = 1000;

/** A person with what is exported of them. */
export interface ExportedPerson {
  id: string;
  email: string;
  name: string | null;
  language: string | null;
  timezone: string | null;
  createdAt: Date;
  /** Null: mail is sent to the address. */
  suppressed: Pick<Suppression, 'reason' | 'createdAt' | 'detail'> | null;
  subscriptions: ExportedSubscription[];
}

/** A subscription with all its consents. */
export interface ExportedSubscription {
  slug: string;
  /** `none`: only the consents are left of it. */
  state: SubscriptionState | 'none';
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  format: Format | null;
  createdAt: Date | null;
  confirmedAt: Date | null;
  leftAt: Date | null;
  leaveReason: string | null;
  pausedUntil: Date | null;
  requested: Record<string, string | null> | null;
  consents: ExportedConsent[];
}

type ExportedConsent = Omit<ConsentRow, 'at'> & { at: string };

/**
 * All that is stored of the subscriptions that a filter is about, of all without one, as CSV. Erased subscribers are not in
 * it. Imported into a Gaceta without readers it gives the same ones back, and from there the same export.
 */
export async function* exportSubscribers(
  db: DbOrTransaction,
  filter: SubscriberFilter = {},
): AsyncGenerator<string> {
  yield stringify([csvColumns]);
  for await (const people of exportedPeople(db, filter))
    yield stringify(people.flatMap(linesOf).map((cells) => csvColumns.map((name) => cells[name])));
}

/**
 * The people a filter is about, by address, a thousand at a time: each page is a statement of its own, so that nothing
 * holds a snapshot while a slow reader takes the file.
 */
export async function* exportedPeople(
  db: DbOrTransaction,
  filter: SubscriberFilter,
): AsyncGenerator<ExportedPerson[]> {
  const conditions = await conditionsOf(db, filter);
  // not by id: an import gives ids in another order
  for (let after = ''; ; ) {
    const people = await db
      .selectFrom('subscribers as s')
      .leftJoin('suppressions as x', (join) =>
        join.onRef('x.addressHash', '=', 's.addressHash').on('x.held', '=', false),
      )
      .select(['s.id', 's.email', 's.name', 's.language', 's.timezone', 's.createdAt'])
      .select(['s.emailKey', 'x.reason', 'x.createdAt as suppressedAt', 'x.detail'])
      .where('s.emailKey', '>', after)
      .where(conditions.person)
      .orderBy('s.emailKey')
      .limit(PAGE)
      .execute();
    const last = people.at(-1);
    if (!last) return;
    const ids = people.map((person) => person.id);
    const subscriptions = await subscriptionsOf(db, ids, filter, conditions);
    yield people.map(({ emailKey, reason, suppressedAt, detail, ...person }) => ({
      ...person,
      email: person.email ?? emailKey ?? '',
      suppressed: reason && suppressedAt && { reason, createdAt: suppressedAt, detail },
      subscriptions: subscriptions.get(person.id) ?? [],
    }));
    after = last.emailKey ?? '';
  }
}

async function subscriptionsOf(
  db: DbOrTransaction,
  people: string[],
  { newsletter, state, section, scope = null }: SubscriberFilter,
  { subscription }: FilterConditions,
) {
  const namesSubscriptions = [newsletter, state, section].some((value) => value !== undefined);
  const { rows } = await sql<ExportedSubscription & { subscriberId: string }>`
    with place as (
      select subscriber_id, newsletter_id from subscriptions t
      where subscriber_id = any(${people}::bigint[]) and ${subscription('t')}
      union
      select subscriber_id, newsletter_id from consents c
      where subscriber_id = any(${people}::bigint[]) and ${!namesSubscriptions}
        and ${within(scope, 'c.newsletter_id')}
    )
    select p.subscriber_id, n.slug, coalesce(t.state, 'none') as state, t.frequency, t.hour, t.sections, t.format,
      t.created_at, t.confirmed_at, t.left_at, t.leave_reason, t.paused_until, t.requested, (
        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'action', c.action,
          'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'originAddress', c.origin_address, 'userAgent', c.user_agent, 'form', c.form,
          'wording', c.wording, 'wordingVersion', c.wording_version, 'detail', c.detail)) order by c.id), '[]')
        from consents c where c.subscriber_id = p.subscriber_id and c.newsletter_id = p.newsletter_id
      ) as consents
    from place p join newsletters n on n.id = p.newsletter_id
      left join subscriptions t on t.subscriber_id = p.subscriber_id and t.newsletter_id = p.newsletter_id
    order by n.slug`.execute(db);
  return Map.groupBy(rows, (row) => row.subscriberId);
}

type Line = Partial<Record<CsvColumn, string | null | undefined>>;

function linesOf(person: ExportedPerson): Line[] {
  const { suppressed } = person;
  const own: Line = {
    email: asCell(person.email),
    name: asCell(person.name),
    language: person.language,
    timezone: person.timezone,
    state: 'none',
    joined_at: person.createdAt.toISOString(),
    suppressed: suppressed?.reason,
    suppressed_at: suppressed?.createdAt.toISOString(),
    suppressed_detail: suppressed && asCell(suppressed.detail),
  };
  if (person.subscriptions.length === 0) return [own];
  return person.subscriptions.map((one) => ({ ...own, ...placeOf(one) }));
}

function placeOf(one: ExportedSubscription): Line {
  const given = givenConsent(one.consents);
  return {
    newsletter: one.slug,
    state: one.state,
    frequency: one.frequency,
    hour: one.hour,
    sections: one.sections?.join(';'),
    edition_content: one.format,
    confirmed_at: one.confirmedAt?.toISOString(),
    unsubscribed_at: one.leftAt?.toISOString(),
    paused_until: one.pausedUntil?.toISOString(),
    consent_source: one.confirmedAt && asCell(sourceOf(given)),
    consent_at: one.confirmedAt?.toISOString(),
    consents: one.consents.length > 0 ? JSON.stringify(one.consents) : '',
    consent_wording_version: given?.wordingVersion && asCell(given.wordingVersion),
    created_at: one.createdAt?.toISOString(),
    leave_reason: asCell(one.leaveReason),
    requested: one.requested && JSON.stringify(one.requested),
  };
}

/** The newest consent that was given. */
const givenConsent = (consents: ExportedConsent[]): ExportedConsent | undefined =>
  consents.findLast(({ action }) => action !== 'withdraw' && action !== 'request');

/** Where a consent came from, in words that an import takes: what an operator wrote, else the form. */
function sourceOf(given: ExportedConsent | undefined): string {
  const source = given?.detail?.source;
  return typeof source === 'string' ? source : (given?.form ?? 'confirmed');
}
