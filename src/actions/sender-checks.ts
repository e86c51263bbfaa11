import { z } from 'zod';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import type { Check } from '../doctor/check.ts';
import { type Dns, systemDns } from '../doctor/dns.ts';
import { type Examined, examineSending, senderDomains } from '../doctor/senders.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';

const KEY = 'senderChecks';
const record = z.object({ type: z.literal('MX').optional(), name: z.string(), value: z.string() });
const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  fix: z.string().nullable(),
  finding: z.string().optional(),
  values: z.record(z.string(), z.string()).optional(),
  record: record.optional(),
});
const domain = z.object({ domain: z.string(), at: z.coerce.date(), checks: z.array(check) });
const machines = z.object({ at: z.coerce.date(), checks: z.array(check) });
const stored = z.object({ domains: z.array(domain), machines: machines.optional() });

/** What the DNS said of a domain that mails come from, when it was asked last. */
export type SenderChecks = z.infer<typeof domain>;
/** What was found of the machines that mails go through, at the same look. */
export type MachineChecks = z.infer<typeof machines>;

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

/** The same for the machines; null: never looked at. */
export const lastMachineChecks = async (db: DbOrTransaction): Promise<MachineChecks | null> =>
  (await getSetting(db, KEY, stored))?.machines ?? null;

/** Looks at every domain that mails come from and at the machines, and keeps what it found for all to see. Takes seconds. */
export async function checkSenders(
  context: Parameters<typeof examineSending>[0],
  dns: Dns = systemDns(),
): Promise<Examined> {
  const { db, now } = context;
  const found = await examineSending(context, await listNewsletters(db), dns);
  const at = now();
  await keepSenderChecks(
    db,
    found.domains.map((one) => ({ ...one, at })),
    { at, checks: found.machines },
  );
  return found;
}

/** Puts these in the place of what was found before. */
export const keepSenderChecks = (
  db: DbOrTransaction,
  domains: (Omit<SenderChecks, 'checks'> & { checks: Check[] })[],
  machines?: Omit<MachineChecks, 'checks'> & { checks: Check[] },
): Promise<void> => putSetting(db, KEY, { domains, machines });
