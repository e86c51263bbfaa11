import { complaintDays, isAbove } from '../../bounces/complaint-days.ts';
import type { Db } from '../../database/connection.ts';
import { getSendingRules } from '../../newsletters/sending-rules.ts';
import type { Finding } from './causes.ts';

/** Days on which more readers of a newsletter complained than receivers put up with, and newsletters that are held for it. */
export async function complainedOf(db: Db, now: Date): Promise<Finding[]> {
  const { complaintsTell } = await getSendingRules(db);
  const days = await complaintDays(db, now);
  const told = days
    .filter((one) => isAbove(complaintsTell, one.complaints, one))
    .map(
      ({ newsletterId, slug, title, day, complaints, sent }): Finding => ({
        cause: 'complaints',
        subject: `newsletter ${slug} ${day}`,
        newsletterId,
        detail: 'complaints',
        facts: { newsletter: title, day, count: complaints, sent },
        graceMs: 0,
      }),
    );
  return [...told, ...(await heldNewsletters(db))];
}

async function heldNewsletters(db: Db): Promise<Finding[]> {
  const held = await db
    .selectFrom('newsletters')
    .select(['id', 'slug', 'title', 'complaintsHeldAt'])
    .where('complaintsHeldAt', 'is not', null)
    .execute();
  return held.map(({ id, slug, title, complaintsHeldAt }) => ({
    cause: 'held',
    subject: `newsletter ${slug}`,
    newsletterId: id,
    detail: 'held',
    facts: { newsletter: title },
    ...(complaintsHeldAt && { since: complaintsHeldAt }),
    graceMs: 0,
  }));
}
