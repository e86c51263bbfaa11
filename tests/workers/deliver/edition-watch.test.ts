import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { emptyLedger, ledger } from '../../../src/deliveries/ledger.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { editionOf, passTime, rowsOf } from '../../deliveries/fixtures/rows.ts';
import { openSending } from '../../deliveries/fixtures/sending.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';
import { dataFolder } from '../../harness/program.ts';
import { redisMissing, startRedis } from '../../harness/redis.ts';
import { startSink } from '../../relays/sink.ts';

const ONE = { SMTP_CONNECTIONS: '2' };

/** A newsroom's folder with a digest template of its own. */
function templates(): { DATA_DIR: string; write(text: string | null): void; remove(): void } {
  const folder = dataFolder();
  const file = join(folder.path, 'templates/digest.mjml.eta');
  mkdirSync(join(folder.path, 'templates'));
  return {
    DATA_DIR: folder.path,
    write: (text) => (text === null ? rmSync(file) : writeFileSync(file, text)),
    remove: () => folder.remove(),
  };
}

test('an edition that cannot be rendered waits with its reason, and goes when the template is put right', async () => {
  const { DATA_DIR, write, remove } = templates();
  write('<mjml><mj-body>\n<%= it.nothing.here %></mj-body></mjml>');
  await using sending = await openSending({}, { ...ONE, DATA_DIR });
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 30));
  await sending.send(edition);
  expect(await editionOf(db, edition)).toEqual({
    state: 'sending',
    reason: expect.stringMatching(
      /^The edition cannot be rendered: .*digest\.mjml\.eta:2.* Correct the template .*, or cancel it\.$/s,
    ),
  });
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), queued: 30 });
  for (const row of await rowsOf(db, edition)) expect(row.attempts).toBe(0);
  const { rows } = await sql<{ waits: boolean }>`
    select next_at > now() + interval '20 seconds' as waits from ranges where edition_id = ${edition}`.execute(
    db,
  );
  expect(rows).toEqual([{ waits: true }]);

  write('<mjml><mj-body><mj-nonsense /></mj-body></mjml>');
  await sending.work(edition);
  expect((await editionOf(db, edition)).reason).toMatch(/not valid MJML.*mj-nonsense/s);

  write(null);
  await passTime(db, edition);
  await sending.work(edition);
  expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
  expect(sink.accepted).toHaveLength(30);
  remove();
});

test('a variant that cannot be rendered holds up its own readers alone', async () => {
  const { DATA_DIR, write, remove } = templates();
  write(`<mjml><mj-body><mj-section><mj-column><mj-text>
    <%= it.sections.length %><% if (it.lead.title === 'Story 2') throw new Error('no updates') %>
    <a href="<%= it.reader.unsubscribeUrl %>">leave</a></mj-text></mj-column></mj-section></mj-body></mjml>`);
  await using sending = await openSending({}, { ...ONE, DATA_DIR });
  const { db } = sending;
  const newsletter = await makeReaders(db, 50);
  await sql`update subscriptions set sections = array['updates']
    where subscriber_id in (select id from subscribers order by id limit 5)`.execute(db);
  const edition = await freezeEdition(db, newsletter);
  await sending.send(edition);
  expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 45, queued: 5 });
  expect(await editionOf(db, edition)).toEqual({
    state: 'sending',
    reason: expect.stringMatching(/^The edition cannot be rendered: .*no updates/s),
  });
  write(null);
  await passTime(db, edition);
  await sending.work(edition);
  expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
  expect((await ledger(db, edition)).sent).toBe(50);
  remove();
});

test('a relay that is down shows in the reason of what waits for it, until it is back', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const { port } = sink;
  await sink.close();
  const edition = await freezeEdition(db, await makeReaders(db, 40));
  const sent = sending.send(edition);
  await eventually(async () => expect((await editionOf(db, edition)).reason).not.toBeNull());
  expect(await editionOf(db, edition)).toEqual({
    state: 'sending',
    reason: expect.stringMatching(/^sink: .*ECONNREFUSED.* – Nothing listens on port \d+ of 127/),
  });
  const again = await startSink({}, port);
  await sent;
  expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
  expect(again.accepted).toHaveLength(40);
  await again.close();
});

test('of two relays the broken one is named, and the other goes on', async () => {
  const told = Promise.withResolvers<void>();
  const second = await startSink({ password: 'right' });
  let taken = 0;
  await using sending = await openSending(
    { react: (step) => (step === 'dot' && ++taken > 10 ? { after: told.promise } : undefined) },
    {},
    (port) => ({
      SMTP_URL: `smtp://127.0.0.1:${port}?connections=2&name=one,smtp://user:wrong@127.0.0.1:${second.port}?connections=2&name=two`,
    }),
  );
  const { db, sink } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 100));
  const sent = sending.send(edition);
  await eventually(async () => expect((await editionOf(db, edition)).reason).not.toBeNull());
  expect(await editionOf(db, edition)).toEqual({
    state: 'sending',
    reason: expect.stringMatching(
      /^two: 535 5\.7\.8 wrong password – Wrong user or password.* Until then the other mail servers send its emails\.$/,
    ),
  });
  expect((await ledger(db, edition)).sent).toBeGreaterThan(0);
  told.resolve();
  await sent;
  expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
  expect(sink.accepted).toHaveLength(100);
  await second.close();
});

test.skipIf(redisMissing())(
  'when the rates cannot be counted nothing is sent, and it says so',
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    await using workers = await startWorkers(1, {
      environment: { REDIS_URL: redis.url, SEND_RATE: '100' },
    });
    const { context, sink } = workers;
    const { db } = context;
    const edition = await freezeEdition(db, await makeReaders(db, 600));
    await workers.plan(edition);
    await eventually(() => expect(sink.accepted.length).toBeGreaterThan(20));
    redis.kill();
    await eventually(async () => expect((await editionOf(db, edition)).reason).not.toBeNull());
    expect(await editionOf(db, edition)).toEqual({
      state: 'sending',
      reason: expect.stringMatching(
        /^The rates cannot be counted .* Check Redis: run "gaceta doctor"/,
      ),
    });
    expect(sink.accepted.length).toBeLessThan(600);
    const again = await startRedis(Number(new URL(redis.url).port));
    onTestFinished(() => again.close());
    await eventually(async () =>
      expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null }),
    );
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(600);
    expect(sink.accepted).toHaveLength(600);
  },
);

test.each(['ehlo', 'dot'] as const)(
  'a relay that says nothing at %s is told of, and nothing is lost',
  async (at) => {
    let silent = true;
    await using sending = await openSending({
      react: (step) => (step === at && silent ? { silence: true } : undefined),
    });
    const { db, sink } = sending;
    const edition = await freezeEdition(db, await makeReaders(db, 60));
    const sent = sending.send(edition);
    await eventually(async () => expect((await editionOf(db, edition)).reason).not.toBeNull());
    expect(await editionOf(db, edition)).toEqual({
      state: 'sending',
      reason: expect.stringMatching(/^sink: has not answered for some time – .*gaceta doctor/),
    });
    silent = false;
    for (const socket of sink.open) socket.destroy();
    await sent;
    await passTime(db, edition);
    await sending.work(edition);
    expect(await editionOf(db, edition)).toEqual({ state: 'sent', reason: null });
    expect(await ledger(db, edition)).toEqual({ ...emptyLedger(), sent: 60 });
  },
);
