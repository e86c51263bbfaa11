import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import { expect, onTestFinished, test } from 'vitest';
import { lookForAttention } from '../../src/actions/attention/look.ts';
import { commit } from '../../src/actions/commit.ts';
import { steerEdition } from '../../src/actions/steer.ts';
import { writeArticle } from '../../src/actions/write-article.ts';
import { sendAlerts } from '../../src/alerts/send.ts';
import { loadConfig } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { openSealing } from '../../src/database/sealing.ts';
import { pauseForRefusals } from '../../src/editions/transitions.ts';
import { openLog } from '../../src/process/log.ts';
import { startServer } from '../../src/server.ts';
import { addWebhook } from '../../src/webhooks/webhooks.ts';
import { startWorker } from '../../workers/main.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { serve } from '../feeds/fixtures/hostile-server.ts';
import { freshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { redisMissing, startRedis } from '../harness/redis.ts';
import { QUICK_TIMINGS } from '../harness/timings.ts';
import { type Sink, type SinkOptions, startSink } from '../relays/sink.ts';
import { receiver } from '../webhooks/fixtures.ts';

const SLOW = 120_000;

interface Site {
  context: Context;
  /** Where the web process listens. */
  url: string;
  newsletter: string;
  relay: Sink;
  /** The relay of the alerts. */
  alarm: Sink;
  worker: Awaited<ReturnType<typeof startWorker>>;
}

/** A web process and a worker, with a relay for digests and another one for alerts; `desk@news.test` is told all. */
async function site(
  variables: Record<string, string> = {},
  { react }: Pick<SinkOptions, 'react'> = {},
): Promise<Site> {
  const relay = await startSink(react ? { react } : {});
  const alarm = await startSink();
  const context = await openContext(
    loadConfig({
      PORT: '0',
      SMTP_URL: `smtp://127.0.0.1:${relay.port}?name=post`,
      MAIL_FROM: 'The Daily <daily@news.test>',
      ALERT_TO: 'desk@news.test',
      ALERT_SMTP_URL: `smtp://127.0.0.1:${alarm.port}?name=alarm`,
      FEED_ALLOW_PRIVATE: 'true',
      LOG_LEVEL: 'silent',
      ...variables,
    }),
    await freshDatabase(),
    openLog('silent', 'test'),
    QUICK_TIMINGS,
  );
  const newsletter = await makeReaders(context.db, 5);
  await sql`update newsletters set kinds = '{special}'`.execute(context.db);
  const server = await startServer(context);
  const worker = await startWorker(context);
  onTestFinished(async () => {
    await worker.stop();
    await server.close();
    await context.close();
    await Promise.all([relay.close(), alarm.close()]);
  }, SLOW);
  const url = `http://127.0.0.1:${server.port}`;
  return { context, url, newsletter, relay, alarm, worker };
}

/** The mails that a sink took, by their subjects. */
const subjects = async (alarm: Sink, to = 'desk@news.test') => {
  const mine = alarm.accepted.filter((one) => one.to === to);
  const mails = await Promise.all(mine.map((one) => simpleParser(one.bytes)));
  return mails.map(({ subject }) => subject?.split(' – ')[0]);
};
const told = (alarm: Sink, expected: string[], to?: string) =>
  eventually(async () => expect(await subjects(alarm, to)).toEqual(expected));

const desk = { kind: 'system' as const };

/** Waits until all of these were told by mail, and nothing else of their causes. */
const toldAll = ({ db }: Context, expected: string[]) =>
  eventually(async () => {
    const causes = new Set(expected.map((one) => one.split(' ')[0]));
    const all = await db
      .selectFrom('alerts as m')
      .innerJoin('attention as a', 'a.id', 'm.attentionId')
      .select(['a.cause', 'm.event', 'm.state'])
      .execute();
    const rows = all.filter(({ cause }) => causes.has(cause));
    expect(rows.filter(({ state }) => state !== 'sent')).toEqual([]);
    expect(new Set(rows.map(({ cause, event }) => `${cause} ${event}`))).toEqual(new Set(expected));
  });

/** Gives a newsletter of five readers a daily hour that passed a minute ago, since when it has been on its schedule. */
const hourPassed = ({ db }: Context, newsletter: string) =>
  sql`update newsletters set kinds = '{daily}', timezone = 'UTC', scheduled_since = now() - interval '2 days',
    send_at = to_char(now() at time zone 'UTC' - interval '1 minute', 'HH24:MI')
    where id = ${newsletter}`.execute(db);

test('a worker that stops is told once, and once that one runs again', {
  timeout: SLOW,
}, async () => {
  const { context, alarm, worker } = await site();
  await worker.stop();
  await told(alarm, ['No worker running']);
  const again = await startWorker(context);
  onTestFinished(() => again.stop(), SLOW);
  await told(alarm, ['No worker running', 'Resolved: No worker running']);
  const { html, text, from, headers } = await simpleParser(alarm.accepted[0]?.bytes ?? '');
  expect(from?.text).toContain('daily@news.test');
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  expect(`${html}`).toContain('No worker is running');
  expect(text?.replaceAll(/\s+/g, ' ')).toContain('Start one (gaceta start, or gaceta worker)');
  expect(text).toContain('http://localhost:0/console/delivery');
});

test('a relay that stops is told by the alerts’ own one, in an operator’s language too', {
  timeout: SLOW,
}, async () => {
  const { context, newsletter, relay, alarm } = await site();
  const { db, queues } = context;
  await sql`insert into operators (email, role, language, alerts) values
    ('ana@news.test', 'editor', 'es', '{stalled}'), ('eva@news.test', 'editor', 'en', '{disk}')`.execute(
    db,
  );
  await relay.close();
  const edition = await freezeEdition(db, newsletter);
  await queues.enqueuePlan(edition);
  await told(alarm, ['Edition held up']);
  await told(alarm, ['Edición detenida'], 'ana@news.test');
  const back = await startSink({}, relay.port);
  onTestFinished(() => back.close());
  await eventually(() => expect(back.accepted).toHaveLength(5));
  await told(alarm, ['Edition held up', 'Resolved: Edition held up']);
  await told(alarm, ['Edición detenida', 'Resuelto: Edición detenida'], 'ana@news.test');
  expect(await subjects(alarm, 'eva@news.test')).toEqual([]);
});

test('a feed that fails is told, and that it is read again', { timeout: SLOW }, async () => {
  const { context, newsletter, alarm } = await site();
  const { db } = context;
  let broken = true;
  await using web = await serve((_req, res) => {
    res.writeHead(broken ? 500 : 200, { 'Content-Type': 'application/rss+xml' });
    res.end('<rss version="2.0"><channel><title>Port</title></channel></rss>');
  });
  await sql`insert into feeds (newsletter_id, url) values (${newsletter}, ${`${web.url}/feed`})`.execute(
    db,
  );
  await told(alarm, ['Feed cannot be read']);
  broken = false;
  await sql`update feeds set next_fetch_at = now()`.execute(db);
  await told(alarm, ['Feed cannot be read', 'Resolved: Feed cannot be read']);
});

test.skipIf(redisMissing())('a queue that is away is told', { timeout: SLOW }, async () => {
  const redis = await startRedis();
  const { alarm } = await site({ REDIS_URL: redis.url });
  await redis.close();
  await told(alarm, ['Queue not answering']);
});

test('of several that look and send, each alert goes once; one that is refused is tried again', {
  timeout: SLOW,
}, async () => {
  const alarm = await startSink({
    react: (step) => (refusing && step === 'rcpt' ? { reply: '451 4.3.0 not today' } : undefined),
  });
  let refusing = true;
  onTestFinished(() => alarm.close());
  const config = loadConfig({
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'daily@news.test',
    ALERT_TO: 'desk@news.test, ana@news.test',
    ALERT_SMTP_URL: `smtp://127.0.0.1:${alarm.port}?name=alarm`,
  });
  const url = await freshDatabase();
  const open = () => openContext(config, url, openLog('silent', 'test'), QUICK_TIMINGS);
  const processes = await Promise.all([open(), open(), open()]);
  onTestFinished(async () => void (await Promise.all(processes.map((one) => one.close()))));
  const [{ db }] = processes as [Context, ...Context[]];
  await sql`insert into workers (host, pid, connections, lease_until) values ('here', 1, 1, now() + interval '1 hour')`.execute(
    db,
  );
  // an operator whose address stands in ALERT_TO: told once, in their language
  await sql`insert into operators (email, role, language, alerts) values ('Ana@news.test', 'admin', 'es', '{paused}')`.execute(
    db,
  );
  const newsletter = await makeReaders(db, 1);
  await sql`update newsletters set kinds = '{special}'`.execute(db);
  await pauseForRefusals(db, await freezeEdition(db, newsletter), '550 no');
  await pauseForRefusals(db, await freezeEdition(db, newsletter), '550 no');
  const all = () =>
    Promise.all(
      processes.map(async (one) => {
        await lookForAttention(one);
        await sendAlerts(one);
      }),
    );
  const rows = () => db.selectFrom('alerts').select(['state', 'answer', 'attempts']).execute();
  await eventually(async () => {
    await all();
    const tried = await rows();
    expect(tried).toHaveLength(4);
    expect(
      tried.every(({ state, answer }) => state === 'queued' && /not today/.test(`${answer}`)),
    ).toBe(true);
  });
  refusing = false;
  await eventually(async () => {
    await all();
    expect((await rows()).map(({ state }) => state)).toEqual(Array(4).fill('sent'));
  });
  await all();
  expect(await subjects(alarm)).toEqual(['2 things need attention']);
  expect(await subjects(alarm, 'Ana@news.test')).toEqual(['2 cosas requieren atención']);
  expect(alarm.accepted).toHaveLength(2);
});

test('who was not reached is told, of whom nobody knows, and who complains at a provider', {
  timeout: SLOW,
}, async () => {
  const { context, url, newsletter, relay } = await site(
    { HOOK_KEYS: 'generic:relay:sixteen-letters-at-least', UNCERTAIN: 'hold' },
    {
      react(step, line) {
        if (step === 'rcpt' && line.includes('reader-1.'))
          return { reply: '550 5.1.1 no such user' };
        if (step === 'dot' && line.includes('reader-2.')) return { drop: true, taken: true };
        return undefined;
      },
    },
  );
  const edition = await freezeEdition(context.db, newsletter);
  await context.queues.enqueuePlan(edition);
  await toldAll(context, ['incomplete raised', 'uncertain raised']);
  const events = relay.accepted.map(({ from, to }) => ({
    type: 'complaint',
    email: to,
    returnPath: from,
  }));
  const answer = await fetch(`${url}/hooks/generic`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa('relay:sixteen-letters-at-least')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ events }),
  });
  expect(answer.status).toBe(200);
  await toldAll(context, ['incomplete raised', 'complaints raised', 'held raised']);
});

