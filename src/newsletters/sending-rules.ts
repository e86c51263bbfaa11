import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';

const days = z.int('a whole number').min(1, 'from 1 on').max(365, 'at most 365');
const share = z.number('a number').min(0.01, 'from 0.01 on').max(100, 'at most 100');

/** When nothing more is sent: to readers whose messages come back, who complain, or who give no sign of life. */
export const sendingRulesSchema = z.strictObject({
  softDays: days
    .default(5)
    .meta({ description: 'Temporary bounces on so many days count as a final one' }),
  softWithin: days.default(15).meta({ description: 'Within so many days' }),
  fullDays: days
    .default(10)
    .meta({ description: 'A full mailbox is given longer: on so many days' }),
  fullWithin: days.default(30).meta({ description: 'Within so many days' }),
  complaintsTell: share
    .default(0.1)
    .meta({ description: 'Percent of a day’s readers: more complaints are told to the operators' }),
  complaintsHold: share
    .default(0.3)
    .meta({ description: 'Percent of a day’s readers: more complaints hold the newsletter' }),
  complaintsAtLeast: z
    .int('a whole number')
    .min(1, 'from 1 on')
    .default(3)
    .meta({ description: 'Fewer complaints hold nothing, whatever their share' }),
  sunsetMonths: z
    .int('a whole number')
    .min(1, 'from 1 on')
    .max(120, 'at most 120')
    .nullable()
    .default(null)
    .meta({
      description: 'Readers without a sign of life for so long are asked once; null: never',
    }),
  sunsetWeeks: z.int('a whole number').min(1, 'from 1 on').max(52, 'at most 52').default(4).meta({
    description: 'Who does not answer for so many weeks gets nothing more, until they do',
  }),
});
export type SendingRules = z.output<typeof sendingRulesSchema>;

/** What may be changed: what is left out stays. */
export const sendingRuleChanges = sendingRulesSchema.partial();

const KEY = 'sendingRules';

/** The rules, or what they are when nobody changed them. */
export async function getSendingRules(db: DbOrTransaction): Promise<SendingRules> {
  return (await getSetting(db, KEY, sendingRulesSchema)) ?? sendingRulesSchema.parse({});
}

/** The same, where what belongs together fits: so many days of so many cannot be more. */
export const orderedSendingRules = sendingRulesSchema
  .refine((rules) => rules.softDays <= rules.softWithin, {
    error: 'not less than the days',
    path: ['softWithin'],
  })
  .refine((rules) => rules.fullDays <= rules.fullWithin, {
    error: 'not less than the days',
    path: ['fullWithin'],
  })
  .refine((rules) => rules.complaintsTell <= rules.complaintsHold, {
    error: 'not less than the share that is told',
    path: ['complaintsHold'],
  });

/** Changes some of the rules; they hold from the next report and the next look on. Throws ZodError. */
export async function putSendingRules(
  tx: DbOrTransaction,
  changes: Partial<SendingRules>,
): Promise<SendingRules> {
  const rules = orderedSendingRules.parse({ ...(await getSendingRules(tx)), ...changes });
  await putSetting(tx, KEY, rules);
  return rules;
}
