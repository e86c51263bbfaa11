import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { lookForAttention } from '../../../src/actions/attention/look.ts';
import { keepSenderChecks } from '../../../src/actions/sender-checks.ts';
import { createNewsletter, updateNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { said } from '../../../src/relays/advice.ts';
import { eventually } from '../../harness/eventually.ts';
import { startSink } from '../../relays/sink.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { type Browser, type Console, openConsole } from './harness.ts';

const password = 'correct horse';

async function signIn(
  desk: Console,
  role: 'owner' | 'admin' | 'sender' | 'viewer',
  language = 'en',
) {
  const email = `${role}.${language}@example.org`;
  await createOperator(desk.context.db, { email, password, role, language });
  const one = desk.browser();
  await one.post('/console/sign-in', { email, password });
  return one;
}

/** The text of a page as somebody reads it. */
const read = async (who: Browser, path = '/console') =>
  (await who.get(path)).text
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('Today', async () => {
  const desk = await openConsole({
    SMTP_URL: 'smtp://127.0.0.1:9?name=post',
    MAIL_FROM: 'd@x.example',
  });
  const { context } = desk;
  const { db } = context;
  // 24 November 2026 is a Tuesday; the newsletter's clock shows 11:00
  context.now = () => new Date('2026-11-24T10:00:00Z');
  await updateNewsletter(db, 'daily', {
    timezone: 'Europe/Madrid',
    sendAt: '07:00',
    days: [2, 4],
    kinds: ['daily', 'special'],
  });
  const viewer = await signIn(desk, 'viewer');

  it('is calm when all is well', async () => {
    const page = await read(viewer);
    expect(page).toContain('All is well: nothing needs you, and nothing is being sent.');
    expect((await viewer.get('/console')).text).not.toContain('class="count"');
    expect(page).not.toContain('First steps');
  });

  it('says when each newsletter goes next, in which zone, and to how many', async () => {
    await addReaders(db, 311);
    await sql`update subscriptions set frequency = 'weekly' where subscriber_id % 3 = 0`.execute(
      db,
    );
    const [{ daily } = { daily: 0 }] = (
      await sql<{ daily: number }>`
        select count(*)::int as daily from subscriptions where frequency = 'daily'`.execute(db)
    ).rows;
    await createNewsletter(db, {
      slug: 'noche',
      title: 'La Noche',
      language: 'es',
      timezone: 'America/Bogota',
      sendAt: '21:30',
      kinds: ['daily'],
    });
    await createNewsletter(db, {
      slug: 'old',
      title: 'Old',
      language: 'en',
      timezone: 'UTC',
      active: false,
    });
    // today's hour has passed: Thursday's is next
    const page = await eventually(async () => {
      const text = await read(viewer);
      expect(text).toContain(
        `The Daily Daily · 26 Nov 2026, 07:00 (Europe/Madrid) To ${daily} readers It goes out automatically.`,
      );
      return text;
    });
    expect(page).toContain('La Noche Daily · 24 Nov 2026, 21:30 (America/Bogota) To 0 readers');
    expect(page).not.toContain('Old');
    const [{ id: newsletterId } = { id: '' }] = await db
      .selectFrom('newsletters')
      .select('id')
      .where('slug', '=', 'daily')
      .execute();
    // one that has gone early is not next, one by hand before it is
    const edition = { newsletterId, kind: 'daily' as const, localDate: '2026-11-26', subject: 'x' };
    await db
      .insertInto('editions')
      .values({ ...edition, number: 1, state: 'sent' })
      .execute();
    expect(await read(viewer)).toContain('The Daily Daily · 1 Dec 2026, 07:00 (Europe/Madrid)');
    await db
      .insertInto('editions')
      .values({
        ...edition,
        kind: 'special',
        number: 2,
        state: 'scheduled',
        sendAt: new Date('2026-11-25T20:15:00Z'),
      })
      .execute();
    expect(await read(viewer)).toContain(
      'The Daily Special report · 25 Nov 2026, 21:15 (Europe/Madrid) To 311 readers It goes out automatically. Open no. 2',
    );
    await db.updateTable('editions').set({ state: 'cancelled' }).where('number', '=', 2).execute();
    await updateNewsletter(db, 'daily', { reviewRequired: true });
    expect(await read(viewer)).toContain('waits for review, and goes out when someone sends it');
  });

  it('shows what is being sent, and what needs whom, with the press that mends it', async () => {
    await addArticle(db, { title: 'Bridge <i>opens</i>' });
    const sender = await signIn(desk, 'sender', 'es');
    await db
      .updateTable('editions')
      .set({ state: 'sending', startedAt: new Date() })
      .where('number', '=', 1)
      .execute();
    const { id } = await db
      .selectFrom('editions')
      .select('id')
      .where('number', '=', 1)
      .executeTakeFirstOrThrow();
    await db
      .insertInto('ranges')
      .values({
        editionId: id,
        receiverGroup: 'yahoo',
        size: 9,
        queued: 5,
        sent: 4,
        dueAt: new Date(),
        nextAt: new Date(),
        firstSubscriber: '1',
        lastSubscriber: '9',
      })
      .execute();
    await eventually(async () =>
      expect(await read(viewer)).toMatch(
        /Being sent now .*The Daily · Daily · No\. 1 Sending .*Yahoo, AOL 4 9/,
      ),
    );
    await db
      .updateTable('editions')
      .set({
        state: 'paused',
        heldBy: 'refusals',
        statusText: said('relay-1', '550 5.7.1 <b>blocked</b>', { code: 'advice.blocked' }),
      })
      .where('id', '=', id)
      .execute();
    await lookForAttention(context);
    await eventually(async () => {
      const { text } = await sender.get('/console');
      expect(text).toContain('aria-label="1 asunto te necesita">1</span>');
      expect(text).toContain('550 5.7.1 &lt;b&gt;blocked&lt;/b&gt;');
      expect(text).toContain('El servidor de correo bloquea este equipo');
      expect(text).toContain(`action="/console/editions/${id}/resume"`);
    });
    const looked = (await viewer.get('/console')).text;
    expect(looked).toContain(`href="/console/editions/${id}"`);
    expect(looked).not.toContain('/resume"');
    // and on every other page
    expect((await viewer.get('/console/editions')).text).toContain('1 thing needs you');
    await sender.post(`/console/editions/${id}/resume`, {});
    await lookForAttention(context);
    await eventually(async () =>
      expect((await viewer.get('/console')).text).not.toContain('class="count"'),
    );
  });

  it('keeps to the newsletters that somebody is bound to', async () => {
    const bound = await signIn(desk, 'admin');
    await sql`update operators set bound_to = array(select id from newsletters where slug = 'noche')
      where email = 'admin.en@example.org'`.execute(db);
    const page = await read(bound);
    expect(page).toContain('La Noche');
    expect(page).not.toContain('The Daily');
    expect(page).not.toContain('First steps');
    expect((await bound.get('/console/first-steps')).status).toBe(403);
  });
});

describe('the first steps', async () => {
  const sink = await startSink({ password: 's3cret' });
  const desk = await openConsole({
    SMTP_URL: `smtp://user:s3cret@127.0.0.1:${sink.port}?name=post&tls=off`,
    MAIL_FROM: 'The Post <post@no-such-domain.invalid>',
  });
  const owner = await signIn(desk, 'owner');
  const admin = await signIn(desk, 'admin');
  const { db } = desk.context;
  const page = '/console/first-steps';
  const done = async () =>
    [
      ...(await owner.get('/console')).text.matchAll(
        /<li class="(\w*)"><a href="\/console\/first-steps\?open=(\w+)#/g,
      ),
    ]
      .filter(([, state]) => state === 'done')
      .map(([, , name]) => name);

  it('asks for name and address, and says what is wrong with them', async () => {
    expect(await done()).toEqual([]);
    const wrong = await owner.post(`${page}/newsroom`, { name: '', postalAddress: 'Quay 1' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('A name has 1 to 100 characters.');
    expect(wrong.text).toContain('>Quay 1</textarea>');
    await owner.post(`${page}/newsroom`, {
      name: 'The Harbour Post',
      postalAddress: 'Quay 1\r\nPort',
    });
    expect(await done()).toEqual(['newsroom']);
  });

  it('opens the step that somebody comes for, else the next one', async () => {
    const opened = async (query: string) =>
      [...(await owner.get(`${page}${query}`)).text.matchAll(/id="(\w+)" open>/g)].map(
        ([, name]) => name,
      );
    expect(await opened('')).toEqual(['relay']);
    expect(await opened('?open=readers')).toEqual(['readers']);
    expect(await opened('?open=none')).toEqual(['relay']);
  });

  it('sends a test through the relay, and shows its words, never its password', async () => {
    const before = await owner.get(page);
    expect(before.text).toContain(`post (127.0.0.1:${sink.port})`);
    expect(before.text).toContain('<dd>user</dd>');
    await owner.post(`${page}/relays/post/test`, { email: 'me@example.org' });
    const after = await owner.get(page);
    expect(sink.accepted).toHaveLength(1);
    expect(after.text).toMatch(/Taken, for me@example\.org .*<q dir="auto">[^<]*\S/);
    expect(before.text + after.text).not.toContain('s3cret');
    expect(await done()).toEqual(['newsroom', 'relay']);
    await owner.post(`${page}/relays/post/test`, { email: 'no address' });
    expect((await owner.get(page)).text).toContain(
      'The test was not sent: this is not an email address.',
    );
    expect(
      (await owner.post(`${page}/relays/other/test`, { email: 'me@example.org' })).status,
    ).toBe(404);
  });

  it('checks the DNS, and shows the record to publish', async () => {
    await owner.post(`${page}/dns`, {});
    expect((await owner.get(page)).text).toContain('Checked on');
    const found = (check: object) =>
      keepSenderChecks(db, [
        {
          domain: 'no-such-domain.invalid',
          at: new Date(),
          checks: [{ name: 'spf', ok: false, detail: '', fix: null, ...check }],
        },
      ]);
    const record = { name: 'no-such-domain.invalid', value: 'v=spf1 a:127.0.0.1 -all' };
    await found({ finding: 'missing', record });
    const missing = await owner.get(page);
    expect(missing.text).toContain('<code data-copy>v=spf1 a:127.0.0.1 -all</code>');
    expect(missing.text).toContain('does not say which servers may send its email');
    expect(await done()).toEqual(['newsroom', 'relay']);
    await found({ ok: true, detail: 'v=spf1 mx -all' });
    expect(await done()).toEqual(['newsroom', 'relay', 'dns']);
  });

  it('says that there is nothing to draft, then ticks itself to its end, and goes away', async () => {
    await owner.post(`${page}/draft`, {});
    expect((await owner.get(page)).text).toContain(
      'No draft was prepared: there is no article yet',
    );
    await addArticle(db, { title: 'Bridge opens' });
    await addReaders(db, 1);
    // the form for a new edition is no draft
    expect((await owner.get('/console/editions/new')).status).toBe(200);
    expect(await done()).toEqual(['newsroom', 'relay', 'dns', 'articles', 'readers']);
    const { location = '' } = await owner.post(`${page}/draft`, {});
    expect((await owner.get(location)).status).toBe(200);
    await owner.get('/console');
    const after = await owner.get('/console');
    expect(after.text).not.toContain('aria-labelledby="steps"');
    expect(after.text).toContain('href="/console/first-steps">First steps</a>');
    expect((await owner.get(page)).text).toContain('6 of 6 done');
  });

  it('is put away and shown again by an owner alone', async () => {
    await sql`update settings set value = value || '{"complete": false}' where key = 'firstSteps'`.execute(
      db,
    );
    await sql`update settings set value = value || '{"draftSeen": false}' where key = 'firstSteps'`.execute(
      db,
    );
    expect((await admin.get('/console')).text).toContain('aria-labelledby="steps"');
    expect((await admin.post(`${page}/dismiss`, {})).status).toBe(403);
    await owner.post(`${page}/dismiss`, {});
    for (const who of [owner, admin])
      expect((await who.get('/console')).text).not.toContain('aria-labelledby="steps"');
    await owner.post(`${page}/show`, {});
    expect((await admin.get('/console')).text).toContain('aria-labelledby="steps"');
    const written = await db
      .selectFrom('audit')
      .select('action')
      .where('object', '=', 'first steps')
      .orderBy('id')
      .execute();
    expect(written.map(({ action }) => action)).toEqual(['dismiss', 'show again']);
  });

  it('says what to set where no relay is', async () => {
    const bare = await openConsole();
    const first = await signIn(bare, 'owner', 'es');
    const text = await read(first, page);
    expect(text).toContain('SMTP_URL=smtp://USUARIO:CONTRASEÑA@mail.example.org:587');
    expect(text).toContain('en el archivo .env');
    expect(text).toContain('Esto va después del servidor de correo');
  });
});