test('an hour that passes is told: without a worker, with nothing new, with a draft to review', {
  timeout: SLOW,
}, async () => {
  const { context, newsletter, worker } = await site();
  const { db, now } = context;
  await worker.stop();
  await hourPassed(context, newsletter);
  await toldAll(context, ['workers raised', 'missed raised']);
  const again = await startWorker(context);
  onTestFinished(() => again.stop(), SLOW);
  const before = ['workers raised', 'workers over', 'missed raised', 'missed over'];
  await toldAll(context, [...before, 'nothing raised']);
  const other = await makeReaders(db, 1);
  const { slug } = await db
    .updateTable('newsletters')
    .set({ kinds: ['special'], reviewRequired: true })
    .where('id', '=', other)
    .returning('slug')
    .executeTakeFirstOrThrow();
  const publishedAt = new Date(Date.now() - 3_600_000).toISOString();
  const url = 'https://news.test/bridge';
  const article = { title: 'The bridge', url, newsletter: slug, publishedAt };
  await db.transaction().execute((tx) => writeArticle(tx, desk, article, now()));
  await hourPassed(context, other);
  const told = [...before, 'nothing raised', 'review raised'];
  await toldAll(context, told);
  const { id } = await db.selectFrom('editions').select('id').executeTakeFirstOrThrow();
  await commit(context, (tx) => steerEdition(tx, desk, id, 'send', now()));
  await toldAll(context, [...told, 'review over']);
});

test('an edition that is refused is told, and a webhook that says it is gone', {
  timeout: SLOW,
}, async () => {
  const { context, newsletter } = await site(
    {},
    { react: (step) => (step === 'dot' ? { reply: '554 5.7.1 looks like spam' } : undefined) },
  );
  const { db, queues, secrets } = context;
  await using gone = await receiver((response) => response.writeHead(410).end());
  const webhook = {
    url: gone.url,
    events: ['edition.sending' as const, 'edition.paused' as const],
  };
  await db.transaction().execute((tx) => addWebhook(tx, openSealing(secrets), webhook, null));
  await queues.enqueuePlan(await freezeEdition(db, newsletter));
  await toldAll(context, ['paused raised', 'webhook raised']);
});
