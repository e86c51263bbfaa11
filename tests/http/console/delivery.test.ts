import dns from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCauses } from '../../../src/deliveries/answer-causes.ts';
import { addAnswers } from '../../../src/deliveries/answer-counts.ts';
import { noteReceiverLimits } from '../../../src/deliveries/receiver-limits.ts';
import { noteRelayActivity } from '../../../src/deliveries/relay-activity.ts';
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

  it('shows who is bound to some newsletters the senders of these', async () => {
    const text = await see('bound');
    expect(text).toContain('weekend.example');
    expect(text).not.toContain('other.example');
    expect(await see('admin')).toContain('other.example');
    expect(text).not.toContain('Send me a test');
  });
});
