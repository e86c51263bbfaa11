import { sql } from 'kysely';
import type { Db, DbOrTransaction } from '../../database/connection.ts';
import { withoutRequest } from '../../subscribers/consent-evidence.ts';
import { endSubscriptions } from '../../subscribers/subscriptions/end.ts';
import { suppress } from '../../subscribers/suppression.ts';
import type { Subject } from '../../subscribers/tokens.ts';
import { takeCameBack } from '../came-back.ts';
import type { ClassifiedRecipient } from '../classify.ts';
import { isComplaint, MOST_WORDS } from '../follow.ts';
import { onList } from '../on-list.ts';
import { verdictOn } from '../verdict.ts';
import type { ProviderEvent } from './event.ts';
import { type Knowing, whoIs } from './who.ts';

export interface Taking extends Knowing {
  db: Db;
  now(): Date;
  log: { error(facts: object, words: string): void };
}

const MOST_TRIES = 5;

interface Kept {
  provider: string;
  eventId: string;
  event: ProviderEvent;
  signed: boolean;
}

/**
 * Takes the oldest event that was written down and not followed yet, in a transaction of its own; false where there is
 * none. What it told is forgotten with that; its id stays, so that one told again does nothing.
 */
export async function takeEvent(context: Taking): Promise<boolean> {
  const { db, log } = context;
  let taken: Kept | undefined;
  try {
    await db.transaction().execute(async (tx) => {
      const { rows } = await sql<Kept>`
        select provider, event_id, event, signed from hook_events
        where taken_at is null and tries < ${MOST_TRIES}
        order by at limit 1 for update skip locked`.execute(tx);
      taken = rows[0];
      if (!taken) return;
      await followEvent(tx, context, taken);
      await sql`
        update hook_events set taken_at = now(), event = '{}'
        where provider = ${taken.provider} and event_id = ${taken.eventId}`.execute(tx);
    });
  } catch (error) {
    if (!taken) throw error;
    const { provider, eventId } = taken;
    log.error({ err: error, provider, event: eventId }, 'a provider’s event could not be taken');
    await sql`
      update hook_events set tries = tries + 1
      where provider = ${provider} and event_id = ${eventId}`.execute(db);
  }
  return taken !== undefined;
}

async function followEvent(
  tx: DbOrTransaction,
  context: Taking,
  { provider, event, signed }: Kept,
): Promise<void> {
  const { subject, addressHash } = await whoIs(tx, context, event, signed);
  const verdict = verdictFor(event);
  if (subject) await takeFor(tx, subject, { provider, event, verdict }, context.now());
  else if (addressHash && isFinal(event, verdict))
    // nobody's now: whoever signs up with it would be mailed in vain
    await suppress(tx, addressHash, {
      reason: event.kind === 'complaint' ? 'complaint' : reasonOf(event, verdict),
      detail: event.words.slice(0, MOST_WORDS),
    });
}

async function takeFor(
  tx: DbOrTransaction,
  subject: Subject,
  { provider, event, verdict }: { provider: string; event: ProviderEvent; verdict: Verdict },
  now: Date,
): Promise<void> {
  const { kind, words } = event;
  if (kind !== 'unsubscribe') {
    await takeCameBack(tx, { kind, source: provider, subject, verdict, words }, now);
    return;
  }
  const edition = await tx
    .selectFrom('editions')
    .select('newsletterId')
    .where('id', '=', subject.edition ?? null)
    .executeTakeFirst();
  const newsletter = subject.newsletter ?? edition?.newsletterId;
  const evidence = withoutRequest('provider');
  const { subscriber, edition: by } = subject;
  await endSubscriptions(tx, [{ subscriber, newsletter, edition: by, evidence }], now);
}

type Verdict = Omit<ClassifiedRecipient, 'address'>;

/** By the rules that reports are read by; where the words say nothing, the provider is believed. */
function verdictFor({ kind, status, code, words, invalid }: ProviderEvent): Verdict {
  const said = { status: status ?? null };
  if (kind === 'complaint') return { ...said, hard: false, reason: words.toLowerCase() };
  if (kind === 'suppressed') return { ...said, hard: true, reason: onList(words) };
  const verdict = verdictOn({ status, code, words, ...(invalid && { phase: 'rcpt' as const }) });
  return invalid && verdict.reason === 'other'
    ? { ...said, hard: true, reason: 'unknown-user' }
    : { ...said, ...verdict };
}

const isFinal = ({ kind }: ProviderEvent, { hard, reason }: Verdict): boolean =>
  kind === 'complaint' ? isComplaint(reason) : kind !== 'unsubscribe' && hard;

const reasonOf = ({ kind }: ProviderEvent, { reason }: Verdict) =>
  kind === 'bounce' ? 'bounce' : reason === 'complaint' ? 'complaint' : 'provider';
