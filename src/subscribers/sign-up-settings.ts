import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';

const inOrder = ([first, second]: [number, number]) => first <= second;
const limit = z.int('a whole number').min(1, 'from 1 on');
// one object for both: what they say stands beside the second field of a form
const limits = z
  .tuple([limit, limit])
  .refine(inOrder, { error: 'not less than the first', path: [1] });

/** Letters that one mailbox may get in a day, of all that ask an address which has not consented. */
export const defaultLettersAMailbox = 5;

/** What the public sign-up says, and how it defends the inboxes of others. */
export const signUpSettingsSchema = z.strictObject({
  /**
   * The newsroom's own sentence of consent by language, `{{newsroom}}` for its name; a language without one
   * has the house's.
   */
  wording: z
    .record(z.string(), z.string().trim().min(1, 'must not be empty').max(1000, 'at most 1000'))
    .default({}),
  /** Kept with every consent to a wording of the newsroom's own; another wording is another version. */
  wordingVersion: z.string().nullable().default(null),
  /** Whether each sign-up needs a proof of work, or only those beyond the limits below. */
  proof: z.enum(['unusual', 'always']).default('unusual'),
  /** Whether addresses of throw-away services are refused. */
  refuseDisposable: z.boolean().default(true),
  /** Sign-ups from one network address in ten minutes: beyond the first a proof of work is asked, beyond the second they wait. */
  perOrigin: limits.default([50, 500]),
  /** Sign-ups for addresses of one domain in an hour, before a proof of work is asked; and of one large provider. */
  perDomain: limit.default(200),
  perProvider: limit.default(3000),
  /** All sign-ups in an hour: beyond the first a proof of work is asked, beyond the second who has none waits the hour out. */
  inAll: limits.default([5000, 50_000]),
  /** Sign-ups that end in one mailbox in a day (dots and +tags are the same mailbox); more send nothing. */
  perMailbox: limit.default(defaultLettersAMailbox),
});
export type SignUpSettings = z.output<typeof signUpSettingsSchema>;

/** The settings, or what they are when nobody changed them. */
export async function getSignUpSettings(db: DbOrTransaction): Promise<SignUpSettings> {
  return (await getSetting(db, 'signUp', signUpSettingsSchema)) ?? signUpSettingsSchema.parse({});
}

/** What may be changed: the version follows the wording. */
export const signUpChanges = signUpSettingsSchema.omit({ wordingVersion: true }).partial();
export type SignUpChanges = z.input<typeof signUpChanges>;

/** Changes some of the settings. Throws ZodError. Running processes follow within seconds. */
export async function putSignUpSettings(
  tx: DbOrTransaction,
  changes: SignUpChanges,
): Promise<SignUpSettings> {
  const before = await getSignUpSettings(tx);
  const after = signUpSettingsSchema.parse({ ...before, ...changes });
  if (!isDeepStrictEqual(after.wording, before.wording))
    after.wordingVersion = versionAfter(before.wordingVersion, new Date());
  await putSetting(tx, 'signUp', after);
  return after;
}

/** `2026-11-24`, and `2026-11-24.2` for the second wording of a day. */
function versionAfter(before: string | null, now: Date): string {
  const day = now.toISOString().slice(0, 10);
  if (!before?.startsWith(day)) return day;
  return `${day}.${Number(before.slice(day.length + 1) || 1) + 1}`;
}
