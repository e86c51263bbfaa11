import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { deliveryShape, editionShape, pageOf } from '../../../src/http/api/shapes.ts';
import { addArticle, addReaders } from './fixtures.ts';
import { openApi } from './harness.ts';

const today = { newsletter: 'daily', kind: 'daily' };

describe('composing', async () => {
  const { call, context } = await openApi();

  it('with nothing new is 409', async () => {
    const { status, body } = await call('POST', '/editions', today);
    expect([status, body.type]).toEqual([409, 'urn:gaceta:nothing-new']);
  });

  it('makes one edition a date, and says so', async () => {
    await addArticle(context.db, { title: 'Harbour bridge opens' });
    const first = await call('POST', '/editions', today);
    expect(first.status).toBe(201);
    const edition = editionShape.parse(first.body);
    expect(edition).toMatchObject({ number: 1, state: 'draft', newsletter: 'daily', revision: 0 });
    expect(edition.articles.map((article) => article.title)).toEqual(['Harbour bridge opens']);
    const second = await call('POST', '/editions', today);
    expect([second.status, second.body.id]).toEqual([200, edition.id]);
  });

  it('lists, shows and edits it', async () => {
    const list = pageOf(editionShape).parse((await call('GET', '/editions')).body);
    const [edition] = list.data;
    const id = edition?.id;
    const edited = await call(
      'PATCH',
      `/editions/${id}`,
      { subject: 'Good morning' },
      { role: 'editor' },
    );
    expect([edited.status, edited.body.subject]).toEqual([200, 'Good morning']);
    expect((await call('GET', `/editions/${id}`)).body.subject).toBe('Good morning');
    expect((await call('GET', '/editions?state=sent')).body.data).toEqual([]);
    expect((await call('GET', '/editions?newsletter=none')).status).toBe(404);
    expect((await call('PATCH', `/editions/${id}`, { subject: 'a\nb' })).body.errors).toEqual([
      { pointer: '/subject', detail: expect.any(String) },
    ]);
  });

  it.each([
    [{ kind: 'daily' }, 422],
    [{ ...today, kind: 'hourly' }, 422],
    [{ ...today, newsletter: 'none' }, 404],
    [{ ...today, kind: 'special', articles: ['999'] }, 422],
    [{ ...today, kind: 'special', articles: [] }, 422],
    [{ ...today, kind: 'weekly', sendAt: '2020-01-01T00:00:00Z' }, 422],
    [{ ...today, kind: 'weekly', sendAt: '2199-01-01T00:00:00Z', send: true }, 422],
    [{ ...today, sendat: '2199-01-01T00:00:00Z' }, 422],
  ])('of %j is %i', async (body, status) => {
    expect((await call('POST', '/editions', body)).status).toBe(status);
  });

  it('a special at a set time is scheduled', async () => {
    const id = await addArticle(context.db, {
      title: 'Election night',
      section: 'special-reports',
    });
    const sendAt = new Date(Date.now() + 86_400_000).toISOString();
    const { status, body } = await call('POST', '/editions', {
      newsletter: 'daily',
      kind: 'special',
      articles: [id],
      introduction: 'All results.',
      sendAt,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'scheduled', introduction: 'All results.', sendAt });
  });

  it('the same special three times at once, without a key, is made and started once', async () => {
    const id = await addArticle(context.db, { title: 'Breaking', section: 'special-reports' });
    const special = { newsletter: 'daily', kind: 'special', articles: [id], send: true };
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', '/editions', special)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { count } = await context.db
      .selectFrom('revisions')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('editionId', '=', answers[0]?.body.id)
      .executeTakeFirstOrThrow();
    expect(count).toBe('1');
  });

  it('a special with an introduction and no article is a letter from the editor', async () => {
    const letter = {
      newsletter: 'daily',
      kind: 'special',
      subject: 'Thank you',
      introduction: 'For **ten** years.',
    };
    const { status, body } = await call('POST', '/editions', letter);
    expect(status).toBe(201);
    expect(body).toMatchObject({ articles: [], subject: 'Thank you' });
    const same = await call('POST', '/editions', { ...letter, articles: [] });
    expect([same.status, same.body.id]).toEqual([200, body.id]);
    expect((await call('POST', '/editions', { ...letter, again: true })).status).toBe(201);
    const audience = await call('GET', `/editions/${body.id}/audience`);
    expect(audience.body).toEqual({ readers: 0, estimate: true });
    const started = await call('POST', `/editions/${body.id}/send`);
    expect(started.body).toMatchObject({ state: 'sending', revision: 1 });
    const silent = await call('POST', '/editions', { ...letter, introduction: ' ', articles: [] });
    expect([silent.status, silent.body.errors]).toEqual([
      422,
      [{ pointer: '/introduction', detail: expect.any(String) }],
    ]);
    expect((await call('POST', '/editions', letter, { role: 'sender' })).status).toBe(403);
    expect((await call('GET', '/editions/99999/audience')).status).toBe(404);
  });

  it('has the layout that was asked for, before it is made and after', async () => {
    const words = { introduction: 'A letter.', kind: 'special', newsletter: 'daily' };
    const made = await call('POST', '/editions', { ...words, layout: 'compact' });
    expect([made.status, made.body.layout]).toEqual([201, 'compact']);
    const own = await call('POST', '/editions', words);
    expect([own.status, own.body.layout]).toEqual([201, null]);
    const changed = await call('PATCH', `/editions/${own.body.id}`, { layout: 'broadsheet' });
    expect(changed.body.layout).toBe('broadsheet');
  });

  it('with words of one’s own takes an editor', async () => {
    const answer = await call(
      'POST',
      '/editions',
      { ...today, introduction: 'Hello' },
      { role: 'sender' },
    );
    expect(answer.status).toBe(403);
    expect((await call('POST', '/editions', today, { role: 'viewer' })).status).toBe(403);
  });
});

