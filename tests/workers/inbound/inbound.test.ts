import nodemailer from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSealing } from '../../../src/database/sealing.ts';
import { addWebhook } from '../../../src/webhooks/webhooks.ts';
import { type Inbound, startInbound } from '../../../workers/inbound/server.ts';
import { openTurns } from '../../../workers/inbound/turns.ts';
import { abuse, fielded, plain } from '../../bounces/fixtures/reports.ts';
import { sentEdition } from '../../http/public/fixtures/editions.ts';
import { openSite, type Site } from '../../http/public/fixtures/site.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';

const domain = 'back.example.org';
const gone = (address: string) =>
  fielded(
    '',
    `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown`,
  );
let reports = 0;
/** Another one each time, as mail servers write them. */
const full = (address: string) =>
  fielded(
    `Report no. ${++reports}`,
    `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 4.4.1 Connection timed out`,
  );

describe('mail that comes in', () => {
  let site: Site;
  let door: Inbound;
  let edition: string;
  let daily: string;
  let readers: { id: string; email: string }[];
  const db = () => site.context.db;

  beforeAll(async () => {
    site = await openSite({ INBOUND_DOMAIN: domain, INBOUND_SMTP_PORT: '25' });
    daily = (await makeNewsletter(db(), 'daily', { title: 'The Daily' })).id;
    await sentEdition(db(), daily, 1, []);
    edition = (await db().selectFrom('editions').select('id').executeTakeFirstOrThrow()).id;
    door = await startInbound(site.context, { port: 0, tls: undefined, proxy: false }, openTurns());
  });
  afterAll(() => door.close());
  let made = 0;
  beforeEach(async () => {
    await db().deleteFrom('bounces').execute();
    await db().deleteFrom('suppressions').execute();
    readers = [
      await addReader(`r${++made}@readers.example`),
      await addReader(`r${++made}@readers.example`),
    ];
  });
  async function addReader(email: string) {
    const { id } = await db()
      .insertInto('subscribers')
      .values({ email, emailKey: email, addressHash: site.context.hashAddress(email) })
      .returning('id')
      .executeTakeFirstOrThrow();
    const since = new Date(Date.now() - 86_400_000);
    await db()
      .insertInto('subscriptions')
      .values({
        newsletterId: daily,
        subscriberId: id,
        state: 'active',
        confirmedAt: since,
        activeFrom: since,
      })
      .execute();
    return { id, email };
  }

  const returnPath = (subscriber: string, extra?: string) =>
    `b+${site.context.tokens.sign('bounce', { subscriber, edition, ...(extra && { extra }) })}@${domain}`;
  async function send(to: string, raw: Buffer): Promise<string> {
    const transport = nodemailer.createTransport({
      host: '127.0.0.1',
      port: door.port,
      ignoreTLS: true,
    });
    return transport
      .sendMail({ envelope: { from: '', to }, raw })
      .then(
        ({ response }) => response,
        (error: { response: string }) => error.response,
      )
      .finally(() => transport.close());
  }
  const suppressions = () =>
    db().selectFrom('suppressions').select(['reason', 'editionId']).execute();
  const stateOf = async (id: string) =>
    (
      await db()
        .selectFrom('subscriptions')
        .select('state')
        .where('subscriberId', '=', id)
        .execute()
    ).map(({ state }) => state);

  it('suppresses the address of a hard bounce, ends its subscriptions, and does so once', async () => {
    const [reader, other] = readers;
    if (!reader || !other) throw new Error('no readers');
    const { id: webhook } = await addWebhook(
      db(),
      openSealing(['a secret']),
      { url: 'https://cms.example/hook', events: ['bounced', 'unsubscribed'] },
      null,
    );
    expect(await send(returnPath(reader.id), gone(reader.email))).toMatch(/^250/);
    expect(await send(returnPath(reader.id), gone(reader.email))).toMatch(/^250/);
    expect(await suppressions()).toEqual([{ reason: 'bounce', editionId: edition }]);
    const told = db().selectFrom('webhookMessages').select(['type', 'subscriberId']);
    expect(await told.where('webhookId', '=', webhook).orderBy('id').execute()).toEqual([
      { type: 'bounced', subscriberId: reader.id },
      { type: 'unsubscribed', subscriberId: reader.id },
    ]);
    expect(new Set(await stateOf(reader.id))).toEqual(new Set(['unsubscribed']));
    expect(await stateOf(other.id)).toContain('active');
    const kept = await db().selectFrom('bounces').selectAll().execute();
    expect(kept).toMatchObject([
      {
        kind: 'bounce',
        source: 'smtp',
        subscriberId: reader.id,
        hard: true,
        reason: 'unknown-user',
        status: '5.1.1',
        suppressed: true,
      },
    ]);
  });

  it('suppresses after soft bounces on five days, and not after five on one', async () => {
    const [reader] = readers;
    if (!reader) throw new Error('no reader');
    for (let n = 0; n < 5; n++) await send(returnPath(reader.id), full(reader.email));
    expect(await db().selectFrom('bounces').select('hard').execute()).toEqual([{ hard: false }]);
    const { at } = await db().selectFrom('bounces').select('at').executeTakeFirstOrThrow();
    for (const days of [1, 2, 3, 4]) {
      await db()
        .updateTable('bounces')
        .set((eb) => ({ at: eb.val(new Date(at.getTime() - days * 86_400_000)) }))
        .where('at', '=', at)
        .execute();
      expect(await suppressions()).toEqual([]);
      await send(returnPath(reader.id), full(reader.email));
      await db().updateTable('bounces').set({ at }).where('at', '>', at).execute();
    }
    expect(await suppressions()).toMatchObject([{ reason: 'bounce' }]);
  });

  it('takes a complaint whose reader is known by our token alone', async () => {
    const [reader, other] = readers;
    if (!reader || !other) throw new Error('no readers');
    const newsletter = (await db().selectFrom('newsletters').select('id').executeTakeFirstOrThrow())
      .id;
    const token = site.context.tokens.sign('unsubscribe', {
      subscriber: reader.id,
      newsletter,
      edition,
    });
    const report = (link: string) =>
      Buffer.from(
        abuse('Feedback-Type: abuse\nVersion: 1')
          .toString()
          .replace(
            'Subject: News',
            `Subject: News\r\nList-Unsubscribe: <https://news.example/unsubscribe/${link}>`,
          ),
      );
    await send(`fbl@${domain}`, report(token.replace(/.$/, (last) => (last === 'b' ? 'c' : 'b'))));
    expect(await suppressions()).toEqual([]);
    await send(`fbl@${domain}`, report(token));
    expect(await suppressions()).toEqual([{ reason: 'complaint', editionId: edition }]);
    expect(await stateOf(reader.id)).not.toContain('active');
    expect(await stateOf(other.id)).toContain('active');
  });

  it('unsubscribes by mail, whatever the mail says, unless it comes back', async () => {
    const [reader] = readers;
    if (!reader) throw new Error('no reader');
    const { newsletterId } = await db()
      .selectFrom('subscriptions')
      .select('newsletterId')
      .where('subscriberId', '=', reader.id)
      .executeTakeFirstOrThrow();
    const to = `u+${site.context.tokens.sign('unsubscribe', { subscriber: reader.id, newsletter: newsletterId, edition })}@${domain}`;
    await send(to, gone(reader.email));
    expect(await stateOf(reader.id)).toContain('active');
    expect(await send(to, plain('', '', reader.email))).toMatch(/^250/);
    expect(await stateOf(reader.id)).not.toContain('active');
    const withdrawn = db()
      .selectFrom('consents')
      .select(['form', 'editionId'])
      .where('subscriberId', '=', reader.id)
      .where('action', '=', 'withdraw');
    expect(await withdrawn.execute()).toEqual([{ form: 'mail', editionId: edition }]);
    expect(await suppressions()).toEqual([]);
  });

  it('refuses every address that is not ours, and changes nothing for what it cannot be sure of', async () => {
    const [reader] = readers;
    if (!reader) throw new Error('no reader');
    const mine = returnPath(reader.id);
    for (const to of [
      `daily@${domain}`,
      mine.replace(domain, 'elsewhere.example'),
      mine.replace(/.@/, '@'),
      mine.replace('b+', 'u+'),
      mine.replace(`s${reader.id}e`, `s${reader.id}9e`),
    ])
      expect(await send(to, gone(reader.email)), to).toMatch(/^550/);
    // about somebody else among several, by a person, away, or of before the reader changed their address
    for (const [to, report] of [
      [
        mine,
        fielded(
          '',
          'Final-Recipient: rfc822; a@x.example\nStatus: 5.1.1\nAction: failed',
          'Final-Recipient: rfc822; b@x.example\nStatus: 5.1.1\nAction: failed',
        ),
      ],
      [mine, plain('Re: Bridge opens', 'User unknown, you say? I am here.', reader.email)],
      [mine, plain('Out of office', 'Back on Monday', reader.email)],
      [returnPath(reader.id, '3'), gone(reader.email)],
    ] as const)
      expect(await send(to, report)).toMatch(/^250/);
    expect(await suppressions()).toEqual([]);
    expect(await stateOf(reader.id)).toContain('active');
  });

  it('refuses what is too large', async () => {
    const [reader] = readers;
    if (!reader) throw new Error('no reader');
    const large = Buffer.concat([gone(reader.email), Buffer.alloc(6 * 1024 * 1024, 'a\r\n')]);
    expect(await send(returnPath(reader.id), large)).toMatch(/^552/);
    expect(await suppressions()).toEqual([]);
  });
});
