import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { NothingMissed, resendMissed, resumeEdition } from '../../../src/deliveries/control.ts';
import { emptyLedger, ledger, recount } from '../../../src/deliveries/ledger.ts';
import { cancelEdition } from '../../../src/editions/transitions.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf, passTime, rowsOf, suppressed } from '../../deliveries/fixtures/rows.ts';
import { openSending, type Sending } from '../../deliveries/fixtures/sending.ts';
import { eventually } from '../../harness/eventually.ts';
import { startSink } from '../../relays/sink.ts';

/** Refuses every recipient after so many, until it is mended. */
function refusing(reply: string, after = 0, at: 'rcpt' | 'dot' = 'rcpt') {
  let asked = 0;
  const relay = {
    mended: false,
    react: (step: string) =>
      step === at && !relay.mended && ++asked > after ? { reply } : undefined,
  };
  return relay;
}

const paused = (sending: Sending, edition: string) =>
  eventually(async () => expect((await editionOf(sending.db, edition)).state).toBe('paused'));

/** Resumes as an operator would, and works its tickets until all is sent. */
async function resumeAndSend({ db, deliverer }: Sending, edition: string): Promise<void> {
  const { changed, tickets } = await resumeEdition(db, edition);
  expect(changed).toBe(true);
  await Promise.all(tickets.map(({ range }) => deliverer.handle({ range })));
  await eventually(async () => expect((await editionOf(db, edition)).state).toBe('sent'));
}

test.each([
  '550 Domain example.org has exceeded the max emails per hour (20/20 (100%)) allowed. Message discarded.',
  '550 5.4.5 Daily user sending limit exceeded',
  '550 5.1.8 Sender address rejected',
  '550 relay not permitted',
  '550 authentication required',
  '503 5.5.1 Error: need MAIL command',
  '504 5.5.2 Helo command rejected: need fully-qualified hostname',
  '552 5.3.4 Message size exceeds fixed limit',
  '550 5.5.3 no',
  '550 Blocked by our list',
])('%s after twenty of thirty readers fails and suppresses nobody', async (reply) => {
  const relay = refusing(reply, 20);
  await using sending = await openSending({ react: relay.react });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 30));
  await sending.send(edition);
  await paused(sending, edition);
  expect((await editionOf(db, edition)).reason).toContain(`sink: ${reply} – `);
  await eventually(async () => expect((await ledger(db, edition)).sending).toBe(0));
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 20, queued: 10 });
  for (const row of await rowsOf(db, edition))
    if (row.state === 'queued') expect(row.attempts).toBe(0);
  expect(await suppressed(db)).toEqual([]);
  relay.mended = true;
  await resumeAndSend(sending, edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 30 });
  expect(sink.accepted).toHaveLength(30);
});

test('the same after a message is no judgement of what was sent', async () => {
  const relay = refusing('554 Message rejected: Email address is not verified.', 20, 'dot');
  await using sending = await openSending({ react: relay.react });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 24));
  await sending.send(edition);
  await paused(sending, edition);
  await eventually(async () => expect((await ledger(db, edition)).sending).toBe(0));
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 20, queued: 4 });
  relay.mended = true;
  await resumeAndSend(sending, edition);
  expect((await ledger(db, edition)).sent).toBe(24);
});

test.each([
  [1, '550 5.1.1 user unknown'],
  [3, '550 5.1.1 user unknown'],
  [6, '550 rejected'],
  [1, '550 5.1.8 Sender address rejected'],
] as const)(
  'an edition for %i that nobody takes (%s) is held, and sent on after the mend',
  async (readers, reply) => {
    const relay = refusing(reply);
    await using sending = await openSending({ react: relay.react });
    const { db } = sending;
    const newsletter = await makeReaders(db, readers);
    const edition = await freezeEdition(db, newsletter);
    await sending.send(edition);
    await paused(sending, edition);
    expect((await editionOf(db, edition)).reason).toMatch(/^sink: 550 .+ – ./);
    const { rows } = await sql<{ heldBy: string }>`
      select held_by from editions where id = ${edition}`.execute(db);
    expect(rows).toEqual([{ heldBy: 'refusals' }]);
    // nobody is kept from other editions by it
    for (const address of await suppressed(db)) expect(address.held).toBe(true);
    relay.mended = true;
    await resumeAndSend(sending, edition);
    expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: readers });
    expect(await recount(db, edition)).toEqual(await ledger(db, edition));
    expect(await suppressed(db)).toEqual([]);
  },
);

