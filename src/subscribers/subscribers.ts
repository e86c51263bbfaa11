import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { SubscriptionState } from '../database/tables.ts';
import { type Subscriber, subscriberRows } from './api-shape.ts';
import { SubscriberNotFound } from './errors.ts';

export interface SubscriberFilter {
  limit: number;
  /** The id to go on after. */
  after?: string | undefined;
  /** The compared form of one address. */
  emailKey?: string | undefined;
  /** A slug; with `state`, only subscriptions of that state count. */
  newsletter?: string | undefined;
  state?: SubscriptionState | undefined;
  /** Those who have a subscription to one of these newsletters, with these subscriptions alone. */
  scope?: Scope;
}

/** Subscribers by id, a page at a time. */
export async function listSubscribers(
  db: DbOrTransaction,
  { limit, after, emailKey, newsletter, state, scope }: SubscriberFilter,
): Promise<{ data: Subscriber[]; next: string | null }> {
  let query = subscriberRows(db, scope)
    .where('s.erasedAt', 'is', null)
    .orderBy('s.id')
    .limit(limit + 1);
  if (after !== undefined) query = query.where('s.id', '>', after);
  if (emailKey !== undefined) query = query.where('s.emailKey', '=', emailKey);
  if (newsletter !== undefined || state !== undefined)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('subscriptions as f')
          .innerJoin('newsletters as m', 'm.id', 'f.newsletterId')
          .select('f.state')
          .whereRef('f.subscriberId', '=', 's.id')
          .where(within(scope ?? null, 'f.newsletterId'))
          .$if(newsletter !== undefined, (q) => q.where('m.slug', '=', newsletter ?? ''))
          .$if(state !== undefined, (q) => q.where('f.state', '=', state ?? 'active')),
      ),
    );
  const rows = await query.execute();
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** One subscriber; also one who was erased, of whom only the id is left. Throws SubscriberNotFound. */
export async function getSubscriber(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Subscriber> {
  const row = await subscriberRows(db, scope).where('s.id', '=', id).executeTakeFirst();
  if (!row) throw new SubscriberNotFound(id);
  return row;
}
