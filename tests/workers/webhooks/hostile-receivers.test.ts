import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { switchedOffWebhooks } from '../../../src/actions/attention/find-webhooks.ts';
import { testWebhook } from '../../../src/actions/webhooks.ts';
import { loadConfig } from '../../../src/config.ts';
import { openContext } from '../../../src/context.ts';
import { openSealing } from '../../../src/database/sealing.ts';
import { runTasks } from '../../../src/process/clock.ts';
import { openLog } from '../../../src/process/log.ts';
import { claimMessages } from '../../../src/webhooks/claim.ts';
import { listAttempts, resend } from '../../../src/webhooks/messages.ts';
import { sendMessage } from '../../../src/webhooks/send.ts';
import { addWebhook, getWebhook, rotateSecret } from '../../../src/webhooks/webhooks.ts';
import { openWebhookSender } from '../../../workers/webhooks/webhooks.ts';
import { freshDatabase } from '../../harness/database.ts';
import { eventually } from '../../harness/eventually.ts';
import { QUICK_TIMINGS } from '../../harness/timings.ts';
import { type Received, receiver } from '../../webhooks/fixtures.ts';

const log = openLog('silent', 'test');
const context = await openContext(
  loadConfig({ FEED_ALLOW_PRIVATE: 'true' }),
  await freshDatabase(),
  log,
  { ...QUICK_TIMINGS, webhookMs: 1_000 },
);
const { db } = context;
const sealing = openSealing(context.secrets);
afterAll(() => context.close());
beforeEach(async () => {
  await db.deleteFrom('webhooks').execute();
});

/** The sender at work, until the test ends. */
function atWork() {
  const sender = openWebhookSender(context);
  const clock = runTasks(log, sender.tasks);
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([clock.stop(), sender.stop()]);
    },
  };
}

const add = (url: string) => addWebhook(db, sealing, { url, events: ['confirmed'] }, null);

async function tell(webhookId: string, n = 1): Promise<void> {
  await db
    .insertInto('webhookMessages')
    .values(
      Array.from({ length: n }, (_, at) => ({
        webhookId,
        type: 'confirmed',
        data: JSON.stringify({ newsletter: 'daily', at }),
      })),
    )
    .execute();
}

const messagesOf = (webhookId: string) =>
  db
    .selectFrom('webhookMessages')
    .select(['id', 'state', 'attempts', 'nextAt'])
    .where('webhookId', '=', webhookId)
    .orderBy('id')
    .execute();

/** What waits for its next try is due now. */
const dueNow = () =>
  db
    .updateTable('webhookMessages')
    .set({ nextAt: new Date(0) })
    .execute();

const verify = (secret: string, { body, headers }: Received) =>
  new Verifier(secret).verify(body, headers);

it('tells a receiver, who can verify it with a library of theirs', async () => {
  await using there = await receiver();
  const { id, secret } = await add(there.url);
  await tell(id);
  await using _ = atWork();
  await eventually(() => expect(there.received).toHaveLength(1));
  const [first] = there.received;
  if (!first) throw new Error('nothing came');
  expect(verify(secret, first)).toEqual({
    type: 'confirmed',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    data: { newsletter: 'daily', at: 0 },
  });
  expect(() => verify(secret, { ...first, body: first.body.replace('daily', 'other') })).toThrow();
  await eventually(async () =>
    expect((await listAttempts(db, id, { limit: 9 })).data).toMatchObject([
      { status: 200, answer: 'thanks', state: 'sent', error: null },
    ]),
  );
});

it('tries again what fails, with the same id and body, and then goes on', async () => {
  await using there = await receiver((response, nth) => {
    response.statusCode = nth === 1 ? 500 : 204;
    response.end();
  });
  const { id, secret } = await add(there.url);
  await tell(id);
  await using _ = atWork();
  await eventually(async () =>
    expect((await listAttempts(db, id, { limit: 9 })).data).toHaveLength(1),
  );
  const [waiting] = await messagesOf(id);
  expect(waiting).toMatchObject({ state: 'queued', attempts: 1 });
  expect(waiting && waiting.nextAt > new Date()).toBe(true);
  expect((await getWebhook(db, id, null)).failingSince).not.toBeNull();
  await dueNow();
  await eventually(async () => expect(await messagesOf(id)).toMatchObject([{ state: 'sent' }]));
  const [one, other] = there.received;
  if (!one || !other) throw new Error('two should have come');
  expect([one.headers['webhook-id'], one.body]).toEqual([other.headers['webhook-id'], other.body]);
  verify(secret, other);
  expect((await getWebhook(db, id, null)).failingSince).toBeNull();
});

