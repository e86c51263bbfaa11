import { rmSync } from 'node:fs';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inbound, startInbound } from '../../../workers/inbound/server.ts';
import { openTurns } from '../../../workers/inbound/turns.ts';
import { eventually } from '../../harness/eventually.ts';
import { freePort } from '../../harness/redis.ts';
import { sentEdition } from '../../http/public/fixtures/editions.ts';
import { openSite, type Site } from '../../http/public/fixtures/site.ts';
import { type Sink, startSink } from '../../relays/sink.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { startExim, unpackExim } from './exim.ts';
import { startPostfix, unpackPostfix } from './postfix.ts';

const servers = [
  { name: 'Postfix', unpacked: unpackPostfix(), start: startPostfix },
  { name: 'Exim', unpacked: unpackExim(), start: startExim },
];
const domain = 'back.example.org';

describe.each(servers)('what comes back through a real $name', ({ name, unpacked, start }) => {
  let site: Site;
  let door: Inbound;
  let sink: Sink;
  let daily: string;
  let edition: string;
  const db = () => site.context.db;
  const folder = 'folder' in unpacked ? unpacked.folder : '';

  beforeAll(async () => {
    site = await openSite({ INBOUND_DOMAIN: domain, INBOUND_SMTP_PORT: '25' });
    daily = (await makeNewsletter(db(), 'daily', { title: 'The Daily' })).id;
    await sentEdition(db(), daily, 1, []);
    edition = (await db().selectFrom('editions').select('id').executeTakeFirstOrThrow()).id;
    door = await startInbound(site.context, { port: 0, tls: undefined, proxy: false }, openTurns());
    sink = await startSink({
      react(step, line) {
        if (step !== 'rcpt') return undefined;
        if (line.includes('unknown')) return { reply: '550 5.1.1 User unknown' };
        if (line.includes('full')) return { reply: '552 5.2.2 Mailbox full' };
        return line.includes('later') ? { reply: '451 4.3.2 Please try again later' } : undefined;
      },
    });
  });
  afterAll(async () => {
    await door?.close();
    await sink?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  async function addReader(email: string): Promise<string> {
    const since = new Date(Date.now() - 86_400_000);
    const { id } = await db()
      .insertInto('subscribers')
      .values({ email, emailKey: email, addressHash: site.context.hashAddress(email) })
      .returning('id')
      .executeTakeFirstOrThrow();
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
    return id;
  }

  it.skipIf('missing' in unpacked)('brings each reader to the right state', async () => {
    const port = await freePort();
    const routes = { [domain]: door.port, 'readers.example': sink.port, 'loop.example': port };
    const server = await start(folder, port, routes);
    try {
      const who = {
        unknown: 'unknown@readers.example',
        full: 'full@readers.example',
        later: 'later@readers.example',
        loop: 'round@loop.example',
        // an answer by Exim; Postfix has none of its own
        ...(name === 'Exim' && { away: 'away@away.example' }),
      };
      const ids: Record<string, string> = {};
      const transport = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
      for (const [what, to] of Object.entries(who)) {
        const id = await addReader(to);
        ids[what] = id;
        const token = site.context.tokens.sign('bounce', { subscriber: id, edition });
        const raw = `From: daily@news.example\r\nTo: ${to}\r\nSubject: News\r\nMessage-ID: <${id}@news.example>\r\n\r\nNews.\r\n`;
        await transport.sendMail({ envelope: { from: `b+${token}@${domain}`, to }, raw });
      }
      transport.close();
      const of = async (what: string) =>
        db()
          .selectFrom('bounces')
          .select(['hard', 'reason', 'suppressed'])
          .where('subscriberId', '=', ids[what] ?? '')
          .orderBy('id')
          .execute();
      await eventually(async () => {
        expect(await of('unknown')).toEqual([
          { hard: true, reason: 'unknown-user', suppressed: true },
        ]);
        expect(await of('full')).toEqual([
          { hard: false, reason: 'mailbox-full', suppressed: false },
        ]);
        for (const what of ['later', 'loop']) {
          const [first] = await of(what);
          expect(first, what).toMatchObject({ hard: false, suppressed: false });
        }
      });
      if (name === 'Exim') {
        await eventually(async () =>
          expect(
            await db()
              .selectFrom('inboundMessages')
              .select('kind')
              .where('kind', '=', 'auto-reply')
              .execute(),
          ).toHaveLength(1),
        );
        expect(await of('away')).toEqual([]);
      }
      const active = await db()
        .selectFrom('subscriptions')
        .select('subscriberId')
        .where('state', '=', 'active')
        .where('subscriberId', 'in', Object.values(ids))
        .execute();
      const left = new Set(active.map(({ subscriberId }) => subscriberId));
      expect(Object.keys(ids).filter((what) => !left.has(ids[what] ?? ''))).toEqual(['unknown']);
    } finally {
      await server.close();
    }
  });
});
