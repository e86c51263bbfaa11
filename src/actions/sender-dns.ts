import { z } from 'zod';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { type Dns, systemDns } from '../doctor/dns.ts';
import { checkSender, senderDomains } from '../doctor/senders.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';

const checkedSchema = z.object({
  at: z.coerce.date(),
  domains: z.array(
    z.object({
      domain: z.string(),
      checks: z.array(
        z.object({
          name: z.string(),
          ok: z.boolean(),
          detail: z.string(),
          fix: z.string().nullable(),
          finding: z.string().optional(),
          record: z.object({ name: z.string(), value: z.string() }).optional(),
        }),
      ),
    }),
  ),
});
/** What the DNS said of every domain that mails come from, and when it was asked. */
export type CheckedSenders = z.infer<typeof checkedSchema>;

const SETTING = 'senderDns';

/** What the DNS said when it was asked last; undefined: never. */
export const lastSenderCheck = (db: DbOrTransaction): Promise<CheckedSenders | undefined> =>
  getSetting(db, SETTING, checkedSchema);

/** Asks the DNS of every domain that mails come from, and keeps what it said for the pages that show it. */
export async function checkSenders(
  { config, db, now }: Pick<Context, 'config' | 'db' | 'now'>,
  dns: Dns = systemDns(),
): Promise<CheckedSenders> {
  const domains = senderDomains(config, await listNewsletters(db));
  const checked = {
    at: now(),
    domains: await Promise.all(
      domains.map(async (domain) => ({ domain, checks: await checkSender(dns, domain, config) })),
    ),
  };
  await putSetting(db, SETTING, checked);
  return checked;
}
