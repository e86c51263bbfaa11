import { describe, expect, it } from 'vitest';
import { openApi } from './harness.ts';

const { call, context } = await openApi();
const at = (name: string) => `https://news.example.org/${name}`;
const article = (name: string, more: object = {}) => ({
  newsletter: 'daily',
  title: name,
  url: at(name),
  ...more,
});
const path = (id: string) => `/articles/by-external-id/${encodeURIComponent(id)}`;

describe('the articles of a CMS', () => {
  it('are put by its own ids, whatever those look like', async () => {
    const id = 'posts/2026 ñ?#1';
    const made = await call('PUT', path(id), article('slash'), { role: 'editor' });
    expect([made.status, made.body.externalId]).toEqual([201, id]);
    const again = await call('PUT', path(id), article('slash', { title: 'Changed' }));
    expect([again.status, again.body.id, again.body.title]).toEqual([200, made.body.id, 'Changed']);
    const seen = await call('GET', path(id));
    expect(seen.body).toEqual(again.body);
    expect((await call('PUT', path(id), article('slash'), { role: 'viewer' })).status).toBe(403);
    expect((await call('GET', path('nothing'))).status).toBe(404);
  });

  it('are changed only if they are what the CMS last saw', async () => {
    const ifMatch = (tag: string) => ({ headers: { 'If-Match': tag } });
    expect((await call('PUT', path('tag'), article('tag'), ifMatch('*'))).status).toBe(412);
    const made = await call('PUT', path('tag'), article('tag'));
    const tag = made.headers.get('etag') ?? '';
    expect(tag).not.toBe('');
    // nothing changed: the same version
    expect((await call('PUT', path('tag'), article('tag'))).headers.get('etag')).toBe(tag);
    const change = article('tag', { title: 'Other' });
    const both = await Promise.all(
      [1, 2].map(() => call('PUT', path('tag'), change, ifMatch(tag))),
    );
    const statuses = new Set(both.map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 412]));
    expect((await call('DELETE', path('tag'), undefined, ifMatch(tag))).status).toBe(412);
    expect((await call('DELETE', path('tag'))).status).toBe(204);
    expect((await call('GET', path('tag'))).status).toBe(404);
  });

  it('say of a conflict which article is there', async () => {
    const { id } = (await call('PUT', path('there'), article('there'))).body;
    for (const [method, where, body] of [
      ['POST', '/articles', article('there')],
      ['PUT', path('other'), article('there')],
      ['POST', '/articles', article('elsewhere', { externalId: 'there' })],
    ] as const) {
      const answer = await call(method, where, body);
      expect([answer.status, answer.body.existing]).toEqual([409, id]);
    }
  });

  it('are put a hundred at a time, each with its own outcome', async () => {
    const bulk = (articles: unknown[]) => call('POST', '/articles/bulk', { articles });
    const answer = await bulk([
      article('b1', { externalId: 'b1' }),
      article('b2', { externalId: 'b2', title: '' }),
      article('b3', { externalId: 'b3 \u0000' }),
      article('b1', { externalId: 'b1', title: 'Twice' }),
      article('b1', { externalId: 'b4' }),
      article('b5'),
      { title: 'no address' },
    ]);
    expect(answer.status).toBe(200);
    const { data } = answer.body;
    expect(data.map(({ status }: { status: number }) => status)).toEqual([
      201, 422, 422, 200, 409, 201, 422,
    ]);
    expect(data[3].article).toMatchObject({ id: data[0].article.id, title: 'Twice' });
    expect(data[4].problem.existing).toBe(data[0].article.id);
    expect(data[1].problem.errors).toMatchObject([{ pointer: '/title' }]);
    const many = Array.from({ length: 101 }, (_, n) => article(`n${n}`, { externalId: `n${n}` }));
    expect((await bulk(many)).status).toBe(422);
    const hundred = await bulk(many.slice(1));
    expect(new Set(hundred.body.data.map(({ status }: { status: number }) => status))).toEqual(
      new Set([201]),
    );
  });

  it('are found by what they are, newest by their time of publishing first', async () => {
    const put = (name: string, day: number, more: object = {}) =>
      call('PUT', path(name), article(name, { publishedAt: `2031-01-0${day}T10:00:00Z`, ...more }));
    await put('second', 2, { language: 'es-MX', section: 'news' });
    await put('third', 3, { language: 'es', section: 'updates' });
    await put('first', 1, { language: 'est', section: 'news' });
    const list = async (query: string): Promise<string[]> =>
      (await call('GET', `/articles?${query}`)).body.data.map(
        (one: { externalId: string }) => one.externalId,
      );
    expect(await list('limit=3')).toEqual(['third', 'second', 'first']);
    const { next } = (await call('GET', '/articles?limit=1')).body;
    expect(await list(`limit=2&after=${next}`)).toEqual(['second', 'first']);
    expect(await list('language=es')).toEqual(['third', 'second']);
    expect(await list('section=news&newsletter=daily')).toEqual(['second', 'first']);
    expect(await list(`url=${encodeURIComponent(`${at('first')}?utm_source=x`)}`)).toEqual([
      'first',
    ]);
    expect(await list('externalId=second')).toEqual(['second']);
    const { updatedAt } = (await put('first', 1, { title: 'Changed' })).body;
    expect(await list(`updatedSince=${encodeURIComponent(updatedAt)}`)).toEqual(['first']);
    expect((await call('GET', '/articles?updatedSince=yesterday')).status).toBe(422);
    expect((await call('GET', '/articles?url=nowhere')).status).toBe(422);
  });

  it('are removed from drafts by name, not in silence', async () => {
    const { id } = (await call('PUT', path('drafted'), article('drafted'))).body;
    const edition = await call('POST', '/editions', {
      newsletter: 'daily',
      kind: 'special',
      articles: [id],
    });
    expect(edition.status).toBe(201);
    const removed = await call('DELETE', path('drafted'));
    const drafts = [{ id: edition.body.id, newsletter: 'daily', articles: 0 }];
    expect([removed.status, removed.body]).toEqual([200, { drafts }]);
    const row = await context.db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'remove')
      .where('object', '=', `article ${id}`)
      .executeTakeFirst();
    expect(row?.detail).toEqual({ drafts });
  });
});
