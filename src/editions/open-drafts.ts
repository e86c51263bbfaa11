import type { Db } from '../database/connection.ts';
import { type RestoredGap, restoredWords } from '../database/restored.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import { refreshDraft } from './compose.ts';
import { instantOf } from './due.ts';
import { lockEdition } from './freeze.ts';
import { type DueSlot, MADE_UP_FOR, type Slot, slotsDue } from './schedule.ts';

const DAY = 24 * 3_600_000;
const MINUTE = 60_000;

/**
 * The slots that still need `composeSlot`: without an edition, or with a draft made by hand that is not on the schedule.
 * Those that may have been sent before a restore are held, also those of the last day that are past making up for.
 */
export async function slotsToCompose(
  db: Db,
  newsletter: Newsletter,
  now: Date,
  gap?: RestoredGap,
): Promise<DueSlot[]> {
  const slots = gap ? slotsAfter(gap, newsletter, now) : slotsDue(newsletter, now);
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

function slotsAfter(gap: RestoredGap, newsletter: Newsletter, now: Date): DueSlot[] {
  const madeUpFrom = new Date(now.getTime() - MADE_UP_FOR);
  const unknownFrom = new Date(gap.since.getTime() - MADE_UP_FOR);
  return slotsDue(newsletter, now, DAY).flatMap((slot) => {
    const { sendAt } = slot;
    if (sendAt < madeUpFrom && (sendAt < unknownFrom || sendAt > gap.until)) return [];
    const held = couldBeSentBy(gap.until, newsletter, slot) ? restoredWords(gap.since) : undefined;
    return { ...slot, held };
  });
}

/** Whether an edition could be there at `moment`: made by the clock before its hour, or by hand on its date. None of a newsletter that came later. */
function couldBeSentBy(moment: Date, newsletter: Newsletter, { localDate, sendAt }: Slot): boolean {
  if (newsletter.createdAt > moment) return false;
  const composed = sendAt.getTime() - newsletter.reviewMinutes * MINUTE;
  const midnight = instantOf(localDate, '00:00', newsletter.timezone).getTime();
  return Math.min(composed, midnight) <= moment.getTime();
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
    .where((eb) => eb.or([eb('sendAt', '>', now), eb('heldBy', '=', 'restore')]))
    .execute();
  for (const { id } of drafts) {
    await db.transaction().execute(async (tx) => {
      const edition = await lockEdition(tx, id);
      const open = edition.state === 'draft' || edition.state === 'scheduled';
      if (open && !edition.touchedAt) await refreshDraft(tx, edition, now);
    });
  }
}
