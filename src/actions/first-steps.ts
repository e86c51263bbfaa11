import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { getSetting } from '../database/settings.ts';
import type { HandedOver } from '../doctor/hand-over.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { isNamed } from '../newsletters/newsroom.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { writeNotices } from '../text/notice.ts';
import { lastSenderChecks } from './sender-checks.ts';

/** What a newsroom does before its first edition, in the order in which it is shown. */
export const firstSteps = ['newsroom', 'relay', 'dns', 'articles', 'readers', 'draft'] as const;
export type FirstStep = (typeof firstSteps)[number];

const keptSchema = z.object({
  dismissed: z.boolean().default(false),
  /** An operator has looked at a draft. */
  draftSeen: z.boolean().default(false),
  /** All was done once: never looked at again. */
  complete: z.boolean().default(false),
  /** The last test of each relay, by its name. */
  tests: z
    .record(
      z.string(),
      z.object({
        at: z.coerce.date(),
        to: z.string(),
        ok: z.boolean(),
        reply: z.string(),
        fix: z.string().nullable(),
      }),
    )
    .default({}),
});
type Kept = z.infer<typeof keptSchema>;
const SETTING = 'firstSteps';

/** How far the first steps have come. */
export interface FirstSteps {
  done: Record<FirstStep, boolean>;
  tests: Kept['tests'];
  /** What the DNS said of each domain that mails come from. */
  senders: Awaited<ReturnType<typeof lastSenderChecks>>;
  dismissed: boolean;
}

/** True while the list belongs on the first page: neither done nor put away. One row is read. */
export async function firstStepsOpen(db: Db): Promise<boolean> {
  const { dismissed, complete } = await kept(db);
  return !dismissed && !complete;
}

/** Finds out which steps are done. What is done once all are is kept, so that it is not asked for ever. */
export async function readFirstSteps(context: Context): Promise<FirstSteps> {
  const { config, db } = context;
  const [{ dismissed, draftSeen, complete, tests }, senders, there, named] = await Promise.all([
    kept(db),
    lastSenderChecks(context, await listNewsletters(db)),
    whatIsThere(db),
    isNamed(db, config.postalAddress ?? null),
  ]);
  const relays = config.relays ?? [];
  const done = {
    newsroom: named,
    relay: relays.length > 0 && relays.every(({ name }) => tests[name]?.ok),
    dns: relays.length > 0 && senders.every(({ found }) => found?.checks.every(mayPass)),
    articles: there.articles,
    readers: there.readers,
    draft: draftSeen,
  };
  if (!complete && Object.values(done).every(Boolean)) await change(db, { complete: true });
  return { done, tests, senders, dismissed };
}

/** Where replies go is not needed to be believed. */
const mayPass = ({ name, ok }: { name: string; ok: boolean }) => ok || name === 'mx';

/** Keeps what a relay said to a test message. */
export async function noteRelayTest(
  db: Db,
  name: string,
  to: string,
  { ok, reply, fix }: HandedOver,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { tests } = await kept(tx, true);
    await change(tx, {
      tests: { ...tests, [name]: { at, to, ok, reply, fix: fix && writeNotices(fix) } },
    });
  });
}

/** Somebody has looked at a draft. */
export async function noteDraftSeen(db: DbOrTransaction): Promise<void> {
  if (!(await kept(db)).draftSeen) await change(db, { draftSeen: true });
}

/** Puts the list away, or shows it again. */
export async function dismissFirstSteps(
  tx: DbOrTransaction,
  actor: Actor,
  dismissed: boolean,
): Promise<void> {
  await change(tx, { dismissed });
  await audit(tx, actor, dismissed ? 'dismiss' : 'show again', 'first steps');
}

async function kept(db: DbOrTransaction, lock = false): Promise<Kept> {
  if (lock) await sql`select pg_advisory_xact_lock(hashtext('gaceta-first-steps'))`.execute(db);
  return (await getSetting(db, SETTING, keptSchema)) ?? keptSchema.parse({});
}

/** What others change meanwhile stays. */
async function change(db: DbOrTransaction, changes: Partial<Kept>): Promise<void> {
  const json = JSON.stringify(changes);
  await sql`
    insert into settings (key, value) values (${SETTING}, ${json}::jsonb)
    on conflict (key) do update set value = settings.value || excluded.value, updated_at = now()`.execute(
    db,
  );
}

async function whatIsThere(db: Db): Promise<{ articles: boolean; readers: boolean }> {
  const { rows } = await sql<{ articles: boolean; readers: boolean }>`
    select exists (select from feeds) or exists (select from articles where deleted_at is null) as articles,
      exists (select from subscriptions where state = 'active') as readers`.execute(db);
  return rows[0] ?? { articles: false, readers: false };
}
