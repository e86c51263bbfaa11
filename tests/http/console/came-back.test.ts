import { expect, test } from 'vitest';
import { lookForAttention } from '../../../src/actions/attention/look.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';

test('what came back is shown, filtered and masked, and a request to unsubscribe is one press', async () => {
  const desk = await openConsole({ INBOUND_DOMAIN: 'back.news.example' });
  const { db, hashAddress } = desk.context;
  const newsletter = await createNewsletter(db, {
    slug: 'evenings',
    title: 'Evenings <b>',
    language: 'en',
    timezone: 'UTC',
  });
  const email = 'ana.garcia@readers.example';
  const { id: subscriberId } = await db
    .insertInto('subscribers')
    .values({ email, emailKey: email, addressHash: hashAddress(email) })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('subscriptions')
    .values({ newsletterId: newsletter.id, subscriberId, state: 'active', activeFrom: new Date() })
    .execute();
  const one = { subscriberId, receiverGroup: 'google', newsletterId: newsletter.id };
  await db
    .insertInto('bounces')
    .values([
      {
        ...one,
        source: 'relay',
        kind: 'bounce',
        hard: true,
        reason: 'unknown-user',
        words: `<i> ${email}`,
      },
      { ...one, source: 'ses', kind: 'complaint', hard: false, reason: 'abuse', words: '' },
    ])
    .execute();
  await db
    .insertInto('replies')
    .values({
      newsletterId: newsletter.id,
      subscriberId,
      email,
      message: Buffer.from(''),
      wantsOut: true,
    })
    .execute();
  const signedIn = async (role: 'admin' | 'viewer', language = 'en') => {
    const address = `${role}-${language}@news.example`;
    await createOperator(db, { email: address, password, role, language });
    const browser = desk.browser();
    await browser.post('/console/sign-in', { email: address, password });
    return browser;
  };
  const [admin, viewer, spanish] = [
    await signedIn('admin'),
    await signedIn('viewer'),
    await signedIn('admin', 'es'),
  ];
  const page = '/console/delivery/came-back';
  const shown = (await admin.get(page)).text;
  expect(shown).toContain('No such mailbox');
  expect(shown).toContain('Complaint');
  expect(shown).toContain(email);
  expect(shown).not.toContain('<i>');
  expect(shown.match(/\(UTC\)/g)).toHaveLength(1);
  expect((await viewer.get(page)).text).not.toContain('ana.garcia');
  const complaints = (await spanish.get(`${page}?kind=complaint`)).text;
  expect(complaints).toContain('Amazon SES');
  expect(complaints).toContain('Denunciado como no deseado');
  expect(complaints).not.toContain('Respuesta al enviar');
  expect((await admin.get(`/console/readers/${subscriberId}`)).text).toContain('For good');
  await lookForAttention(desk.context);
  const today = (await admin.get('/console')).text;
  expect(today).toContain('1 reader of Evenings &lt;b&gt; asks by email to be unsubscribed.');
  expect(today).toMatch(/href="\/console\/readers"[^>]*>\s*Open the readers/);
  const list = (await admin.get('/console/readers')).text;
  const [, action = ''] = /action="([^"]*replies[^"]*unsubscribe)"/.exec(list) ?? [];
  expect(action).toMatch(/^\/console\/readers\/replies\/\d+\/unsubscribe$/);
  expect((await viewer.post(action, {})).status).toBe(403);
  expect((await admin.post(action, {})).location).toBe('/console/readers');
  expect(await db.selectFrom('subscriptions').select('state').execute()).toEqual([
    { state: 'unsubscribed' },
  ]);
  expect((await admin.get('/console/readers')).text).not.toContain('/replies/');
  await lookForAttention(desk.context);
  expect((await admin.get('/console')).text).not.toContain('asks by email');
});
