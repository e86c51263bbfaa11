import { describe, expect, it } from 'vitest';
import { showEdition, showEditions } from '../../../src/actions/show-editions.ts';
import { composeEdition } from '../../../src/editions/compose.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { composeDaily } from './fixtures/compose.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';

async function openDraft() {
  const { context, browser } = await openConsole();
  const { db } = context;
  await db.updateTable('newsletters').set({ timezone: 'Europe/Madrid' }).execute();
  const signIn = async (role: 'editor' | 'sender' | 'viewer') => {
    await createOperator(db, { email: `${role}@example.org`, password, role });
    const one = browser();
    await one.post('/console/sign-in', { email: `${role}@example.org`, password });
    return one;
  };
  const ed = await signIn('editor');
  await addArticle(db, { title: 'Bridge opens' });
  await addReaders(db, 3);
  const page = await composeDaily(ed);
  const edition = () => db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
  const formOf = (text: string) => ({
    seen: /name="seen" value="([^"]*)"/.exec(text)?.[1] ?? '',
    once: /name="once" value="([^"]*)"/.exec(text)?.[1] ?? '',
  });
  const asked = async () => formOf((await ed.get(`${page}/send`)).text);
  return { db, ed, page, edition, asked, signIn };
}

describe('before an edition goes out', async () => {
  const { db, ed, page, edition, asked, signIn } = await openDraft();

  it('one page says what goes to how many of which newsletter, and when', async () => {
    const draft = await ed.get(page);
    expect(draft.text).toContain('The Daily: 3 readers would receive it now.');
    // no button of this page sends anything
    expect(draft.text).not.toContain('class="primary"');
    const { text } = await ed.get(`${page}/send`);
    expect(text).toContain('The Daily: Bridge opens');
    expect(text).toContain('3 readers of The Daily');
    expect(text).toContain('Now, to all of them at once');
    expect(text).toContain('>Yes, send to 3 readers now</button>');
    expect((await edition()).state).toBe('draft');
  });

  it('is shown to those who may send', async () => {
    const sam = await signIn('sender');
    const vic = await signIn('viewer');
    expect((await sam.get(`${page}/send`)).text).not.toContain('datetime-local');
    expect(
      (await sam.post(`${page}/send`, { when: 'time', time: '2199-01-01T07:00' })).status,
    ).toBe(403);
    expect((await vic.get(`${page}/send`)).status).toBe(403);
    expect((await vic.post(`${page}/send`, { when: 'now' })).status).toBe(403);
  });

  it('is scheduled in the zone of the newsletter, and keeps what was typed where it cannot be', async () => {
    for (const time of ['2020-01-01T07:00', 'soon', '']) {
      const wrong = await ed.post(`${page}/send`, { ...(await asked()), when: 'time', time });
      expect(wrong.status, time).toBe(422);
      expect(wrong.text).toContain('Choose a date and time in the future.');
    }
    const form = { ...(await asked()), when: 'time', time: '2199-01-15T07:00' };
    expect((await ed.post(`${page}/send`, form)).location).toBe(page);
    expect(await edition()).toMatchObject({
      state: 'scheduled',
      sendAt: new Date('2199-01-15T06:00:00Z'),
    });
    expect((await ed.get(page)).text).toContain('Scheduled. It goes out on 15 Jan 2199, 07:00');
    expect((await ed.get(`${page}/send`)).text).toContain('Otherwise it goes out on');
  });

  it('is not sent where somebody changed it since, but looked at again', async () => {
    const before = await asked();
    await db.updateTable('editions').set({ touchedAt: new Date() }).execute();
    const answer = await ed.post(`${page}/send`, { ...before, when: 'now' });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('someone has changed this edition since');
    expect((await edition()).state).toBe('scheduled');
  });

  it('is sent once however often it is pressed, and asks no more', async () => {
    const form = { ...(await asked()), when: 'now' };
    const answers = await Promise.all([1, 2, 3].map(() => ed.post(`${page}/send`, form)));
    expect(answers.map(({ location }) => location)).toEqual([page, page, page]);
    expect((await edition()).state).toBe('sending');
    const sends = db.selectFrom('audit').select('id').where('action', '=', 'send');
    expect(await sends.execute()).toHaveLength(1);
    // Back, and pressed again
    expect((await ed.post(`${page}/send`, form)).location).toBe(page);
    expect((await ed.get(`${page}/send`)).location).toBe(page);
  });

  it('is sent again to those it missed only after a page has said to how many', async () => {
    const { id } = await edition();
    const { id: range } = await db
      .insertInto('ranges')
      .values({
        editionId: id,
        dueAt: new Date(),
        nextAt: new Date(),
        receiverGroup: 'rest',
        firstSubscriber: '1',
        lastSubscriber: '9',
        size: 3,
        sent: 1,
        failed: 2,
        state: 'done',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const readers = await db.selectFrom('subscribers').select('id').orderBy('id').execute();
    await db
      .insertInto('deliveries')
      .values(
        readers.map((reader, n) => ({
          editionId: id,
          subscriberId: reader.id,
          rangeId: range,
          dueAt: new Date(),
          nextAt: new Date(),
          state: n === 0 ? ('sent' as const) : ('failed' as const),
          reason: [null, 'expired', 'refused'][n] ?? null,
          answer: n === 2 ? '550 <b>no</b> reader2@example.org' : null,
        })),
      )
      .execute();
    await db
      .updateTable('editions')
      .set({ state: 'sent', plannedAt: new Date(), finishedAt: new Date(), audience: 3 })
      .execute();
    const shown = (await ed.get(page)).text;
    expect(shown).toContain('could not be sent within 24 hours');
    expect(shown).toMatch(/<a [^>]*\/resend">Send to the 1 reader it missed<\/a>/);
    const { text } = await ed.get(`${page}/resend`);
    expect(text).toContain('1 reader who has not received it');
    expect(text).toContain('>Yes, send to 1 reader now</button>');
    expect((await edition()).state).toBe('sent');

    const list = await ed.get(`${page}/missed`);
    expect(list.text).toContain('r•••@example.org');
    expect(list.text).toContain('550 &lt;b&gt;no&lt;/b&gt; r•••@example.org');
    expect(list.text).not.toContain('reader2@');
    const refused = await ed.get(`${page}/missed?show=failed&reason=refused`);
    expect(refused.text).not.toContain('<p>could not be sent');
    expect((await ed.get(`${page}/missed?search=nowhere`)).text).toContain('No readers match');
    const csv = await ed.get(`${page}/missed.csv?show=missed&reason=expired`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.trim().split('\n')).toHaveLength(2);
    expect(csv.text).toContain(',failed,expired,');

    expect((await ed.post(`${page}/resend-missed`, {})).location).toBe(page);
    expect((await edition()).state).toBe('sending');
    expect((await ed.get(page)).text).toContain('Sending to the readers it missed.');
    expect((await ed.get(`${page}/resend`)).location).toBe(page);
  });

  it('tells who unsubscribed by its links, and why', async () => {
    const { id, newsletterId } = await edition();
    const [reader] = await db.selectFrom('subscribers').select('id').orderBy('id').execute();
    const at = new Date();
    await db
      .insertInto('consents')
      .values({
        newsletterId,
        subscriberId: reader?.id ?? '',
        action: 'withdraw',
        at,
        editionId: id,
      })
      .execute();
    await db
      .updateTable('subscriptions')
      .set({
        state: 'unsubscribed',
        leftAt: at,
        leaveReason: 'often: Too long; write to a@b.example',
      })
      .where('subscriberId', '=', reader?.id ?? '')
      .execute();
    const { text } = await ed.get(page);
    expect(text).toContain('1 reader has used its link to unsubscribe.');
    expect(text).toMatch(/too many emails <q[^>]*>Too long; write to a•••@b.example/i);
  });
});

describe('what readers have had, or a feed has withdrawn', async () => {
  const { db, ed, page, asked } = await openDraft();

  it('is said before it goes out again, in the language of the console', async () => {
    await ed.post(`${page}/send`, { when: 'now', ...(await asked()) });
    await db.updateTable('articleSources').set({ withdrawnAt: new Date() }).execute();
    const { id: article } = await db.selectFrom('articles').select('id').executeTakeFirstOrThrow();
    const special = { newsletter: 'daily', kind: 'special' as const, now: new Date() };
    const { id } = await db
      .transaction()
      .execute((tx) => composeEdition(tx, { ...special, articles: [article] }));
    const { text } = await ed.get(`/console/editions/${id}/send`);
    expect(text).toMatch(/1 article was already in no\. 1 of \d{4}-\d\d-\d\d: “Bridge opens”/);
    expect(text).toContain('no longer in its feed');
    // the API and the command line say the same
    const { warnings } = await showEdition(db, id, new Date(), 'es');
    expect(warnings).toEqual([
      expect.stringContaining('ya iba en el n.º 1'),
      expect.stringContaining('ya no está en el feed'),
    ]);
    const [, daily] = (await showEditions(db, { limit: 2 }, new Date())).data;
    expect(daily).toMatchObject({ state: 'sending', warnings: [] });
  });
});
