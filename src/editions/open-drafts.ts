import type { Db } from '../database/connection.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import { refreshDraft } from './compose.ts';
import { lockEdition } from './freeze.ts';
import { type Slot, slotsDue } from './schedule.ts';

/** The slots that still need `composeSlot`: without an edition, or with a draft made by hand that is not on the schedule. */
export async function slotsToCompose(db: Db, newsletter: Newsletter, now: Date): Promise<Slot[]> {
  const slots = slotsDue(newsletter, now);
  if (slots.length === 0) return [];
  const editions = await db
    .selectFrom('editions')
    .select(['kind', 'localDate', 'state', 'sendAt', 'heldBy', 'createdAt'])
    .where('newsletterId', '=', newsletter.id)
    .where(
      'localDate',
      'in',
      slots.map((slot) => slot.localDate),
    )
    .execute();
  return slots.filter((slot) => {
    const edition = editions.find(
      ({ kind, localDate }) => kind === slot.kind && localDate === slot.localDate,
    );
    if (!edition) return true;
    const { state, sendAt, heldBy, createdAt } = edition;
    return state === 'draft' && !sendAt && !heldBy && createdAt < slot.sendAt;
  });
}

/**
 * Takes what has come since into the scheduled drafts that nobody touched, so that editors see what
 * will go. The freeze does so once more.
 */
export async function refreshDrafts(db: Db, now: Date): Promise<void> {
  const drafts = await db
    .selectFrom('editions')
    .select('id')
    .where('state', 'in', ['draft', 'scheduled'])
    .where('touchedAt', 'is', null)
    .where('sendAt', '>', now)
    .execute();
  for (const { id } of drafts) {
    await db.transaction().execute(async (tx) => {
      const edition = await lockEdition(tx, id);
      const open = edition.state === 'draft' || edition.state === 'scheduled';
      if (open && !edition.touchedAt) await refreshDraft(tx, edition, now);
    });
  }
}
