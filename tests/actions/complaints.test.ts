import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { listAttention } from '../../src/actions/attention/list.ts';
import { lookForAttention } from '../../src/actions/attention/look.ts';
import { commit } from '../../src/actions/commit.ts';
import { holdComplainedOf, releaseNewsletter } from '../../src/actions/complaints.ts';
import { steerEdition } from '../../src/actions/steer.ts';
import { takeCameBack } from '../../src/bounces/came-back.ts';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { holdMissed } from '../../src/editions/transitions.ts';
import { NewsletterHeld } from '../../src/newsletters/errors.ts';
import { openLog } from '../../src/process/log.ts';
import { addReaders, freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { freshDatabase } from '../harness/database.ts';
import { QUICK_TIMINGS } from '../harness/timings.ts';

const actor = { kind: 'cli' } as const;

async function newsroom() {
  const config = loadConfig({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'daily@news.test' });
  const context = await openContext(
    config,
    await freshDatabase(),
    openLog('silent', 'test'),
    QUICK_TIMINGS,
  );
  onTestFinished(() => context.close());
  const { db } = context;
  const newsletter = await makeReaders(db, 0);
  const edition = await freezeEdition(db, newsletter);
  const sentTo = (readers: number) =>
    sql`insert into ranges (edition_id, due_at, next_at, receiver_group, first_subscriber, last_subscriber,
      state, size, queued, sent) values (${edition}, now(), now(), 'rest', 1, 2000, 'planned', ${readers + 1}, 1, ${readers})`.execute(
      db,
    );
  const complain = async (readers: number, reason = 'abuse') => {
    for (const subscriber of await addReaders(db, newsletter, readers))
      await db.transaction().execute((tx) =>
        takeCameBack(
          tx,
          {
            kind: 'complaint',
            source: 'smtp',
            subject: { subscriber, edition },
            verdict: { hard: false, reason, status: null },
            words: 'spam',
          },
          new Date(),
        ),
      );
  };
  const state = () =>
    db
      .selectFrom('editions')
      .select(['state', 'heldBy'])
      .where('id', '=', edition)
      .executeTakeFirstOrThrow();
  const causes = async () => {
    await lookForAttention(context);
    return (await listAttention(db, null)).map(({ cause }) => cause);
  };
  const slug = `${(await db.selectFrom('newsletters').select('slug').where('id', '=', newsletter).executeTakeFirstOrThrow()).slug}`;
  return { context, db, newsletter, slug, edition, sentTo, complain, state, causes };
}

test('complaints hold a newsletter until somebody decides, and the same ones not again', async () => {
  const { context, db, newsletter, slug, edition, sentTo, complain, state, causes } =
    await newsroom();
  await sentTo(1000);
  await complain(1);
  expect(await causes()).not.toContain('complaints');
  await complain(1);
  expect(await causes()).toContain('complaints');
  expect(await holdComplainedOf(db, new Date())).toEqual([]);
  await complain(5, 'not-spam');
  expect(await holdComplainedOf(db, new Date())).toEqual([]);
  await complain(2);
  // two processes that look at the same time hold it once
  const looks = [holdComplainedOf(db, new Date()), holdComplainedOf(db, new Date())];
  expect((await Promise.all(looks)).flat()).toMatchObject([{ slug, complaints: 4, sent: 1000 }]);
  expect(await state()).toEqual({ state: 'paused', heldBy: 'complaints' });
  const found = await causes();
  expect(found).toContain('held');
  expect(found).not.toContain('paused');

  await expect(
    commit(context, (tx) => steerEdition(tx, actor, edition, 'resume', new Date())),
  ).rejects.toThrow(NewsletterHeld);
  const hour = new Date(Date.now() - 3 * 3_600_000);
  const { id: next } = await db
    .insertInto('editions')
    .values({
      newsletterId: newsletter,
      number: 2,
      kind: 'daily',
      localDate: '2026-11-30',
      state: 'scheduled',
      sendAt: hour,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await expect(startEdition(db, next, { due: 'hour', now: new Date() })).rejects.toThrow(
    NewsletterHeld,
  );
  expect(await holdMissed(db, new Date())).toEqual([next]);
  const held = db.selectFrom('editions').select(['state', 'heldBy']).where('id', '=', next);
  expect(await held.execute()).toEqual([{ state: 'draft', heldBy: 'complaints' }]);

  const release = (resume: boolean) =>
    commit(context, (tx) => releaseNewsletter(tx, actor, slug, { reason: 'an old list', resume }));
  expect((await release(true)).editions).toEqual([edition]);
  expect(await state()).toEqual({ state: 'sending', heldBy: null });
  expect((await release(true)).editions).toEqual([]);
  expect(await holdComplainedOf(db, new Date())).toEqual([]);
  expect(await causes()).not.toContain('held');
  await complain(3);
  expect(await holdComplainedOf(db, new Date())).toEqual([]);
  await complain(1);
  expect(await holdComplainedOf(db, new Date())).toHaveLength(1);
  await release(false);
  expect(await state()).toEqual({ state: 'paused', heldBy: null });

  const written = db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('object', '=', `newsletter ${slug}`)
    .orderBy('id');
  expect((await written.execute()).map(({ action }) => action)).toEqual([
    'hold',
    'release',
    'hold',
    'release',
  ]);
  expect((await written.execute())[1]?.detail).toMatchObject({ reason: 'an old list' });
});

test('one complaint among fifty readers, or two, hold nothing', async () => {
  const { db, sentTo, complain, state } = await newsroom();
  await sentTo(50);
  await complain(2);
  expect(await holdComplainedOf(db, new Date())).toEqual([]);
  await complain(1);
  expect(await holdComplainedOf(db, new Date())).toHaveLength(1);
  expect(await state()).toEqual({ state: 'paused', heldBy: 'complaints' });
});