it('does not let one that hangs hold up the others', async () => {
  await using hanging = await receiver(() => undefined);
  await using there = await receiver();
  const slow = await add(hanging.url);
  const quick = await add(there.url);
  await tell(slow.id, 30);
  await tell(quick.id, 30);
  await using _ = atWork();
  await eventually(() => expect(there.received).toHaveLength(30));
  expect(hanging.received.length).toBeLessThan(30);
  await eventually(async () =>
    expect((await listAttempts(db, slow.id, { limit: 1 })).data[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('127.0.0.1'),
    }),
  );
});

it('never tells one again that answers 410', async () => {
  await using there = await receiver((response) => response.writeHead(410).end());
  const { id } = await add(there.url);
  await tell(id, 1);
  await using _ = atWork();
  await eventually(async () =>
    expect(await getWebhook(db, id, null)).toMatchObject({ active: false, disabledBy: 'gone' }),
  );
  expect(await messagesOf(id)).toMatchObject([{ state: 'failed' }]);
  await tell(id, 1);
  expect(await claimMessages(db, [])).toEqual([]);
  const audited = await db.selectFrom('audit').select(['action', 'object']).execute();
  const [attention] = await switchedOffWebhooks(db);
  expect(attention).toMatchObject({ subject: `webhook ${id}`, detail: 'webhook.gone' });
  expect(audited).toContainEqual({ action: 'disable', object: `webhook ${id}` });
});

it('leaves one alone that has failed for a day', async () => {
  await using there = await receiver((response) => response.writeHead(500).end('out of order'));
  const { id } = await add(there.url);
  await tell(id);
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  await db.updateTable('webhooks').set({ failingSince: yesterday }).where('id', '=', id).execute();
  await using _ = atWork();
  await eventually(async () =>
    expect(await getWebhook(db, id, null)).toMatchObject({ active: false, disabledBy: 'failing' }),
  );
});

it('reaches no private address, also not by a redirect, and reads a bounded answer', async () => {
  await using inner = await receiver();
  await using outer = await receiver(
    (response) => response.writeHead(307, { location: inner.url }).end(),
    '127.0.0.2',
  );
  await using endless = await receiver((response) => {
    response.on('error', () => undefined);
    const write = () =>
      response.write('x'.repeat(65_536), (error) => (error ? undefined : write()));
    write();
  }, '127.0.0.2');
  const send = async (url: string, allowPrivate: false | string[]) => {
    const { id } = await add(url);
    await tell(id);
    const [due] = await claimMessages(db, []);
    if (!due) throw new Error('nothing was due');
    return sendMessage(due, { sealing, allowPrivate, now: new Date() });
  };
  expect(await send(inner.url, false)).toMatchObject({ status: null });
  expect(await send(outer.url, ['127.0.0.2'])).toMatchObject({
    status: null,
    error: expect.stringMatching(/private/i),
  });
  expect([outer.received.length, inner.received]).toEqual([1, []]);
  const cut = await send(endless.url, ['127.0.0.2']);
  expect([cut.status, cut.answer?.length]).toEqual([200, 1_000]);
});

it('is known by both secrets for a day after one was changed', async () => {
  await using there = await receiver();
  const { id, secret } = await add(there.url);
  const { secret: next } = await rotateSecret(db, sealing, id, null);
  expect(next).not.toBe(secret);
  await tell(id);
  await using _ = atWork();
  await eventually(() => expect(there.received).toHaveLength(1));
  const [first] = there.received;
  if (!first) throw new Error('nothing came');
  verify(secret, first);
  verify(next, first);
});

it('keeps its secret sealed, and says so in the log where it opens no more', async () => {
  await using there = await receiver();
  const { secret } = await add(there.url);
  const kept = await db.selectFrom('webhooks').selectAll('webhooks').executeTakeFirstOrThrow();
  expect(kept.secret.includes(secret.slice('whsec_'.length))).toBe(false);
  // another one's does not open either
  const { id: other } = await add(there.url);
  await db.updateTable('webhooks').set({ secret: kept.secret }).where('id', '=', other).execute();
  await tell(other);
  await using _ = atWork();
  await eventually(async () => {
    const { data } = await listAttempts(db, other, { limit: 1 });
    expect(data[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('change the secret'),
    });
  });
  expect(there.received).toEqual([]);
});

it('tells again what was told, and tests at once', async () => {
  await using there = await receiver();
  const { id } = await add(there.url);
  const by = { actor: { kind: 'cli' as const }, scope: null };
  expect(await testWebhook(context, by, id)).toMatchObject({ ok: true, status: 200 });
  const { data } = await listAttempts(db, id, { limit: 9 });
  await resend(db, id, data[0]?.id ?? '');
  await using _ = atWork();
  await eventually(() => expect(there.received).toHaveLength(2));
  const ids = there.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
});
