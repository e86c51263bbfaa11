import type { DbOrTransaction } from '../database/connection.ts';

/** A consent text that a newsletter has or had, by language, since when. Empty: it took its own back. */
export interface Wording {
  version: string;
  wording: Record<string, string>;
  createdAt: Date;
}

/** Every consent text a newsletter ever had, newest first. */
export const listWordings = (db: DbOrTransaction, newsletterId: string): Promise<Wording[]> =>
  db
    .selectFrom('wordings')
    .select(['version', 'wording', 'createdAt'])
    .where('newsletterId', '=', newsletterId)
    .orderBy('createdAt', 'desc')
    .orderBy('version', 'desc')
    .limit(100)
    .execute();

/** Notes a new consent text, and answers its version: it names the newsletter and the day, and a number from the second of a day on. */
export async function addWording(
  tx: DbOrTransaction,
  newsletter: { id: string; slug: string; wordingVersion: string | null },
  wording: Record<string, string>,
  now: Date,
): Promise<string> {
  const version = versionAfter(newsletter, now);
  await tx
    .insertInto('wordings')
    .values({
      newsletterId: newsletter.id,
      version,
      wording: JSON.stringify(wording),
      createdAt: now,
    })
    .execute();
  return version;
}

function versionAfter(
  { slug, wordingVersion }: { slug: string; wordingVersion: string | null },
  now: Date,
): string {
  const day = `${slug}/${now.toISOString().slice(0, 10)}`;
  if (!wordingVersion?.startsWith(day)) return day;
  return `${day}.${Number(wordingVersion.slice(day.length + 1) || 1) + 1}`;
}
