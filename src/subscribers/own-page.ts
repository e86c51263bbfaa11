import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Format, Frequency, Kind, SubscriptionState } from '../database/tables.ts';
import { addressMark } from './links.ts';

/** A subscriber with all their subscriptions, as their own pages show them. */
export interface Reader {
  id: string;
  email: string;
  /** Of the present address; see `addressMark`. */
  addressMark: string;
  /** How often it was changed; see `isCurrent`. */
  addressChanges: number;
  name: string | null;
  language: string | null;
  timezone: string | null;
  subscriptions: ReaderSubscription[];
}

export interface ReaderSubscription {
  newsletterId: string;
  slug: string;
  title: string;
  description: string;
  language: string;
  timezone: string;
  sendAt: string;
  kinds: Kind[];
  offered: { slug: string; title: string }[];
  state: SubscriptionState;
  frequency: Frequency;
  hour: string | null;
  sections: string[] | null;
  format: Format;
  pausedUntil: Date | null;
  activeFrom: Date | null;
  leftAt: Date | null;
}

/** The subscriber of a token; undefined once they were erased or forgotten. */
export async function readerOf(db: DbOrTransaction, id: string): Promise<Reader | undefined> {
  const [person, subscriptions] = await Promise.all([
    db
      .selectFrom('subscribers')
      .select(['id', 'email', 'addressHash', 'addressChanges', 'name', 'language', 'timezone'])
      .where('id', '=', id)
      .where('erasedAt', 'is', null)
      .executeTakeFirst(),
    db
      .selectFrom('subscriptions as t')
      .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
      .select([
        't.newsletterId',
        'n.slug',
        'n.title',
        'n.description',
        'n.language',
        'n.timezone',
        'n.sendAt',
        'n.kinds',
        't.state',
        't.frequency',
        't.hour',
        't.sections',
        't.format',
        't.pausedUntil',
        't.activeFrom',
        't.leftAt',
        sql<{ slug: string; title: string }[]>`(
          select coalesce(jsonb_agg(jsonb_build_object('slug', slug, 'title', title)
            order by position), '[]')
          from sections where newsletter_id = n.id)`.as('offered'),
      ])
      .where('t.subscriberId', '=', id)
      .orderBy('t.newsletterId')
      .execute(),
  ]);
  if (!person || person.email === null) return undefined;
  const { email, addressHash, ...rest } = person;
  return {
    ...rest,
    email,
    addressMark: addressHash ? addressMark(addressHash) : '',
    subscriptions,
  };
}
