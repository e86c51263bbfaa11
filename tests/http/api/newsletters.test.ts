import { describe, expect, it } from 'vitest';
import { newsletterShape, pageOf } from '../../../src/http/api/shapes.ts';
import { openApi } from './harness.ts';

describe('newsletters', async () => {
  const { call, context, base } = await openApi();

  it('begin with the daily of a first start', async () => {
    const { status, body } = await call('GET', '/newsletters');
    expect(status).toBe(200);
    expect(pageOf(newsletterShape).parse(body).data[0]).toMatchObject({
      slug: 'daily',
      sendAt: '07:00',
      sections: [{ slug: 'news' }, { slug: 'updates' }, { slug: 'special-reports' }],
    });
    expect(body.next).toBeNull();
  });

  it('are made, shown and changed, each with an audit row', async () => {
    const made = await call('POST', '/newsletters', { slug: 'diario', title: 'El Diario' });
    expect(made.status).toBe(201);
    expect(newsletterShape.parse(made.body)).toMatchObject({ slug: 'diario', active: true });
    const changed = await call('PATCH', '/newsletters/diario', { sendAt: '06:30' });
    expect([changed.status, changed.body.sendAt, changed.body.title]).toEqual([
      200,
      '06:30',
      'El Diario',
    ]);
    expect((await call('GET', '/newsletters/diario')).body).toEqual(changed.body);
    const rows = await context.db
      .selectFrom('audit')
      .select(['actor', 'action', 'object'])
      .execute();
    expect(rows).toEqual([
      { actor: 'token', action: 'create', object: 'newsletter diario' },
      { actor: 'token', action: 'change', object: 'newsletter diario' },
    ]);
  });

  it('come in pages', async () => {
    const first = await call('GET', '/newsletters?limit=1');
    expect(first.body.data).toHaveLength(1);
    const second = await call('GET', `/newsletters?limit=1&after=${first.body.next}`);
    expect(second.body).toMatchObject({ data: [{ slug: 'diario' }], next: null });
  });

  it.each([
    ['GET', '/newsletters/none', undefined, 404],
    ['GET', '/newsletters?limit=0', undefined, 422],
    ['GET', '/newsletters?limit=1001', undefined, 422],
    ['GET', '/newsletters?after=x', undefined, 422],
    ['GET', '/newsletters?page=2', undefined, 422],
    ['GET', '/nothing', undefined, 404],
    ['POST', '/newsletters', { slug: 'daily', title: 'Again' }, 409],
    ['POST', '/newsletters', { slug: 'Big Slug', title: '' }, 422],
    ['POST', '/newsletters', { slug: 'x', title: 'X', colour: 'red' }, 422],
    ['POST', '/newsletters', '{"slug":', 400],
    ['PATCH', '/newsletters/daily', { slug: 'other' }, 422],
    ['PATCH', '/newsletters/none', { title: 'X' }, 404],
  ])('%s %s of %j is %i', async (method, path, body, status) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('say which field is wrong', async () => {
    const { body } = await call('POST', '/newsletters', { slug: 'x', title: 'X', days: [1, 9] });
    expect(body.errors).toEqual([{ pointer: '/days/1', detail: expect.any(String) }]);
  });

  it('are read by viewers and changed by admins alone', async () => {
    expect((await call('GET', '/newsletters', undefined, { role: 'viewer' })).status).toBe(200);
    const refused = await call('PATCH', '/newsletters/daily', { title: 'X' }, { role: 'editor' });
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain('admin');
  });

  it('need a token', async () => {
    const none = await fetch(`${base}/api/v1/newsletters`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="gaceta"',
    ]);
    const wrong = await call('GET', '/newsletters', undefined, {
      headers: { Authorization: `Bearer gct_${'x'.repeat(43)}` },
    });
    expect(wrong.status).toBe(401);
  });
});

describe('the newsroom', async () => {
  const { call } = await openApi();

  it('is shown and changed, field by field', async () => {
    expect((await call('GET', '/newsroom')).body).toMatchObject({ name: 'Gaceta', colour: null });
    const changed = await call('PATCH', '/newsroom', { name: 'Tidings', colour: '#0b5a8a' });
    expect(changed.body).toEqual({
      name: 'Tidings',
      colour: '#0b5a8a',
      logo: null,
      postalAddress: null,
      repliesTo: null,
    });
    expect((await call('PATCH', '/newsroom', { colour: 'red' })).body.errors).toMatchObject([
      { pointer: '/colour' },
    ]);
    expect((await call('PATCH', '/newsroom', {}, { role: 'editor' })).status).toBe(403);
  });
});

describe('an Idempotency-Key', async () => {
  const { call, context } = await openApi();
  const post = (key: string, body: unknown) =>
    call('POST', '/newsletters', body, { headers: { 'Idempotency-Key': key } });

  it('replays the answer, and refuses another body', async () => {
    const first = await post('one', { slug: 'a', title: 'A' });
    const again = await post('one', { slug: 'a', title: 'A' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect((await post('one', { slug: 'b', title: 'B' })).status).toBe(422);
  });

  it('of many at once does it once', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, () => post('two', { slug: 'c', title: 'C' })),
    );
    expect(new Set(all.map((answer) => answer.status))).toEqual(
      new Set(all.some((answer) => answer.status === 409) ? [201, 409] : [201]),
    );
    const bodies = all.filter((answer) => answer.status === 201).map((answer) => answer.body.id);
    expect(new Set(bodies).size).toBe(1);
    const rows = await context.db.selectFrom('audit').select('object').execute();
    expect(rows.filter((row) => row.object === 'newsletter c')).toHaveLength(1);
  });

  it('of a call that failed is free again', async () => {
    expect((await post('three', { slug: 'a', title: 'A' })).status).toBe(409);
    expect((await post('three', { slug: 'd', title: 'D' })).status).toBe(201);
  });

  it('belongs to one token', async () => {
    const { token } = await (await import('../../../src/operators/api-tokens.ts')).createApiToken(
      context.db,
      { name: 'other', role: 'admin' },
    );
    const other = await call(
      'POST',
      '/newsletters',
      { slug: 'e', title: 'E' },
      {
        headers: { 'Idempotency-Key': 'one', Authorization: `Bearer ${token}` },
      },
    );
    expect(other.status).toBe(201);
  });
});
