import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';

/** How the public sign-up defends the inboxes of others. */
export const signUpSettingsSchema = z.strictObject({
  /** Whether addresses of throw-away services are refused. */
  refuseDisposable: z.boolean().default(true),
  /** Sign-ups from one network address in ten minutes: beyond the first a proof of work is asked, beyond the second they wait. */
  perOrigin: z.tuple([z.int().min(1), z.int().min(1)]).default([50, 500]),
  /** Sign-ups for addresses of one domain in an hour, before a proof of work is asked; and of one large provider. */
  perDomain: z.int().min(1).default(200),
  perProvider: z.int().min(1).default(3000),
  /** All sign-ups in an hour: beyond the first a proof of work is asked, beyond the second they wait. */
  inAll: z.tuple([z.int().min(1), z.int().min(1)]).default([5000, 50_000]),
  /** Sign-ups that end in one mailbox in a day (dots and +tags are the same mailbox); more send nothing. */
  perMailbox: z.int().min(1).default(5),
});
export type SignUpSettings = z.output<typeof signUpSettingsSchema>;

/** The settings, or what they are when nobody changed them. */
export async function getSignUpSettings(db: DbOrTransaction): Promise<SignUpSettings> {
  return (await getSetting(db, 'signUp', signUpSettingsSchema)) ?? signUpSettingsSchema.parse({});
}

/** Changes some of the settings. Throws ZodError. Running processes follow within seconds. */
export async function putSignUpSettings(
  tx: DbOrTransaction,
  changes: z.input<typeof signUpSettingsSchema>,
): Promise<void> {
  const settings = { ...(await getSignUpSettings(tx)), ...changes };
  await putSetting(tx, 'signUp', signUpSettingsSchema.parse(settings));
}