describe('sending', async () => {
  const { call, context } = await openApi();
  await addArticle(context.db, { title: 'Harbour bridge opens' });
  await addReaders(context.db, 3);

  it('from many sides at once starts one edition, once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        call('POST', '/editions', { ...today, send: true }, { role: 'sender' }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ state: 'sending', revision: 1 });
    expect(await context.db.selectFrom('revisions').select('number').execute()).toHaveLength(1);
    const sends = await context.db
      .selectFrom('audit')
      .select('id')
      .where('action', '=', 'send')
      .execute();
    expect(sends).toHaveLength(1);
    expect((await context.queues.counts('editions')).waiting).toBe(1);
  });

  it('is paused, resumed and cancelled, each as often as one likes', async () => {
    const { id } = (await call('GET', '/editions')).body.data[0];
    const steer = (verb: string) => call('POST', `/editions/${id}/${verb}`);
    expect((await steer('send')).body.state).toBe('sending');
    expect((await steer('pause')).body.state).toBe('paused');
    expect((await steer('pause')).status).toBe(200);
    expect((await steer('send')).status).toBe(409);
    expect((await steer('resume')).body.state).toBe('sending');
    expect((await steer('cancel')).body.state).toBe('cancelled');
    expect((await steer('cancel')).status).toBe(200);
    for (const verb of ['send', 'pause', 'resume'])
      expect((await steer(verb)).status, verb).toBe(409);
  });

  it('knows who may, and what is not there', async () => {
    expect((await call('POST', '/editions/1/pause', {}, { role: 'viewer' })).status).toBe(403);
    expect((await call('POST', '/editions/99999/pause')).status).toBe(404);
    expect((await call('POST', '/editions/x/pause')).status).toBe(404);
    expect((await call('POST', '/editions/1/pause', { hard: true })).status).toBe(422);
  });

  it('shows the ledger row by row', async () => {
    const { id } = (await call('GET', '/editions')).body.data[0];
    const range = await context.db
      .insertInto('ranges')
      .values({
        editionId: id,
        dueAt: new Date(),
        nextAt: new Date(),
        receiverGroup: 'rest',
        firstSubscriber: '1',
        lastSubscriber: '3',
        size: 3,
        sent: 2,
        failed: 1,
        state: 'done',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await context.db
      .insertInto('deliveries')
      .values(
        ['1', '2', '3'].map((subscriberId) => ({
          editionId: id,
          subscriberId,
          rangeId: range.id,
          state: subscriberId === '2' ? ('failed' as const) : ('sent' as const),
          reason: subscriberId === '2' ? 'refused' : null,
          answer: '550 <ana@example.org>: user unknown',
          dueAt: new Date(),
          nextAt: new Date(),
        })),
      )
      .execute();
    const page = await call('GET', `/editions/${id}/deliveries?limit=2`);
    expect(pageOf(deliveryShape).parse(page.body).data).toHaveLength(2);
    const rest = await call('GET', `/editions/${id}/deliveries?limit=2&after=${page.body.next}`);
    expect(rest.body).toMatchObject({ data: [{ subscriber: '3' }], next: null });
    const failed = await call('GET', `/editions/${id}/deliveries?state=failed`);
    expect(failed.body.data).toMatchObject([
      { subscriber: '2', reason: 'refused', answer: '550 <ana@example.org>: user unknown' },
    ]);
    const missed = await call('GET', `/editions/${id}/deliveries?missed=true&search=UNKNOWN`);
    expect(missed.body.data).toMatchObject([{ subscriber: '2', email: 'reader1@example.org' }]);
    const below = await call('GET', `/editions/${id}/deliveries`, undefined, { role: 'editor' });
    expect(JSON.stringify(below.body)).toContain('550 <a•••@example.org>: user unknown');
    expect(JSON.stringify(below.body)).not.toContain('ana@');
    expect(JSON.stringify(below.body)).toContain('"email":"r•••@example.org"');
    expect((await call('GET', `/editions/${id}/deliveries?state=lost`)).status).toBe(422);
    expect((await call('GET', `/editions/${id}/deliveries?after=x`)).status).toBe(422);
    expect((await call('GET', '/editions/99999/deliveries')).status).toBe(404);
  });
});

describe('a test', async () => {
  const { call, context } = await openApi();
  await addArticle(context.db, { title: 'Ferry is late' });
  const { id } = (await call('POST', '/editions', today)).body;

  it('goes to one address, and the ledger does not know of it', async () => {
    const { status, body } = await call('POST', `/editions/${id}/test`, {
      email: 'desk@example.org',
    });
    expect(status).toBe(202);
    const letters = await context.db.selectFrom('letters').selectAll().execute();
    expect(letters).toMatchObject([
      { id: body.letter, kind: 'test', email: 'desk@example.org', content: { edition: id } },
    ]);
    expect((await call('GET', `/editions/${id}`)).body.state).toBe('draft');
  });

  it('is laid out and as much as was asked for', async () => {
    const asked = { email: 'desk@example.org', content: 'headlines', layout: 'compact' };
    const { body } = await call('POST', `/editions/${id}/test`, asked);
    const { content } = await context.db
      .selectFrom('letters')
      .select('content')
      .where('id', '=', body.letter)
      .executeTakeFirstOrThrow();
    expect(content).toMatchObject({ format: 'headlines', layout: 'compact' });
    expect((await call('POST', `/editions/${id}/test`, { ...asked, content: 'some' })).status).toBe(
      422,
    );
  });

  it('is refused where it cannot go, and after a hundred an hour', async () => {
    const test = (body: unknown) => call('POST', `/editions/${id}/test`, body);
    expect((await test({})).status).toBe(422);
    expect((await test({ email: 'desk' })).status).toBe(422);
    const [letter] = await context.db.selectFrom('letters').selectAll().execute();
    await context.db
      .insertInto('letters')
      .values(
        Array.from({ length: 98 }, () => ({
          kind: 'test',
          email: 'desk@example.org',
          language: 'en',
          content: JSON.stringify(letter?.content),
        })),
      )
      .execute();
    const more = await test({ email: 'desk@example.org' });
    expect([more.status, more.headers.get('retry-after')]).toEqual([429, '600']);
  });
});

describe('a preview', async () => {
  const { call, context } = await openApi();
  await addArticle(context.db, { title: '<script>alert(1)</script> & sons' });
  await addArticle(context.db, { title: 'Ferry is late', section: 'updates' });
  const { id } = (await call('POST', '/editions', today)).body;
  const preview = (query: string) => call('GET', `/editions/${id}/preview${query}`);

  it('is html that runs nothing', async () => {
    const { status, headers, body } = await preview('');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(body).toContain('&lt;script&gt;');
    expect(body).not.toContain('<script>alert');
  });

  it('is text, MJML, or the whole message', async () => {
    expect((await preview('?format=text')).body).toContain('Ferry is late');
    expect((await preview('?format=mjml')).body).toContain('<mjml');
    const eml = await preview('?format=eml');
    expect(eml.headers.get('content-type')).toBe('message/rfc822');
    const mail = await simpleParser(eml.body);
    expect(mail.subject).toBeTruthy();
    expect(mail.text).toContain('Ferry is late');
    expect(eml.body).toMatch(/^List-Unsubscribe: <http[^>]+>,\s+<mailto:[^>]+>/m);
  });

  it('is in either layout, and as much as the reader wants', async () => {
    const whole = (await preview('?format=text')).body;
    expect(whole).toContain('About Ferry is late.');
    const headlines = (await preview('?format=text&content=headlines')).body;
    expect(headlines).toContain('Ferry is late');
    expect(headlines).not.toContain('About Ferry is late.');
    const [broad, compact] = await Promise.all(
      ['', '?layout=compact'].map(async (query) => (await preview(query)).body),
    );
    expect([broad, compact].map((html) => html.includes('>Read the story<'))).toEqual([
      true,
      false,
    ]);
    expect([broad, compact].map((html) => html.includes('<bdi>Read</bdi>'))).toEqual([false, true]);
    // only looked at
    expect((await call('GET', `/editions/${id}`)).body.layout).toBeNull();
    expect((await preview('?layout=wide')).status).toBe(422);
  });

  it('is what a reader of some sections gets', async () => {
    const updates = await preview('?format=text&sections=updates');
    expect(updates.body).toContain('Ferry is late');
    expect(updates.body).not.toContain('sons');
    expect((await preview('?sections=special-reports')).status).toBe(409);
    expect((await preview('?format=pdf')).status).toBe(422);
    expect((await call('GET', '/editions/99999/preview')).status).toBe(404);
  });
});