test('two workers that each see some of the refused readers hold it as well', async () => {
  const relay = refusing('550 5.1.1 user unknown');
  await using sending = await openSending({ react: relay.react });
  const { db } = sending;
  const newsletter = await makeReaders(db, 6);
  await sql`update subscribers set receiver_group = 'google'
    where id in (select id from subscribers order by id limit 3)`.execute(db);
  const edition = await freezeEdition(db, newsletter);
  const other = await sending.another();
  const first = sending.deliverer.handle;
  let ticket = 0;
  sending.deliverer.handle = (data) => (ticket++ % 2 === 0 ? first(data) : other.handle(data));
  await sending.send(edition, ['google']);
  await paused(sending, edition);
});

test('of those refused twice the mailboxes are suppressed, and the edition is through', async () => {
  // two of three readers are gone, whenever they are asked
  await using sending = await openSending({
    react: (step, line) =>
      step === 'rcpt' && Number(/reader-(\d+)\./.exec(line)?.[1]) % 3 !== 0
        ? { reply: '550 5.1.1 user unknown' }
        : undefined,
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 90));
  await sending.send(edition);
  let resumed = 0;
  await eventually(async () => {
    const { state } = await editionOf(db, edition);
    if (state === 'paused') {
      const { tickets } = await resumeEdition(db, edition);
      resumed += 1;
      await Promise.all(tickets.map(({ range }) => sending.deliverer.handle({ range })));
    }
    expect((await editionOf(db, edition)).state).toBe('sent');
  });
  expect(resumed).toBeGreaterThan(0);
  expect(resumed).toBeLessThan(5);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 30, failed: 60 });
  const gone = await suppressed(db);
  expect(gone).toHaveLength(60);
  for (const address of gone) expect(address.held).toBe(false);
  await expect(resendMissed(db, edition)).rejects.toThrow(NothingMissed);
});

test('what the one relay says of us is no matter where another takes the message', async () => {
  const second = await startSink();
  const relay = refusing('550 5.4.5 Daily user sending limit exceeded', 5);
  await using sending = await openSending({ react: relay.react }, {}, (port) => ({
    SMTP_URL: `smtp://127.0.0.1:${port}?connections=2&name=one,smtp://127.0.0.1:${second.port}?connections=2&name=two`,
  }));
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 60));
  await sending.send(edition);
  await eventually(async () => {
    await passTime(db, edition);
    await sending.work(edition);
    expect((await editionOf(db, edition)).state).toBe('sent');
  });
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 60 });
  expect(sink.accepted).toHaveLength(5);
  expect(second.accepted).toHaveLength(55);
  await second.close();
});

test('one reader at whom the relay says it of us alone keeps nobody else from theirs', async () => {
  await using sending = await openSending({
    react: (step, line) =>
      step === 'rcpt' && line.includes('reader-5.')
        ? { reply: '550 relay not permitted' }
        : undefined,
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 120));
  await sending.send(edition);
  let resumed = 0;
  await eventually(async () => {
    if ((await editionOf(db, edition)).state === 'paused') {
      await resumeEdition(db, edition);
      resumed += 1;
    }
    await sending.work(edition);
    expect((await ledger(db, edition)).sent).toBe(119);
  });
  // at first, and once more when it was among the first that were asked again
  expect(resumed).toBeLessThanOrEqual(2);
  expect(await suppressed(db)).toEqual([]);
});

test('an edition that was cancelled while it was held suppresses nobody', async () => {
  const relay = refusing('550 5.1.1 user unknown');
  await using sending = await openSending({ react: relay.react });
  const { db } = sending;
  const newsletter = await makeReaders(db, 3);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  await paused(sending, edition);
  await cancelEdition(db, edition);
  relay.mended = true;
  const next = await freezeEdition(db, newsletter);
  await sending.send(next);
  expect(await ledger(db, next)).toEqual({ ...emptyLedger(), sent: 3 });
});
