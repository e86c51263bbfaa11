import { sql } from 'kysely';
import { z } from 'zod';
import { writeNotices } from '../text/notice.ts';
import type { DbOrTransaction } from './connection.ts';

/**
 * The time that a restored or copied database knows nothing of: what it was made of may have sent until this one began
 * to work.
 */
export interface RestoredGap {
  since: Date;
  until: Date;
}

export const RESTORED = 'restored';
const gapSchema = z.object({ since: z.coerce.date(), until: z.coerce.date() });

/** Why an edition is held that may have been sent within such a gap. */
export const restoredWords = (since: Date): string =>
  writeNotices({ code: 'restored', values: { since: since.toISOString() } });

/**
 * The gap of this database; undefined where it was never restored. It ends when a worker first asks, since the other
 * one may have gone on sending after the restore.
 */
export async function restoredGap(
  db: DbOrTransaction,
  now: Date,
): Promise<RestoredGap | undefined> {
  const { rows } = await sql<{ value: unknown }>`
    select value from settings where key = ${RESTORED}`.execute(db);
  const [found] = rows;
  if (!found) return undefined;
  const gap = gapSchema.safeParse(found.value);
  if (gap.success) return gap.data;
  const { rows: ended } = await sql<{ value: unknown }>`
    update settings set updated_at = now(),
      value = value || jsonb_build_object('until', coalesce(value->>'until', ${now.toISOString()}::text))
    where key = ${RESTORED} returning value`.execute(db);
  return gapSchema.parse(ended[0]?.value);
}
