import type { DbOrTransaction } from '../database/connection.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { type Consent, consentsOf } from '../subscribers/consents.ts';
import { getSubscriber } from '../subscribers/subscribers.ts';

/** Everything that is held about one person, for that person. */
export interface PersonalData {
  subscriber: Subscriber;
  /** Why they unsubscribed, in their words, by newsletter. */
  reasons: { newsletter: string; reason: string }[];
  /** What sign-ups that wait for a confirmation say of them. */
  pending: Awaited<ReturnType<typeof pendingOf>>;
  consents: Consent[];
  deliveries: Awaited<ReturnType<typeof deliveriesOf>>;
  /** What relays answered about messages to them. */
  answers: Awaited<ReturnType<typeof answersOf>>;
  /** Bounces and complaints about messages to them. */
  bounces: Awaited<ReturnType<typeof bouncesOf>>;
  letters: Awaited<ReturnType<typeof lettersOf>>;
  /** What they wrote to the newsroom, as it came. */
  replies: Awaited<ReturnType<typeof repliesOf>>;
  /** When they last did something, when they were asked whether to go on, and since when they rest. */
  signsOfLife: { seenAt: Date | null; askedAt: Date | null; restedAt: Date | null } | null;
  suppressed: { reason: string; since: Date } | null;
}

/** Collects it. Throws SubscriberNotFound. */
export async function personalData(
  db: DbOrTransaction,
  subscriberId: string,
): Promise<PersonalData> {
  const subscriber = await getSubscriber(db, subscriberId);
  return {
    subscriber,
    reasons: await reasonsOf(db, subscriberId),
    pending: await pendingOf(db, subscriberId),
    consents: await consentsOf(db, subscriberId),
    deliveries: await deliveriesOf(db, subscriberId),
    answers: await answersOf(db, subscriberId),
    bounces: await bouncesOf(db, subscriberId),
    letters: await lettersOf(db, subscriberId),
    replies: await repliesOf(db, subscriberId),
    signsOfLife: (await signsOfLifeOf(db, subscriberId)) ?? null,
    suppressed: (await suppressionOf(db, subscriberId)) ?? null,
  };
}

const reasonsOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('subscriptions as t')
    .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
    .select(['n.slug as newsletter', 't.leaveReason as reason'])
    .where('t.subscriberId', '=', id)
    .where('t.leaveReason', 'is not', null)
    .$narrowType<{ reason: string }>()
    .execute();

const pendingOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('subscriptions as t')
    .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
    .select(['n.slug as newsletter', 't.createdAt as requestedAt', 't.requested'])
    .where('t.subscriberId', '=', id)
    .where('t.state', '=', 'pending')
    .execute();

const deliveriesOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('deliveries as d')
    .innerJoin('editions as e', 'e.id', 'd.editionId')
    .innerJoin('newsletters as n', 'n.id', 'e.newsletterId')
    .select(['n.slug as newsletter', 'e.number', 'e.kind', 'd.state', 'd.reason', 'd.answer'])
    .select(['d.sentAt', 'd.dueAt'])
    .where('d.subscriberId', '=', id)
    .orderBy('d.editionId')
    .execute();

const answersOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('deliveryEvents')
    .select(['at', 'phase', 'code', 'enhanced', 'reply'])
    .where('subscriberId', '=', id)
    .orderBy('id')
    .execute();

const bouncesOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('bounces')
    .select(['at', 'kind', 'hard', 'reason', 'status', 'words', 'suppressed'])
    .where('subscriberId', '=', id)
    .orderBy('id')
    .execute();

const lettersOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('letters')
    .select(['kind', 'email', 'language', 'content', 'state', 'createdAt', 'sentAt'])
    .where('subscriberId', '=', id)
    .orderBy('id')
    .execute();

const repliesOf = async (db: DbOrTransaction, id: string) => {
  const rows = await db
    .selectFrom('replies as r')
    .innerJoin('newsletters as n', 'n.id', 'r.newsletterId')
    .select(['r.at', 'n.slug as newsletter', 'r.message'])
    .where('r.subscriberId', '=', id)
    .orderBy('r.id')
    .execute();
  return rows.map(({ message, ...row }) => ({ ...row, message: message.toString() }));
};

const signsOfLifeOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('signsOfLife')
    .select(['seenAt', 'askedAt', 'restedAt'])
    .where('subscriberId', '=', id)
    .executeTakeFirst();

const suppressionOf = (db: DbOrTransaction, id: string) =>
  db
    .selectFrom('suppressions as x')
    .innerJoin('subscribers as s', 's.addressHash', 'x.addressHash')
    .select(['x.reason', 'x.createdAt as since'])
    .where('s.id', '=', id)
    .executeTakeFirst();
