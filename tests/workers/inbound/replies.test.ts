import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { wantsOut } from '../../../src/bounces/reply.ts';
import { findInboundAddress } from '../../../src/bounces/reply-address.ts';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { putNewsroom } from '../../../src/newsletters/newsroom.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { takeMessage } from '../../../workers/inbound/take.ts';
import { openLetters } from '../letters/fixtures/letters.ts';

const domain = 'back.news.test';
const replyTo = `daily@${domain}`;

async function openDoor() {
  const sending = await openLetters({}, { environment: { INBOUND_DOMAIN: domain } });
  const { db, context } = sending;
  const newsletter = await createNewsletter(db, {
    slug: 'daily',
    title: 'The Daily',
    language: 'en',
    timezone: 'UTC',
    from: 'The Daily <daily@news.test>',
    replyTo,
  });
  const email = 'owner@news.test';
  await createOperator(db, { email, password: 'correct horse', role: 'owner', language: 'en' });
  const ana = 'ana@readers.test';
  const { id: reader } = await db
    .insertInto('subscribers')
    .values({ email: ana, emailKey: ana, addressHash: context.hashAddress(ana) })
    .returning('id')
    .executeTakeFirstOrThrow();
  let made = 0;
  /** Sends a message to the reply address, and passes on what is to be passed on. */
  async function comes(header: string, body: string, sender = ana) {
    const address = await findInboundAddress(db, replyTo.toUpperCase(), domain, context.tokens);
    expect(address).toEqual({ for: 'reply', newsletter: newsletter.id });
    const bytes = Buffer.from(
      `Message-ID: <${++made}@readers.test>\r\nTo: ${replyTo}\r\n${header}\r\n\r\n${body}\r\n`,
    );
    await takeMessage(context, address ? [address] : [], { bytes, source: 'smtp', sender });
    const before = sending.sink.received.length;
    const due = await db.selectFrom('letters').select('id').where('state', '=', 'queued').execute();
    for (const { id } of due) await sending.send(id);
    return Promise.all(
      sending.sink.received.slice(before).map(async (one) => ({
        to: one.to,
        from: one.from,
        mail: await simpleParser(one.bytes),
      })),
    );
  }
  return Object.assign(sending, { reader, newsletter, comes });
}

test('what a reader writes goes to the newsroom, from us, answered to them, in a form that cannot loop', async () => {
  await using door = await openDoor();
  const [passed, ...more] = await door.comes(
    'From: Ana García <ana@readers.test>\r\nSubject: Re: Bridge opens\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b',
    '--b\r\nContent-Type: text/plain\r\n\r\nThank you!\r\n--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment; filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b\r\nContent-Type: application/x-msdownload; name=b.exe\r\nContent-Disposition: attachment; filename=b.exe\r\n\r\nMZ\r\n--b--',
  );
  expect(more).toEqual([]);
  expect(passed).toMatchObject({ to: 'owner@news.test', from: 'daily@news.test' });
  const { mail } = passed ?? { mail: await simpleParser('') };
  expect(mail.from?.value).toEqual([
    { address: 'daily@news.test', name: 'Ana García via The Daily' },
  ]);
  expect(mail.replyTo?.value).toEqual([{ address: 'ana@readers.test', name: 'Ana García' }]);
  expect(mail.subject).toBe('Re: Bridge opens');
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.headers.get('x-loop')).toBe('daily@news.test');
  expect(mail.text).toContain('Thank you!');
  expect(mail.text).toContain(`/console/readers/${door.reader}`);
  expect(mail.text).toContain('Not passed on: b.exe');
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(['a.png']);
  // what was passed on comes back: the mark stops it
  expect(mail.headers.get('x-gaceta-reply')).toEqual(expect.any(String));
  const again = 'From: ana@readers.test\r\nSubject: Fwd\r\nX-Gaceta-Reply: 1';
  expect(await door.comes(again, 'Thank you!')).toEqual([]);
});

test('a stranger’s is marked, without attachments; those whom the settings name get it', async () => {
  await using door = await openDoor();
  await putNewsroom(door.db, {
    name: 'News',
    colour: null,
    logo: null,
    postalAddress: null,
    repliesTo: 'desk@news.test, letters@news.test',
  });
  const passed = await door.comes(
    'From: x@elsewhere.test\r\nSubject: Hello',
    'Hi',
    'x@elsewhere.test',
  );
  expect(passed.map(({ to }) => to)).toEqual(['desk@news.test', 'letters@news.test']);
  expect(passed[0]?.mail.text).toContain('not one of your readers');
});

