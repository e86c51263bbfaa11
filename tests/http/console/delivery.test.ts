import dns from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCauses } from '../../../src/deliveries/answer-causes.ts';
import { addAnswers } from '../../../src/deliveries/answer-counts.ts';
import { noteReceiverLimits } from '../../../src/deliveries/receiver-limits.ts';
import { receiverPaces } from '../../../src/deliveries/receiver-pace.ts';
import { noteRelayActivity } from '../../../src/deliveries/relay-activity.ts';
import { withPlans } from '../../../src/deliveries/relay-plans.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { serveZone, type Zone } from '../../doctor/fixtures/name-server.ts';
import { startSink } from '../../relays/sink.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';
const page = '/console/delivery';

describe('the page of delivery', async () => {
  let refuses: string | undefined;
  const sink = await startSink({
    react: (step) => (step === 'mail' && refuses ? { reply: refuses } : undefined),
  });
  const desk = await openConsole({
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?name=a/b&rate=30,smtps://u:p4ssw0rd@127.0.0.1:1?name=closed`,
    MAIL_FROM: 'The Daily <daily@news.example>',
  });
  const { db } = desk.context;
  const before = dns.getServers();
  afterAll(async () => {
    dns.setServers(before);
    await sink.close();
  });
  const browsers: Record<string, Browser> = {};
  beforeAll(async () => {
    const weekend = await createNewsletter(db, {
      slug: 'weekend',
      title: 'The Weekend',
      language: 'en',
      timezone: 'Europe/Madrid',
      from: 'Weekend <hello@weekend.example>',
    });
    const other = { slug: 'other', title: 'Other', language: 'en', timezone: 'UTC' };
    await createNewsletter(db, { ...other, from: 'hello@other.example' });
    const people = [
      { name: 'admin', role: 'admin' },
      { name: 'viewer', role: 'viewer' },
      { name: 'bound', role: 'admin', newsletters: [weekend.id] },
    ] as const;
    for (const { name, role, ...more } of people) {
      const email = `${name}@news.example`;
      const { id } = await createOperator(db, { email, password, role, language: 'en' });
      if ('newsletters' in more)
        await db
          .updateTable('operators')
          .set({ boundTo: [...more.newsletters] })
          .where('id', '=', id)
          .execute();
      browsers[name] = desk.browser();
      await browsers[name].post('/console/sign-in', { email, password });
    }
  });
  const see = async (who: string) => (await browsers[who]?.get(page))?.text ?? '';

  it('shows relays with what they answer, receivers that are held back, the queue and no password', async () => {
    const counted = { relay: 'a/b', sent: 1234, deferred: 7, refused: 3, lost: 0 };
    await addAnswers(db, [{ ...counted, receiverGroup: 'google', words: '450 <b>later</b>' }]);
    const resting = { relay: 'closed', perSecond: 0, words: '421 <i>busy</i>', connections: 0 };
    const restingUntil = new Date(Date.now() + 30_000);
    await noteRelayActivity(db, 1, [{ ...resting, state: 'resting', restingUntil }]);
    const heldUntil = new Date(Date.now() + 30_000);
    await noteReceiverLimits(db, 1, [{ receiverGroup: 'yahoo', perSecond: 0.25, heldUntil }]);
    const text = await see('viewer');
    for (const shown of [
      '1,234',
      '450 &lt;b&gt;later&lt;/b&gt;',
      '421 &lt;i&gt;busy&lt;/i&gt;',
      'Not available',
      'Gmail',
      'Yahoo, AOL',
      '0.25 per second',
      'kept in PostgreSQL',
      'No worker is running',
      'Not checked yet',
    ])
      expect(text).toContain(shown);
    expect(text).not.toContain('p4ssw0rd');
    expect(text).not.toContain('Send me a test');
  });

  it('sends a test to who asks for it, once, and shows what the relay said', async () => {
    const at = `${page}/relays/a%2Fb/test`;
    const [, once = ''] = /name="once" value="([^"]+)"/.exec(await see('admin')) ?? [];
    const answers = [
      await browsers.admin?.post(at, { once }),
      await browsers.admin?.post(at, { once }),
    ];
    expect(answers.map((answer) => answer?.location)).toEqual([page, page]);
    expect(sink.accepted.map(({ to }) => to)).toEqual(['admin@news.example']);
    expect(await see('admin')).toMatch(/“a\/b” accepted the test to admin@news\.example/);
    refuses = '550 5.7.1 <b>not</b> you';
    await browsers.admin?.post(at, {});
    const text = await see('admin');
    expect(text).toContain('550 5.7.1 &lt;b&gt;not&lt;/b&gt; you');
    expect(text).toContain('Check MAIL_FROM');
    refuses = undefined;
  });

  it('lets nobody else send one', async () => {
    const taken = sink.accepted.length;
    for (const who of ['viewer', 'bound'])
      expect((await browsers[who]?.post(`${page}/relays/a%2Fb/test`, {}))?.status).toBe(403);
    expect((await browsers.admin?.post(`${page}/relays/none/test`, {}))?.status).toBe(404);
    expect(sink.accepted.length).toBe(taken);
  });

  it('asks the DNS when it is told to, and shows the record to publish', async () => {
    const { address } = await serveZone({
      'news.example': [
        { type: 'TXT', value: 'v=spf1 a:127.0.0.1 -all' },
        { type: 'MX', value: 'mx.news.example' },
      ],
    });
    dns.setServers([address]);
    expect((await browsers.viewer?.post(`${page}/dns`, {}))?.status).toBe(403);
    await browsers.admin?.post(`${page}/dns`, {});
    const text = await see('admin');
    expect(text).toContain('DNS, mail servers and the unsubscribe link have been checked.');
    expect(text).toContain('v=spf1 a:127.0.0.1 -all');
    expect(text).toContain('_dmarc.news.example');
    expect(text).toContain('v=DMARC1; p=none; rua=mailto:postmaster@news.example');
    expect(text).toContain('weekend.example does not say which servers may send its email.');
  });

  it('makes a key, shows its record, and switches to it once that is published', async () => {
    const zone: Zone = { 'news.example': [] };
    dns.setServers([(await serveZone(zone)).address]);
    expect(
      (await browsers.bound?.post(`${page}/dkim`, { domain: 'weekend.example' }))?.status,
    ).toBe(403);
    await browsers.admin?.post(`${page}/dkim`, { domain: 'news.example' });
    const text = await see('admin');
    const [, id = ''] = /delivery\/dkim\/(\d+)\/activate/.exec(text) ?? [];
    const [, value = ''] = /(v=DKIM1; k=rsa; p=[\w+/=]+)/.exec(text) ?? [];
    expect(text).toContain('gaceta1._domainkey.news.example');
    expect(await see('viewer')).not.toContain(`/dkim/${id}/activate`);
    await browsers.admin?.post(`${page}/dkim/${id}/activate`, {});
    expect(await see('admin')).toContain('is not published yet');
    zone['gaceta1._domainkey.news.example'] = [{ type: 'TXT', value }];
    await browsers.admin?.post(`${page}/dkim/${id}/activate`, {});
    const after = await see('admin');
    expect(after).toContain('Emails from news.example are now signed with the new key.');
    expect(after).toMatch(/Signing<[^]+Since /);
    expect(after).toContain('Make the next key');
  });

  it('shows the days of the receivers with causes, and what the large providers ask', async () => {
    await addAnswers(db, [
      {
        relay: 'a/b',
        receiverGroup: 'yahoo',
        sent: 6000,
        deferred: 3,
        refused: 40,
        lost: 0,
        words: null,
      },
    ]);
    await addCauses(db, [
      { receiverGroup: 'yahoo', answer: 'refused', cause: 'mailbox', messages: 40 },
      { receiverGroup: 'yahoo', answer: 'deferred', cause: 'slower', messages: 3 },
    ]);
    const text = (await browsers.viewer?.get(`${page}/receivers`))?.text ?? '';
    for (const shown of [
      '6,000',
      'No such mailbox: 40',
      'Asked for fewer emails: 3',
      '0.67% on the worst day',
      'Its rules for bulk senders apply.',
      'Not met',
    ])
      expect(text).toContain(shown);
  });

  it('sets how fast a receiver is sent to, and takes it away again', async () => {
    const paces = () => receiverPaces(db);
    const set = (who: string, perSecond: string, connections: string, relay = '') =>
      browsers[who]?.post(`${page}/receivers`, { group: 'google', relay, perSecond, connections });
    for (const who of ['viewer', 'bound']) expect((await set(who, '1', ''))?.status).toBe(403);
    expect((await set('admin', '2,5', '3', 'a/b'))?.location).toBe(`${page}#receivers`);
    const google = { relay: 'a/b', receiverGroup: 'google', perSecond: 2.5, connections: 3 };
    expect(await paces()).toEqual([google]);
    expect(await see('admin')).toContain('The speed for Gmail is saved.');
    for (const [perSecond, connections] of [
      ['fast', ''],
      ['0', ''],
      ['', '1.5'],
    ] as const) {
      await set('admin', perSecond, connections, 'a/b');
      expect(await see('admin')).toContain('Not saved: enter numbers above 0');
    }
    expect(await paces()).toEqual([google]);
    await set('admin', '', '', 'a/b');
    expect(await paces()).toEqual([]);
  });

  it('sets the warm-up of a relay, none, or what SMTP_URL says again', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const set = (how: string, more: object = {}, who = 'admin') =>
      browsers[who]?.post(`${page}/relays/a%2Fb/warm-up`, { how, ...more });
    const planned = async () => (await withPlans(db, desk.context.relays))[0]?.warmUp;
    expect((await set('none', {}, 'viewer'))?.status).toBe(403);
    await set('plan', { day: today, first: '500', growth: '1,5' });
    expect(await planned()).toMatchObject({ first: 500, growth: 1.5 });
    expect(await see('admin')).toContain('The warm-up of “a/b” is saved.');
    // as it is written in the operator's language
    const shown = async (language: 'en' | 'es') => {
      await db
        .updateTable('operators')
        .set({ language })
        .where('email', '=', 'admin@news.example')
        .execute();
      const text = (await browsers['admin']?.get(page))?.text;
      return /name="growth" value="([^"]+)"/.exec(text ?? '')?.[1];
    };
    expect([await shown('es'), await shown('en')]).toEqual(['1,5', '1.5']);
    await set('plan', { day: 'soon', first: '500', growth: '1.5' });
    expect(await see('admin')).toContain('Not saved: enter the first day');
    expect(await planned()).toMatchObject({ first: 500 });
    for (const how of ['none', 'configured']) {
      await set(how);
      expect(await planned()).toBeUndefined();
    }
  });

  it('shows who is bound to some newsletters the senders of these', async () => {
    const text = await see('bound');
    expect(text).toContain('weekend.example');
    expect(text).not.toContain('other.example');
    expect(await see('admin')).toContain('other.example');
    expect(text).not.toContain('Send me a test');
  });
});
