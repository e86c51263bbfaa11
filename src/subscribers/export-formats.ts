import { stringify } from 'csv-stringify/sync';
import type { DbOrTransaction } from '../database/connection.ts';
import { asCell } from './csv-cell.ts';
import { type ExportedPerson, exportedPeople, exportSubscribers } from './export.ts';
import type { SubscriberFilter } from './filter.ts';

/** `gaceta` is all that is stored; the others are what the importer of that name reads. */
export const exportFormats = ['gaceta', 'listmonk', 'ghost'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The readers of a filter as CSV. */
export function exportAs(
  db: DbOrTransaction,
  filter: SubscriberFilter,
  format: ExportFormat = 'gaceta',
): AsyncGenerator<string> {
  if (format === 'gaceta') return exportSubscribers(db, filter);
  return format === 'listmonk' ? forListmonk(db, filter) : forGhost(db, filter);
}

/**
 * For listmonk's importer (`email,name,attributes`), which gives all lines of a file one state: without a filter by state
 * those who receive something. Who is suppressed comes with the filter `suppressed` alone: for its blocklist.
 */
async function* forListmonk(
  db: DbOrTransaction,
  { state = 'active', suppressed = false, ...filter }: SubscriberFilter,
): AsyncGenerator<string> {
  yield stringify([['email', 'name', 'attributes']]);
  const wanted = suppressed ? { ...filter, suppressed } : { ...filter, state, suppressed };
  for await (const people of exportedPeople(db, wanted))
    yield stringify(
      people.map((person) => [asCell(person.email), asCell(person.name), attributesOf(person)]),
    );
}

function attributesOf({ language, timezone, suppressed, subscriptions }: ExportedPerson): string {
  const newsletters = subscriptions.map((one) => {
    const { slug, state, frequency, hour, sections, confirmedAt, leftAt } = one;
    return {
      newsletter: slug,
      state,
      frequency,
      hour,
      sections,
      confirmedAt,
      unsubscribedAt: leftAt,
    };
  });
  return JSON.stringify({
    language,
    timezone,
    suppressed: suppressed?.reason ?? null,
    newsletters,
  });
}

/**
 * For Ghost's importer of members. Who receives nothing, or is suppressed, comes as a member who gets no emails; who never
 * confirmed stays away, since Ghost would ask nobody. The newsletters are labels.
 */
async function* forGhost(db: DbOrTransaction, filter: SubscriberFilter): AsyncGenerator<string> {
  yield stringify([
    [
      'email',
      'name',
      'note',
      'subscribed_to_emails',
      'complimentary_plan',
      'stripe_customer_id',
      'created_at',
      'labels',
    ],
  ]);
  for await (const people of exportedPeople(db, filter)) {
    const members = people.filter(({ subscriptions }) =>
      subscriptions.some(({ state }) => state === 'active' || state === 'unsubscribed'),
    );
    yield stringify(members.map(memberOf));
  }
}

const LONGEST_NOTE = 2000;

function memberOf({ email, name, createdAt, suppressed, subscriptions }: ExportedPerson) {
  const active = subscriptions.filter(({ state }) => state === 'active');
  const note = subscriptions
    .flatMap(({ slug, confirmedAt, leftAt }) => [
      ...(confirmedAt ? [`${slug}: confirmed ${confirmedAt.toISOString()}`] : []),
      ...(leftAt ? [`${slug}: unsubscribed ${leftAt.toISOString()}`] : []),
    ])
    .join('; ');
  return [
    asCell(email),
    asCell(name),
    note.slice(0, LONGEST_NOTE),
    String(active.length > 0 && suppressed === null),
    '',
    '',
    createdAt.toISOString(),
    active.map(({ slug }) => slug).join(','),
  ];
}
