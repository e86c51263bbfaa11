import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { commit } from '../../src/actions/commit.ts';
import { type Steer, steerEdition } from '../../src/actions/steer.ts';
import { sendTest } from '../../src/actions/test-send.ts';
import type { Context } from '../../src/context.ts';
import { NothingMissed } from '../../src/deliveries/control.ts';
import { emptyLedger, ledger, recount } from '../../src/deliveries/ledger.ts';
import { WrongEditionState } from '../../src/editions/errors.ts';
import { createOperator } from '../../src/operators/accounts.ts';
import { eventually } from '../harness/eventually.ts';
import { freezeEdition, makeReaders } from './fixtures/edition.ts';
import { editionOf } from './fixtures/rows.ts';
import { startWorkers } from './fixtures/workers.ts';

/** What an operator who presses a button learns. */
async function press(
  context: Context,
  operator: string,
  edition: string,
  steer: Steer,
): Promise<'changed' | 'done before' | 'refused'> {
  try {
    const { changed } = await commit(context, (tx) =>
      steerEdition(tx, { kind: 'operator', id: operator }, edition, steer, context.now()),
    );
    return changed ? 'changed' : 'done before';
  } catch (error) {
    if (error instanceof WrongEditionState || error instanceof NothingMissed) return 'refused';
    throw error;
  }
}

/** Numbers from 0 up to `below`, the same ones for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

async function twoOperators({ db }: Context): Promise<string[]> {
  const made = ['ana@news.test', 'ben@news.test'].map((email) =>
    createOperator(db, { email, password: 'correct horse', role: 'admin' }),
  );
  await Promise.all(made);
  const rows = await db.selectFrom('operators').select('id').execute();
  return rows.map(({ id }) => id);
}

test('what many press at once is done once, by one of them', async () => {
  await using workers = await startWorkers(1, { environment: { SEND_RATE: '20' } });
  const { context, sink } = workers;
  const { db } = context;
  const operators = await twoOperators(context);
  const edition = await freezeEdition(db, await makeReaders(db, 400));
  await workers.plan(edition);
  await eventually(() => expect(sink.accepted.length).toBeGreaterThan(5));
  for (const [steer, state] of [
    ['pause', 'paused'],
    ['resume', 'sending'],
    ['cancel', 'cancelled'],
    ['resend-missed', 'sending'],
  ] as const) {
    if (steer === 'resend-missed')
      await eventually(async () => expect((await ledger(db, edition)).queued).toBe(0));
    const told = await Promise.all(
      [0, 1, 0, 1, 0, 1, 0, 1].map((who) => press(context, operators[who] ?? '', edition, steer)),
    );
    expect(told.filter((each) => each === 'changed')).toHaveLength(1);
    expect(told.filter((each) => each === 'done before')).toHaveLength(7);
    expect((await editionOf(db, edition)).state).toBe(state);
    const { rows } = await sql`
      select 1 from audit where object = ${`edition ${edition}`} and action = ${steer}`.execute(db);
    expect(rows).toHaveLength(1);
  }
});

test.each([1, 2, 3])(
  'two operators who press what they like, two workers, readers who leave: each reader once (%d)',
  async (seed) => {
    await using workers = await startWorkers(2, { environment: { SEND_RATE: '400' } });
    const { context, sink } = workers;
    const { db } = context;
    const operators = await twoOperators(context);
    const newsletter = await makeReaders(db, 1_200);
    const edition = await freezeEdition(db, newsletter);
    const next = numbers(seed);
    const mail = () => sink.accepted.filter(({ to }) => to.startsWith('reader-'));
    const planning = workers.plan(edition);
    let changes = 0;
    let tests = 0;
    for (let round = 0; round < 16; round += 1) {
      const verbs = [0, 1].map(
        () => (['pause', 'resume', 'cancel', 'resend-missed', 'resume'] as const)[next(5)],
      );
      const told = await Promise.all(
        verbs.map((verb, who) => press(context, operators[who] ?? '', edition, verb ?? 'resume')),
      );
      changes += told.filter((each) => each === 'changed').length;
      if (next(4) === 0) {
        tests += 1;
        const to = { email: 'editor@news.test', language: null, sections: null };
        await commit(context, (tx) =>
          sendTest(tx, { kind: 'operator', id: operators[0] ?? '' }, edition, to, context.now()),
        ).catch(() => (tests -= 1));
      }
      await sql`
        update subscriptions set state = 'unsubscribed', left_at = now()
        where newsletter_id = ${newsletter} and subscriber_id in (
          select subscriber_id from subscriptions where newsletter_id = ${newsletter} and state = 'active'
          order by subscriber_id offset ${next(900)} limit 5)`.execute(db);
      const before = mail().length;
      await eventually(async () => {
        if ((await editionOf(db, edition)).state === 'sending')
          expect(mail().length).toBeGreaterThanOrEqual(Math.min(before + 10, 1_000));
      });
    }
    await planning;
    await eventually(async () => {
      const { state } = await editionOf(db, edition);
      if (state === 'paused') await press(context, operators[0] ?? '', edition, 'resume');
      if (state === 'cancelled') await press(context, operators[1] ?? '', edition, 'resend-missed');
      expect(state).toBe('sent');
    });
    expect(changes).toBeGreaterThan(3);

    const counts = await ledger(db, edition);
    expect(counts).toEqual(await recount(db, edition));
    expect(counts).toEqual({ ...emptyLedger(), sent: counts.sent, skipped: 1_200 - counts.sent });
    expect(mail()).toHaveLength(counts.sent);
    expect(new Set(mail().map(({ to }) => to)).size).toBe(counts.sent);
    const { rows } = await sql<{ reason: string; stayed: string }>`
      select d.reason, count(*) filter (where s.state = 'active') as stayed
      from deliveries d join subscriptions s on s.subscriber_id = d.subscriber_id
      where d.edition_id = ${edition} and d.state = 'skipped' group by d.reason`.execute(db);
    expect(rows).toEqual([{ reason: 'unsubscribed', stayed: '0' }]);
    expect(sink.accepted.length - mail().length).toBe(tests);
  },
);
