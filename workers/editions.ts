import type { Context } from '../src/context.ts';
import type { DbOrTransaction } from '../src/database/connection.ts';
import { restoredGap } from '../src/database/restored.ts';
import { planEdition } from '../src/deliveries/plan.ts';
import { composeSlot } from '../src/editions/compose.ts';
import { listEditionArticles } from '../src/editions/edition-articles.ts';
import { NothingNew } from '../src/editions/errors.ts';
import { editionsToStart, startEdition } from '../src/editions/freeze.ts';
import { refreshDrafts, slotsToCompose } from '../src/editions/open-drafts.ts';
import { type DueSlot, MADE_UP_FOR, type Slot } from '../src/editions/schedule.ts';
import { cancelEmpty, holdMissed } from '../src/editions/transitions.ts';
import { queueLetter } from '../src/letters/letters.ts';
import { receiverGroups } from '../src/mail/receiver-groups.ts';
import { listNewsletters, type Newsletter } from '../src/newsletters/newsletters.ts';
import { toldOfDrafts } from '../src/operators/accounts.ts';
import { audit, auditOnce } from '../src/operators/audit.ts';
import type { Task } from '../src/process/clock.ts';
import type { Handler } from '../src/queue/queues.ts';

/** The clock of editions: every worker asks, and of any number that do, one makes or starts each edition. */
export function editionTasks(context: Context): Task[] {
  return [
    {
      name: 'compose editions',
      everyMs: context.timings.housekeeping.composeMs,
      run: composer(context),
    },
    {
      name: 'start editions',
      everyMs: context.timings.housekeeping.startMs,
      run: () => startDue(context),
    },
  ];
}

/** Plans an edition: every batch of tickets is enqueued as soon as it is written. */
export function planJob({ db, queues, log, renderer }: Context): Handler<'editions'> {
  return async ({ edition }, signal) => {
    // Its first range follows at once, and needs a message.
    renderer.warm();
    for await (const tickets of planEdition(db, edition, {
      groups: receiverGroups,
    })) {
      await queues.enqueueRanges(tickets);
      // What is not planned yet is taken up by housekeeping.
      if (signal.aborted) return;
    }
    log.info({ edition }, 'edition planned');
  };
}

function composer(context: Context): () => Promise<void> {
  const { db, log, queues } = context;
  // What this worker has said already, so that it asks the database once.
  const said = new Set<string>();
  return async () => {
    const now = context.now();
    const gap = await restoredGap(db, now);
    for (const newsletter of await listNewsletters(db)) {
      for (const slot of await slotsToCompose(db, newsletter, now, gap)) {
        try {
          const letters = await compose(context, newsletter, slot, now);
          await queues.enqueueLetters(letters);
        } catch (error) {
          if (error instanceof NothingNew) await sayNothingNew(context, said, newsletter, slot);
          else
            log.error({ err: error, newsletter: newsletter.slug }, 'an edition was not composed');
        }
      }
    }
    await refreshDrafts(db, now);
  };
}

/** At the hour of an edition that does not come, tells the operators once that there was nothing new for it. */
async function sayNothingNew(
  { db, log, now }: Context,
  said: Set<string>,
  newsletter: Newsletter,
  { kind, localDate, sendAt }: Slot,
): Promise<void> {
  const object = `newsletter ${newsletter.slug}`;
  const name = `${object} ${kind} ${localDate}`;
  if (now() < sendAt || said.has(name)) return;
  said.add(name);
  const first = await db
    .transaction()
    .execute((tx) => auditOnce(tx, { kind: 'system' }, 'nothing new', object, { kind, localDate }));
  if (first) log.info({ newsletter: newsletter.slug, kind }, 'nothing new: no edition');
}

/** Makes the draft, or takes it over, with its line in the audit and the notices. Answers the letters. */
function compose(
  { db, log }: Context,
  newsletter: Newsletter,
  slot: DueSlot,
  now: Date,
): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const { id, made, taken, waits } = await composeSlot(tx, newsletter, slot, now);
    if (!made && !taken) return [];
    await audit(tx, { kind: 'system' }, made ? 'compose' : 'schedule', `edition ${id}`);
    const said = made ? 'draft made' : 'draft put on the schedule';
    log.info({ edition: id, newsletter: newsletter.slug, kind: slot.kind }, said);
    if (slot.held)
      log.warn({ edition: id }, 'it may have been sent before the restore: the edition is held');
    // At the hour itself there is nothing left to look at, unless it waits.
    return slot.sendAt <= now && !waits ? [] : noticesOf(tx, newsletter, slot, { id, waits });
  });
}

/** The letters to the editors who want to know of a draft. */
async function noticesOf(
  tx: DbOrTransaction,
  newsletter: Newsletter,
  { sendAt }: Slot,
  { id, waits }: { id: string; waits: boolean },
): Promise<string[]> {
  const editors = await toldOfDrafts(tx);
  if (editors.length === 0) return [];
  const listed = await listEditionArticles(tx, [id]);
  const articles = listed.filter((one) => !one.dropped);
  const letters: string[] = [];
  for (const { email, language } of editors) {
    const content = {
      edition: id,
      newsletter: newsletter.title,
      headline: articles[0]?.article.title ?? '',
      articles: articles.length,
      sendAt: sendAt.toISOString(),
      waits,
    };
    const letter = { kind: 'draft' as const, email, language, content };
    letters.push(await queueLetter(tx, { ...letter, newsletterId: newsletter.id }));
  }
  return letters;
}

async function startDue({ db, log, queues, now }: Context): Promise<void> {
  for (const edition of await holdMissed(db, new Date(now().getTime() - MADE_UP_FOR))) {
    log.warn({ edition }, 'its hour was missed by more than 2 h: the edition waits as a draft');
  }
  for (const { id: edition, due } of await editionsToStart(db, now())) {
    try {
      const started = await db.transaction().execute(async (tx) => {
        const first = await startEdition(tx, edition, { due, now: now() });
        if (first) await audit(tx, { kind: 'system' }, 'start', `edition ${edition}`);
        return first;
      });
      if (!started) continue;
      log.info({ edition }, 'edition started');
      await queues.enqueuePlan(edition);
    } catch (error) {
      if (error instanceof NothingNew) {
        await cancelEmpty(db, edition, now());
        log.info({ edition }, 'nothing is left in it: edition cancelled');
      } else log.error({ err: error, edition }, 'an edition was not started');
    }
  }
}
