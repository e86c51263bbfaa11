import { describe, expect, it } from 'vitest';
import type { HeldBy } from '../../../src/database/tables.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { editionTasks } from '../../../workers/editions.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { fieldsOf, filled } from './fixtures/editor-form.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

/** An edition that waits for review, and an editor of each language. */
async function openReview() {
  const { context, browser } = await openConsole();
  const { db } = context;
  await addArticle(db, { title: 'Bridge opens', hoursAgo: 1 });
  await addReaders(db, 3);
  await db.updateTable('newsletters').set({ reviewRequired: true }).execute();
  const signIn = async (language: string) => {
    const email = `${language}@example.org`;
    await createOperator(db, { email, password, role: 'editor', language });
    const one = browser();
    await one.post('/console/sign-in', { email, password });
    return one;
  };
  const [en, es] = [await signIn('en'), await signIn('es')];
  const made = await en.post('/console/editions/new', { newsletter: 'daily', kind: 'daily' });
  const page = made.location ?? '';
  const path = `${page}/edit`;
  const wait = (sendAt: Date | null, heldBy: HeldBy | null = null) =>
    db.updateTable('editions').set({ state: 'draft', sendAt, heldBy, touchedAt: null }).execute();
  const fields = async () => fieldsOf((await en.get(path)).text, 'editor');
  const state = async () =>
    (await db.selectFrom('editions').select('state').executeTakeFirstOrThrow()).state;
  /** What the workers do each few seconds. */
  const tick = async () => {
    for (const task of editionTasks(context)) await task.run();
  };
  return { db, context, en, es, page, path, wait, fields, state, tick };
}

describe('an edition whose review is overdue', async () => {
  const { db, en, es, page, path, wait, fields, state, tick } = await openReview();

  it.each([-1, -60, -119, -121, -600])(
    'was due %i minutes ago: saving never sends it',
    async (ago) => {
      await wait(minutes(ago));
      for (const subject of ['', `Changed ${ago}`]) {
        await en.post(path, filled(await fields(), { subject, do: 'save' }));
        await tick();
        expect(await state()).toBe('draft');
      }
    },
  );

  it('says so in red, on its page and in the editor, in both languages', async () => {
    await wait(minutes(-30));
    const english = (await en.get(path)).text;
    expect(english).toMatch(/<section class="card next overdue"[\s\S]*?Saving does not send it/);
    expect(english).toContain('>Send to 3 readers now</button>');
    const spanish = (await es.get(path)).text;
    expect(spanish).toMatch(/<section class="card next overdue"[\s\S]*?Guardarla no la envía/);
    expect(spanish).toContain('>Enviar ya a 3 lectores</button>');
    for (const where of [page, '/console/editions']) {
      expect((await en.get(where)).text).toMatch(
        /class="message bad"[^>]*>It has not been sent, because nobody approved/,
      );
      expect((await es.get(where)).text).toMatch(
        /class="message bad"[^>]*>No se ha enviado, porque nadie/,
      );
    }
    expect((await en.get(page)).text).toMatch(/<a [^>]*\/send">Send to 3 readers now<\/a>/);
  });

  it('counts readers as they would be planned: not those of another frequency, or on a break', async () => {
    await wait(minutes(-30));
    const [first, second] = await db.selectFrom('subscriptions').select('subscriberId').execute();
    const set = db.updateTable('subscriptions');
    const other = { frequency: 'special' as const, pausedUntil: null };
    await set
      .set(other)
      .where('subscriberId', '=', first?.subscriberId ?? '')
      .execute();
    await set
      .set({ pausedUntil: minutes(1000) })
      .where('subscriberId', '=', second?.subscriberId ?? '')
      .execute();
    expect((await en.get(path)).text).toContain('>Send to 1 reader now</button>');
  });

  it('has no such button while it goes out without anyone, or can still be approved', async () => {
    await wait(minutes(30));
    expect((await en.get(path)).text).not.toContain('value="send"');
    await en.post(path, filled(await fields(), { do: 'save' }));
    expect(await state()).toBe('scheduled');
    expect((await en.get(path)).text).not.toContain('value="send"');
  });

  it('is not what Enter in a line of the form does', async () => {
    await wait(minutes(-30));
    const { text } = await en.get(path);
    // a browser presses the first button that belongs to the form, wherever it stands
    const buttons = [...text.matchAll(/<button[^>]*name="do"[^>]*>/g)].map(([button]) => button);
    expect(buttons[0]).toContain('value="look"');
  });

  it('is not sent where somebody else saved meanwhile, or what is in it is wrong', async () => {
    await wait(minutes(-30));
    const before = await fields();
    await en.post(path, filled(await fields(), { subject: 'Theirs', do: 'save' }));
    const conflict = await en.post(path, filled(before, { subject: 'Mine', do: 'send' }));
    expect(conflict.status).toBe(409);
    const wrong = await en.post(
      path,
      filled(await fields(), { subject: 'x'.repeat(300), do: 'send' }),
    );
    expect(wrong.status).toBe(422);
    expect(await state()).toBe('draft');
  });

  it('is sent by the button, with what was typed, once a page has asked', async () => {
    await wait(minutes(-30));
    const asked = await en.post(path, filled(await fields(), { subject: 'Typed', do: 'send' }));
    expect(asked.location).toBe(`${page}/send`);
    expect(await state()).toBe('draft');
    const { text } = await en.get(`${page}/send`);
    expect(text).toContain('>Yes, send to 1 reader now</button>');
    const form = text.slice(text.indexOf(`action="${page}/send"`));
    const seen = /name="seen" value="([^"]*)"/.exec(form)?.[1] ?? '';
    const sent = await en.post(`${page}/send`, { seen, when: 'now' });
    expect(sent.location).toBe(page);
    expect(await state()).toBe('sending');
    expect((await en.get(page)).text).toContain('Sending has started.');
    const { content } = await db
      .selectFrom('revisions')
      .select('content')
      .executeTakeFirstOrThrow();
    expect(content).toMatchObject({ edition: { subject: 'Typed' } });
  });
});

it('a draft made by hand and reviewed only after its hour waits for a person', async () => {
  const { db, context, en, path, wait, fields, state } = await openReview();
  const madrid = new Date('2026-11-24T06:00:30Z');
  await wait(null);
  await db
    .updateTable('newsletters')
    .set({ timezone: 'Europe/Madrid', sendAt: '07:00', scheduledSince: new Date('2026-11-20') })
    .execute();
  await db
    .updateTable('editions')
    .set({ localDate: '2026-11-24', createdAt: new Date('2026-11-24T05:59:50Z') })
    .execute();
  await en.post(path, filled(await fields(), { subject: 'Late', do: 'save' }));
  await db.updateTable('editions').set({ touchedAt: madrid }).execute();
  for (const task of editionTasks({ ...context, now: () => madrid })) await task.run();
  expect(await state()).toBe('draft');
});
