import { z } from 'zod';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { systemDns } from '../doctor/dns.ts';
import { checkSender, senderDomains } from '../doctor/senders.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';

const KEY = 'senderChecks';
const record = z.object({ name: z.string(), value: z.string() });
const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  fix: z.string().nullable(),
  finding: z.string().optional(),
  record: record.optional(),
});
const domain = z.object({ domain: z.string(), at: z.coerce.date(), checks: z.array(check) });
const stored = z.object({ domains: z.array(domain) });

/** What the DNS said of a domain that mails come from, when it was asked last. */
export type SenderChecks = z.infer<typeof domain>;

/** What was found at the last look, for the domains that mails come from now; null: never asked. */
export async function lastSenderChecks(
  { db, config }: Pick<Context, 'db' | 'config'>,
  newsletters: Parameters<typeof senderDomains>[1],
): Promise<{ domain: string; found: SenderChecks | null }[]> {
  const known = (await getSetting(db, KEY, stored))?.domains ?? [];
  return senderDomains(config, newsletters).map((domain) => ({
    domain,
    found: known.find((one) => one.domain === domain) ?? null,
  }));
}

/** Asks the DNS about every domain that mails come from, and keeps the answers for all to see. Takes seconds. */
export async function checkSenders({
  db,
  config,
  now,
}: Pick<Context, 'db' | 'config' | 'now'>): Promise<SenderChecks[]> {
  const dns = systemDns();
  const domains = senderDomains(config, await listNewsletters(db));
  const found = await Promise.all(
    domains.map(async (domain) => ({
      domain,
      at: now(),
      checks: await checkSender(dns, domain, config),
    })),
  );
  await keepSenderChecks(db, found);
  return found;
}

/** Puts these in the place of what was found before. */
export const keepSenderChecks = (db: DbOrTransaction, domains: SenderChecks[]): Promise<void> =>
  putSetting(db, KEY, { domains });
