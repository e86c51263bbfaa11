import type { Db } from '../database/connection.ts';
import type { EditionState, Kind } from '../database/tables.ts';
import { frequenciesOf } from '../editions/frequencies.ts';
import { slotsAhead } from '../editions/next-slot.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import { readerCounts } from './reader-counts.ts';

/** What a newsletter sends next. */
export interface NextEdition {
  newsletter: Newsletter;
  /** Null: nothing is planned for the coming week. */
  next: {
    kind: Kind;
    sendAt: Date;
    /** What has been composed for it; null: it will be. */
    edition: { id: string; number: number; state: EditionState; subject: string } | null;
    readers: number;
  } | null;
}

/** The next edition of each of these newsletters: what is scheduled, else what its days and its hour ask for. */
export async function nextEditions(
  db: Db,
  newsletters: Newsletter[],
  now: Date,
): Promise<NextEdition[]> {
  if (newsletters.length === 0) return [];
  const yesterday = new Date(now.getTime() - 48 * 3_600_000).toISOString().slice(0, 10);
  const [readers, editions] = await Promise.all([
    readerCounts(db),
    db
      .selectFrom('editions')
      .select(['id', 'newsletterId', 'number', 'kind', 'localDate', 'state', 'sendAt', 'subject'])
      .where(
        'newsletterId',
        'in',
        newsletters.map(({ id }) => id),
      )
      .where((eb) => eb.or([eb('localDate', '>=', yesterday), eb('sendAt', '>', now)]))
      .orderBy('sendAt')
      .execute(),
  ]);
  return newsletters.map((newsletter) => {
    const own = editions.filter(({ newsletterId }) => newsletterId === newsletter.id);
    const planned = own.find(
      ({ state, sendAt }) => (state === 'draft' || state === 'scheduled') && sendAt && sendAt > now,
    );
    // one that has gone already, was cancelled or taken off the schedule is not next
    const free = slotsAhead(newsletter, now).find(
      (slot) => !own.some((one) => one.kind === slot.kind && one.localDate === slot.localDate),
    );
    const to = (kind: Kind, localDate: string) => {
      const counts = readers.get(newsletter.id) ?? {};
      return frequenciesOf(kind, localDate, newsletter.kinds).reduce(
        (sum, frequency) => sum + (counts[frequency] ?? 0),
        0,
      );
    };
    if (planned?.sendAt && (!free || planned.sendAt <= free.sendAt)) {
      const { id, number, state, subject, kind, localDate, sendAt } = planned;
      const edition = { id, number, state, subject };
      return { newsletter, next: { kind, sendAt, edition, readers: to(kind, localDate) } };
    }
    if (!free) return { newsletter, next: null };
    const { kind, localDate, sendAt } = free;
    return { newsletter, next: { kind, sendAt, edition: null, readers: to(kind, localDate) } };
  });
}
