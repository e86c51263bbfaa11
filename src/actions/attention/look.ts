import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { Cause, Finding } from './causes.ts';
import { tellChanges } from './changes.ts';
import { complainedOf } from './find-complaints.ts';
import {
  endedEditions,
  heldUpEditions,
  waitingEditions,
  withdrawnArticles,
} from './find-editions.ts';
import { failingFeeds } from './find-feeds.ts';
import { missingEditions } from './find-missing.ts';
import { openRequests } from './find-requests.ts';
import { serviceTroubles } from './find-service.ts';
import { switchedOffWebhooks } from './find-webhooks.ts';
import { forgetOver, recordFound } from './record.ts';

const KEPT_DAYS = 90;

/** What is looked for together, and of which causes its answer is the whole truth. */
interface Search {
  causes: Cause[];
  find(): Promise<Finding[]>;
}

/**
 * Looks once for all that needs a person, and writes down what began and what is over. Web processes and workers call
 * it every few seconds: with no worker alive somebody must still say so. Of those that look at the same time one does.
 */
export async function lookForAttention(context: Context): Promise<void> {
  const { db, log, timings } = context;
  const waits = timings.attention;
  const searches: Search[] = [
    { causes: ['missed', 'nothing'], find: () => missingEditions(db, context.now(), waits) },
    {
      causes: ['paused', 'restore', 'review', 'missed'],
      find: () => waitingEditions(db, context.now(), waits),
    },
    { causes: ['stalled'], find: () => heldUpEditions(db, waits) },
    { causes: ['incomplete', 'uncertain'], find: () => endedEditions(db, waits) },
    { causes: ['withdrawn'], find: () => withdrawnArticles(db, context.now()) },
    { causes: ['complaints', 'held'], find: () => complainedOf(db, context.now()) },
    { causes: ['requests'], find: () => openRequests(db) },
    { causes: ['feed'], find: () => failingFeeds(db, waits) },
    { causes: ['webhook'], find: () => switchedOffWebhooks(db) },
    { causes: ['disk', 'queue', 'workers', 'relay'], find: () => serviceTroubles(context) },
  ];
  const findings: Finding[] = [];
  const failed = new Set<Cause>();
  for (const { causes, find } of searches)
    try {
      findings.push(...(await find()));
    } catch (err) {
      log.warn({ err, causes }, 'what needs a person could not be looked for');
      for (const cause of causes) failed.add(cause);
    }
  const lookedFor = searches.flatMap(({ causes }) => causes).filter((cause) => !failed.has(cause));
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('gaceta-attention')) as mine`.execute(tx);
    if (!rows[0]?.mine) return;
    await tellChanges(tx, context, await recordFound(tx, { findings, lookedFor }, waits.unseenMs));
    await forgetOver(tx, KEPT_DAYS);
  });
}
