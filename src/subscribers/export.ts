import { stringify } from 'csv-stringify/sync';
import type { DbOrTransaction } from '../database/connection.ts';

const PAGE = 1000;
const header = [
  'email',
  'name',
  'language',
  'timezone',
  'newsletter',
  'state',
  'frequency',
  'hour',
  'sections',
  'confirmed_at',
  'unsubscribed_at',
];

/**
 * All subscriptions as CSV, a thousand subscribers at a time: each page is a statement of its own, so that
 * nothing holds a snapshot while a slow reader takes the file. Erased subscribers are not in it.
 */
export async function* exportSubscribers(
  db: DbOrTransaction,
  { newsletter }: { newsletter?: string | undefined } = {},
): AsyncGenerator<string> {
  yield stringify([header]);
  for (let after = '0'; ; ) {
    const people = await db
      .selectFrom('subscribers')
      .select(['id', 'email', 'name', 'language', 'timezone'])
      .where('id', '>', after)
      .where('erasedAt', 'is', null)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = people.at(-1);
    if (!last) return;
    const places = await placesOf(
      db,
      people.map((person) => person.id),
      newsletter,
    );
    yield stringify(
      people.flatMap((person) =>
        (places.get(person.id) ?? []).map((place) => [
          plain(person.email),
          plain(person.name),
          person.language,
          person.timezone,
          place.slug,
          place.state,
          place.frequency,
          place.hour,
          place.sections?.join(';'),
          place.confirmedAt?.toISOString(),
          place.state === 'unsubscribed' ? place.leftAt?.toISOString() : '',
        ]),
      ),
    );
    after = last.id;
  }
}

async function placesOf(
  db: DbOrTransaction,
  subscribers: string[],
  newsletter: string | undefined,
) {
  const rows = await db
    .selectFrom('subscriptions as t')
    .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
    .select(['t.subscriberId', 'n.slug', 't.state', 't.frequency', 't.hour', 't.sections'])
    .select(['t.confirmedAt', 't.leftAt'])
    .where('t.subscriberId', 'in', subscribers)
    .$if(newsletter !== undefined, (query) => query.where('n.slug', '=', newsletter ?? ''))
    .orderBy('n.id')
    .execute();
  return Map.groupBy(rows, (row) => row.subscriberId);
}

/** What a spreadsheet would run as a formula gets a ' before it; the import takes that off again. */
const plain = (text: string | null) => (text && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
