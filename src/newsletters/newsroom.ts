import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { filledLineSchema } from '../text/one-line.ts';
import { logoAddress } from './settings.ts';

/** What the newsroom puts on its pages and mails. */
export const newsroomSchema = z.strictObject({
  name: filledLineSchema(100),
  /** `#rrggbb`; null: the house's own. */
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'a colour is written #rrggbb')
    .nullable(),
  /** A web address, or the path of an uploaded picture. */
  logo: logoAddress,
  /** Shown at the foot of every digest; null: POSTAL_ADDRESS. */
  postalAddress: z.string().trim().max(500).nullable(),
  /** Who gets what readers write to a reply address of ours, separated by commas; none: those of ALERT_TO, or the owners. */
  repliesTo: z
    .string()
    .trim()
    .max(1000)
    .regex(
      /^[^\s,@<>]+@[^\s,@<>]+(?:\s*,\s*[^\s,@<>]+@[^\s,@<>]+)*$/,
      'email addresses, separated by commas',
    )
    .nullable()
    .default(null),
});
export type Newsroom = z.infer<typeof newsroomSchema>;

const unnamed: Newsroom = {
  name: 'Gaceta',
  colour: null,
  logo: null,
  postalAddress: null,
  repliesTo: null,
};

/** The newsroom's settings; a house without a name until somebody gives it one. */
export async function getNewsroom(db: DbOrTransaction): Promise<Newsroom> {
  return (await getSetting(db, 'newsroom', newsroomSchema)) ?? unnamed;
}

/** Replaces the newsroom's settings. Throws ZodError when they have another form. */
export async function putNewsroom(
  tx: DbOrTransaction,
  newsroom: z.input<typeof newsroomSchema>,
): Promise<void> {
  await putSetting(tx, 'newsroom', newsroomSchema.parse(newsroom));
}

/** Whether somebody gave it a name, and an address to put at the foot of each mail; `fallback` is POSTAL_ADDRESS. */
export async function isNamed(db: DbOrTransaction, fallback: string | null): Promise<boolean> {
  const { name, postalAddress } = await getNewsroom(db);
  return name !== unnamed.name && Boolean(postalAddress ?? fallback);
}
