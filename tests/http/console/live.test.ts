import { createServer, type IncomingMessage, request } from 'node:http';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { noteRelayActivity } from '../../../src/deliveries/relay-activity.ts';
import { LiveFigures } from '../../../src/http/console/live/figures.ts';
import type { LiveEdition } from '../../../src/http/console/live/view.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { eventually } from '../../harness/eventually.ts';
import { listenWhileTesting } from '../../harness/listen.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { sendDaily } from './fixtures/compose.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

/** What a browser hears on a stream. */
interface Heard {
  status: number;
  /** What was said last of each edition. */
  editions: Map<string, LiveEdition>;
  relays: unknown;
  events: number;
  ended: boolean;
}

function hear(base: string, who: Browser): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const req = request(`${base}/console/live`, { headers: { Cookie: who.cookie } });
    req.on('error', reject).on('response', (res: IncomingMessage) => {
      const heard: Heard = {
        status: res.statusCode ?? 0,
        editions: new Map(),
        relays: undefined,
        events: 0,
        ended: false,
      };
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        const messages = text.split('\n\n');
        text = messages.pop() ?? '';
        for (const message of messages) {
          const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
          if (!event || !data) continue;
          heard.events += 1;
          if (event === 'relays') heard.relays = JSON.parse(data);
          else
            for (const edition of JSON.parse(data) as LiveEdition[])
              heard.editions.set(edition.id, edition);
        }
      });
      res.on('close', () => {
        heard.ended = true;
      });
      resolve(heard);
    });
    req.end();
  });
}

describe('the stream of figures', async () => {
  const { context, base, browser } = await openConsole();
  const { db } = context;
  const signIn = async (name: string, language = 'en'): Promise<Browser> => {
    const email = `${name}@example.org`;
    await createOperator(db, { email, password, role: 'sender', language });
    const one = browser();
    await one.post('/console/sign-in', { email, password });
    return one;
  };
  const ana = await signIn('ana');
  await addArticle(db, { title: 'Bridge opens' });
  await addReaders(db, 3);
  const location = await sendDaily(ana);
  const id = location.split('/').at(-1) ?? '';
  const later = new Date(Date.now() + 3_600_000);
  const range = {
    editionId: id,
    dueAt: new Date(Date.now() - 60_000),
    nextAt: new Date(),
    firstSubscriber: '1',
    lastSubscriber: '999',
  };
  await db
    .insertInto('ranges')
    .values([
      { ...range, receiverGroup: 'google', size: 1000, queued: 600, sent: 400 },
      { ...range, receiverGroup: 'rest', size: 10, queued: 10, dueAt: later },
    ])
    .execute();

  it('says how far an edition has come, how fast, and for how long still, by receiver group', async () => {
    const heard = await hear(base, ana);
    expect(heard.status).toBe(200);
    await eventually(() => expect(heard.editions.get(id)?.ledger.sent).toBe(400));
    expect(heard.editions.get(id)).toMatchObject({
      state: 'sending',
      stateText: 'Sending',
      numbers: { sent: '400', queued: '610' },
      later: '10 readers later, at the hours they chose',
      groups: [
        { name: 'Gmail', done: '400', of: '1,000' },
        { name: 'Other addresses', done: '0', of: '10', rate: '' },
      ],
    });
    const { events } = heard;
    await sql`update ranges set sent = sent + 200, queued = queued - 200
      where edition_id = ${id} and receiver_group = 'google'`.execute(db);
    await eventually(() => expect(heard.editions.get(id)?.ledger.sent).toBe(600));
    expect(heard.events).toBeGreaterThan(events);
    expect(heard.editions.get(id)?.rate).toMatch(/^[\d.,]+ per second$/);
    expect(heard.editions.get(id)?.left).toMatch(/left$/);
    expect(heard.editions.get(id)?.groups[0]?.left).toMatch(/left$/);

    await noteRelayActivity(db, 1, [
      {
        relay: 'post',
        perSecond: 12.4,
        words: null,
        state: 'up',
        connections: 2,
        restingUntil: null,
      },
    ]);
    await noteRelayActivity(db, 2, [
      {
        relay: 'post',
        perSecond: 7.6,
        words: '421 slow <down>',
        state: 'resting',
        connections: 2,
        restingUntil: null,
      },
    ]);
    await eventually(() =>
      expect(heard.relays).toEqual([
        { name: 'post', rate: '20 per second', words: '421 slow <down>' },
      ]),
    );
  });

  it('tells the end of an edition, in the language of each', async () => {
    const [here, there] = [await hear(base, ana), await hear(base, await signIn('luz', 'es'))];
    await eventually(() => expect(there.editions.get(id)?.stateText).toBe('Enviando'));
    await db.updateTable('editions').set({ state: 'sent' }).where('id', '=', id).execute();
    await eventually(() => expect(here.editions.get(id)?.stateText).toBe('Sent'));
    await eventually(() => expect(there.editions.get(id)?.stateText).toBe('Enviada'));
    await db.updateTable('editions').set({ state: 'sending' }).where('id', '=', id).execute();
  });

  it('ends with the session, and when a role changes', async () => {
    const [eva, sam] = [await signIn('eva'), await signIn('sam')];
    const [ofAna, ofEva, ofSam] = [
      await hear(base, ana),
      await hear(base, eva),
      await hear(base, sam),
    ];
    await eva.post('/console/sign-out', {});
    await db
      .updateTable('operators')
      .set({ role: 'viewer' })
      .where('email', '=', 'sam@example.org')
      .execute();
    await eventually(() => expect([ofEva.ended, ofSam.ended]).toEqual([true, true]));
    expect(ofAna.ended).toBe(false);
    expect((await hear(base, sam)).status).toBe(200);
    expect((await hear(base, eva)).status).toBe(303);
  });

  it('asks once a second, however many follow', async () => {
    let asked = 0;
    const counting = db.withPlugin({
      transformQuery({ node }) {
        asked += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const figures = new LiveFigures({ db: counting, log: context.log });
    const heard = [0, 0, 0];
    const ends = heard.map((_, n) =>
      figures.follow(
        () => {
          heard[n] = (heard[n] ?? 0) + 1;
        },
        () => undefined,
      ),
    );
    await eventually(() => expect(Math.min(...heard)).toBeGreaterThanOrEqual(3));
    expect(asked).toBeLessThanOrEqual(Math.max(...heard) + 1);
    for (const end of ends) end();
    figures.close();
  });

  it('ends when the process stops', async () => {
    const figures = new LiveFigures(context);
    const url = await listenWhileTesting(createServer(createApp(context, undefined, figures)));
    const heard = await hear(url, ana);
    await eventually(() => expect(heard.events).toBeGreaterThan(0));
    figures.close();
    await eventually(() => expect(heard.ended).toBe(true));
  });
});