test.each([
  [
    'a vacation note',
    'From: ana@readers.test\r\nAuto-Submitted: auto-replied\r\nSubject: Away',
    undefined,
  ],
  ['one of before RFC 3834', 'From: ana@readers.test\r\nSubject: Out of office', undefined],
  ['bulk', 'From: ana@readers.test\r\nPrecedence: bulk\r\nSubject: Hi', undefined],
  ['the null sender', 'From: ana@readers.test\r\nSubject: Hi', ''],
  ['ourselves', 'From: daily@news.test\r\nSubject: Hi', undefined],
  ['one of the newsroom', 'From: owner@news.test\r\nSubject: Hi', undefined],
] as const)('%s is passed on to nobody', async (_name, header, sender) => {
  await using door = await openDoor();
  expect(await door.comes(header, 'I am away', sender)).toEqual([]);
  expect(await door.db.selectFrom('replies').selectAll().execute()).toEqual([]);
  expect(await door.db.selectFrom('inboundMessages').select('kind').execute()).toHaveLength(1);
});

test('who asks to be unsubscribed is offered to the operator; a token in the subject does it', async () => {
  await using door = await openDoor();
  const { db, context, reader, newsletter } = door;
  await db
    .insertInto('subscriptions')
    .values({
      newsletterId: newsletter.id,
      subscriberId: reader,
      state: 'active',
      activeFrom: new Date(),
    })
    .execute();
  const [passed] = await door.comes(
    'From: ana@readers.test\r\nSubject: Re: Bridge opens',
    'Darme de baja\r\n\r\n> stop',
  );
  expect(passed?.mail.text).toContain('seems to want to unsubscribe');
  expect(await db.selectFrom('replies').select(['wantsOut', 'subscriberId']).execute()).toEqual([
    { wantsOut: true, subscriberId: reader },
  ]);
  expect(await db.selectFrom('subscriptions').select('state').execute()).toEqual([
    { state: 'active' },
  ]);
  const token = context.tokens.sign('unsubscribe', {
    subscriber: reader,
    newsletter: newsletter.id,
  });
  expect(await door.comes(`From: ana@readers.test\r\nSubject: unsubscribe ${token}`, '')).toEqual(
    [],
  );
  expect(await db.selectFrom('subscriptions').select('state').execute()).toEqual([
    { state: 'unsubscribed' },
  ]);
});

test.each([
  ['unsubscribe', '', true],
  ['Baja', '', true],
  ['Re: Bridge opens', 'STOP\n\nOn Monday The Daily wrote:\n> Bridge', true],
  ['Re: Bridge opens', 'Please remove me from this list', true],
  ['Re: Bridge opens', 'Quiero darme de baja, gracias', true],
  ['Re: Bridge opens', 'El 3 de mayo de 2026, The Daily escribió:\n> Unsubscribe', false],
  ['Re: Unsubscribe', 'A good story', false],
  ['The bus stop', 'Stop the bridge? Nonsense.', false],
  ['Re: La baja del euro', 'Bajad la voz', false],
])('“%s”, “%s”: %s', (subject, text, expected) => {
  expect(wantsOut({ subject, text })).toBe(expected);
});

test('a reply is a sign of life: who was asked, or rests for giving none, gets their newsletters again', async () => {
  await using door = await openDoor();
  const { db, reader } = door;
  await db
    .insertInto('signsOfLife')
    .values({ subscriberId: reader, askedAt: new Date(0), restedAt: new Date(0) })
    .execute();
  await db.updateTable('subscribers').set({ rests: 'asleep' }).execute();
  const state = async () => ({
    ...(await db.selectFrom('subscribers').select('rests').executeTakeFirstOrThrow()),
    ...(await db.selectFrom('signsOfLife').select('askedAt').executeTakeFirstOrThrow()),
  });
  const asleep = { rests: 'asleep', askedAt: new Date(0) };
  await door.comes('From: ana@readers.test\r\nSubject: Re: Goodbye', 'Stop\r\n');
  expect(await state()).toEqual(asleep);
  await door.comes('From: x@elsewhere.test\r\nSubject: Hello', 'Hi', 'x@elsewhere.test');
  expect(await state()).toEqual(asleep);
  await door.comes('From: ana@readers.test\r\nSubject: Re: Bridge opens', 'Thank you!');
  expect(await state()).toEqual({ rests: null, askedAt: null });
});
