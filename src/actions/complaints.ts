import { sql } from 'kysely';
import { type ComplaintDay, complaintDays, isAbove } from '../bounces/complaint-days.ts';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { resumeEdition } from '../deliveries/control.ts';
import type { RangeTicket } from '../deliveries/tickets.ts';
import { leaveToOperators, pauseForComplaints } from '../editions/transitions.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter, type Newsletter } from '../newsletters/newsletters.ts';
import { getSendingRules } from '../newsletters/sending-rules.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Done } from './commit.ts';

/**
 * Holds newsletters that more readers of a day complained of than the rules allow, until somebody decides: what is being
 * sent of them is paused, nothing new starts. Of any number of processes that look one holds each. Returns the
 * newsletters that it held.
 */
export async function holdComplainedOf(db: Db, now: Date): Promise<ComplaintDay[]> {
  const rules = await getSendingRules(db);
  const over = (await complaintDays(db, now)).filter(
    (one) =>
      one.heldAt === null &&
      one.undecided >= rules.complaintsAtLeast &&
      isAbove(rules.complaintsHold, one.undecided, one),
  );
  return db.transaction().execute(async (tx) => {
    const held: ComplaintDay[] = [];
    for (const one of over) {
      const { numUpdatedRows } = await tx
        .updateTable('newsletters')
        .set({ complaintsHeldAt: now })
        .where('id', '=', one.newsletterId)
        .where('complaintsHeldAt', 'is', null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) continue;
      const { slug, day, undecided, sent } = one;
      const detail = { day, complaints: undecided, sent };
      await audit(tx, { kind: 'system' }, 'hold', `newsletter ${slug}`, detail);
      held.push(one);
    }
    // also what was started at the very moment that its newsletter was held
    for (const id of await pauseForComplaints(tx))
      await audit(tx, { kind: 'system' }, 'pause', `edition ${id}`, { heldBy: 'complaints' });
    return held;
  });
}

/**
 * Lets a newsletter go out again that complaints held, with a word on what was decided, which the audit keeps. The same
 * complaints hold it no more. Editions that had begun go on with `resume`; without it they stay paused until somebody
 * resumes or cancels them. Done before, it changes nothing. Throws NewsletterNotFound.
 */
export async function releaseNewsletter(
  tx: DbOrTransaction,
  actor: Actor,
  slug: string,
  { reason, resume }: { reason: string; resume: boolean },
): Promise<Done<{ newsletter: Newsletter; editions: string[] }>> {
  const { rows } = await sql<{ id: string }>`
    update newsletters set complaints_held_at = null,
      complaints_decided = (select coalesce(max(id), 0) from bounces where kind = 'complaint')
    where slug = ${slug} and complaints_held_at is not null
    returning id`.execute(tx);
  const newsletter = await getNewsletter(tx, slug);
  if (!newsletter) throw new NewsletterNotFound(slug);
  if (!rows[0]) return { value: { newsletter, editions: [] } };
  const editions = await leaveToOperators(tx, newsletter.id);
  await audit(tx, actor, 'release', `newsletter ${slug}`, { reason, resume, editions });
  const tickets: RangeTicket[] = [];
  if (resume)
    for (const id of editions) {
      const resumed = await resumeEdition(tx, id);
      tickets.push(...resumed.tickets);
      await audit(tx, actor, 'resume', `edition ${id}`);
    }
  return {
    value: { newsletter, editions },
    enqueue: (queues) => queues.enqueueRanges(tickets),
  };
}
