import { describe, expect, it, vi } from 'vitest';
import {
  importShape,
  importSummaryShape,
  pageOf,
  subscriberShape,
  suppressionShape,
} from '../../../src/http/api/shapes.ts';
import { openApi } from './harness.ts';

const consent = { source: 'fair at Port Alder', at: '2026-11-01T10:00:00Z' };

describe('subscribers', async () => {
  const { call, context } = await openApi();
  const letters = () => context.db.selectFrom('letters').select(['kind', 'email']).execute();

  it('with a recorded consent are active at once', async () => {
    const { status, body } = await call('POST', '/subscribers', {
      email: 'Ana@Example.ORG',
      newsletter: 'daily',
      consent,
    });
    expect(status).toBe(201);
    expect(subscriberShape.parse(body)).toMatchObject({
      email: 'Ana@Example.ORG',
      subscriptions: [{ newsletter: 'daily', state: 'active', confirmedAt: expect.any(String) }],
    });
    expect(await letters()).toEqual([]);
    const [kept] = await context.db.selectFrom('consents').selectAll().execute();
    expect(kept?.form).toBe('api');
    expect(kept).toBeDefined();
  });

  it('without one are asked first', async () => {
    const { body } = await call('POST', '/subscribers', {
      email: 'bea@example.org',
      newsletter: 'daily',
    });
    expect(body.subscriptions).toMatchObject([{ state: 'pending', confirmedAt: null }]);
    expect(await letters()).toMatchObject([{ kind: 'confirmation' }]);
    expect((await context.queues.counts('letters')).waiting).toBe(1);
  });

  it('are listed, found, changed', async () => {
    const all = pageOf(subscriberShape).parse((await call('GET', '/subscribers')).body);
    expect(all.data.map((one) => one.email)).toEqual(['Ana@Example.ORG', 'bea@example.org']);
    const active = await call('GET', '/subscribers?newsletter=daily&state=active');
    expect(active.body.data).toHaveLength(1);
    const found = await call('GET', '/subscribers?email=ANA%40example.org');
    const { id } = found.body.data[0];
    const changed = await call('PATCH', `/subscribers/${id}`, {
      language: 'es',
      subscriptions: [{ newsletter: 'daily', frequency: 'weekly', sections: ['news'] }],
    });
    expect(changed.body).toMatchObject({
      language: 'es',
      subscriptions: [{ frequency: 'weekly', sections: ['news'] }],
    });
    expect(changed.body.rests).toBe(null);
    await context.db
      .updateTable('subscribers')
      .set({ rests: 'asleep' })
      .where('id', '=', id)
      .execute();
    const ended = await call('PATCH', `/subscribers/${id}`, {
      subscriptions: [{ newsletter: 'daily', state: 'unsubscribed' }],
    });
    expect(ended.body.subscriptions[0].unsubscribedAt).toBeTruthy();
    const taken = await call('PATCH', `/subscribers/${id}`, { email: 'bea@example.org' });
    expect(taken.status).toBe(409);
    expect((await call('GET', `/subscribers/${taken.body.existing}`)).body.email).toBe(
      'bea@example.org',
    );
  });

  it('are exported with everything held, and erased', async () => {
    const { id } = (await call('GET', '/subscribers?email=ana@example.org')).body.data[0];
    const data = await call('GET', `/subscribers/${id}/export`);
    expect(data.body).toMatchObject({
      subscriber: { email: 'Ana@Example.ORG' },
      consents: [{ newsletter: 'daily' }, { action: 'withdraw' }],
    });
    expect((await call('DELETE', `/subscribers/${id}`)).status).toBe(204);
    expect((await call('GET', `/subscribers/${id}`)).body.email).toBeNull();
    expect((await call('DELETE', `/subscribers/${id}`)).status).toBe(404);
    const again = await call('POST', '/subscribers', {
      email: 'ana@example.org',
      newsletter: 'daily',
    });
    expect([again.status, again.body.type]).toEqual([409, 'urn:gaceta:address-suppressed']);
    const actions = await context.db.selectFrom('audit').select('action').execute();
    expect(actions.map((row) => row.action)).toEqual(expect.arrayContaining(['export', 'erase']));
    expect(
      JSON.stringify(await context.db.selectFrom('audit').selectAll().execute()),
    ).not.toContain('example.org');
  });

  it.each([
    ['a'.repeat(300) + '@example.org'],
    ['ana@example.org\r\nBcc: eve@example.org'],
    ['ana'],
    [''],
  ])('of the address %j are refused', async (email) => {
    const { status, body } = await call('POST', '/subscribers', { email, newsletter: 'daily' });
    expect(status).toBe(422);
    expect(body.errors[0].pointer).toBe('/email');
  });

  it('of an unknown newsletter, or unknown fields, are refused', async () => {
    const email = 'c@example.org';
    expect((await call('POST', '/subscribers', { email, newsletter: 'none' })).status).toBe(422);
    const more = await call('POST', '/subscribers', {
      email,
      newsletter: 'daily',
      state: 'active',
    });
    expect(more.body.errors).toMatchObject([{ pointer: '/state' }]);
  });

  it.each(['editor', 'sender', 'viewer'] as const)('are not shown to an %s', async (role) => {
    for (const path of [
      '/subscribers',
      '/subscribers/1',
      '/suppressions',
      '/exports/subscribers.csv',
    ])
      expect((await call('GET', path, undefined, { role })).status, path).toBe(403);
  });
});

describe('imports and exports', async () => {
  const { call, context, base, token } = await openApi();
  const post = (csv: string, headers: Record<string, string> = {}, query = '?newsletter=daily') =>
    call('POST', `/imports${query}`, csv, { headers: { 'Content-Type': 'text/csv', ...headers } });
  const header = 'email,name,consent_source,consent_at\n';
  const ended = (id: string) =>
    vi.waitUntil(
      async () => {
        const { body } = await call('GET', `/imports/${id}`);
        return body.state !== 'running' && body;
      },
      { timeout: 100_000 },
    );

  it('take in lines with their consent, and count the others', async () => {
    const { status, headers, body } = await post(
      `${header}ana@example.org,Ana,fair,2026-01-02\nbea@example.org,Bea,,\nnobody,X,fair,2026-01-02\n`,
    );
    expect([status, headers.get('location')]).toEqual([202, `/api/v1/imports/${body.id}`]);
    expect(importShape.parse(body)).toMatchObject({ state: 'running', newsletter: 'daily' });
    expect(importShape.parse(await ended(body.id))).toMatchObject({
      state: 'done',
      progress: 1,
      failure: null,
      lines: 3,
      added: 1,
      skipped: 2,
      errors: [{ line: 3 }, { line: 4 }],
    });
  });

  it('come out again as CSV', async () => {
    const { headers, body } = await call('GET', '/exports/subscribers.csv?newsletter=daily');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(body.trim().split('\n')).toHaveLength(2);
    expect(body).toContain('ana@example.org,Ana');
  });

  it('with an Idempotency-Key are done once', async () => {
    const csv = `${header}cleo@example.org,Cleo,fair,2026-01-02\n`;
    const first = await post(csv, { 'Idempotency-Key': 'i' });
    const again = await post(csv, { 'Idempotency-Key': 'i' });
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(`/api/v1/imports/${first.body.id}`);
    expect((await post(`${csv}x@example.org,,,\n`, { 'Idempotency-Key': 'i' })).status).toBe(422);
  });

  it('take in a long file in bounded memory, while it arrives', async () => {
    const lines = 4_000;
    async function* file() {
      yield Buffer.from(header);
      for (let n = 0; n < lines; n += 100)
        yield Buffer.from(
          Array.from({ length: 100 }, (_, k) => `r${n + k}@example.org,Ñ,fair,2026-01-02\n`).join(
            '',
          ),
        );
    }
    const res = await fetch(`${base}/api/v1/imports?newsletter=daily`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token.admin}`, 'Content-Type': 'text/csv' },
      body: ReadableStream.from(file()),
      duplex: 'half',
    } as RequestInit);
    expect(res.status).toBe(202);
    const { id } = (await res.json()) as { id: string };
    expect(await ended(id)).toMatchObject({ state: 'done', lines, added: lines });
  });

  it.each([
    ['json', 415, { 'Content-Type': 'application/json' }, '?newsletter=daily'],
    ['an unknown newsletter', 404, {}, '?newsletter=none'],
    ['a file without its header', 422, {}, '?newsletter=daily'],
  ])('of %s are refused with %i', async (_what, status, headers, query) => {
    expect((await post('hello\nworld\n', headers, query)).status).toBe(status);
  });

  it('that are read from nothing are refused, and no import is made of it', async () => {
    const before = (await call('GET', '/imports')).body.data.length;
    expect((await post('')).status).toBe(422);
    expect((await call('GET', '/imports')).body.data).toHaveLength(before);
  });

  it('are listed, newest first, a page at a time', async () => {
    const all = (await call('GET', '/imports')).body.data;
    expect(all.length).toBeGreaterThan(2);
    for (const one of all) importSummaryShape.strict().parse(one);
    const ids = all.map(({ id }: { id: string }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => b - a));
    const { data, next } = (await call('GET', '/imports?limit=1')).body;
    expect(data).toEqual(all.slice(0, 1));
    expect((await call('GET', `/imports?limit=1&after=${next}`)).body.data).toEqual(
      all.slice(1, 2),
    );
  });

  it('know an id that is none', async () => {
    expect((await call('GET', '/imports/999')).status).toBe(404);
    expect((await call('GET', '/exports/subscribers.csv?newsletter=none')).status).toBe(404);
  });

  it('wrote down who exported', async () => {
    const rows = await context.db.selectFrom('audit').select(['action', 'object']).execute();
    expect(rows).toContainEqual({ action: 'export', object: 'newsletter daily' });
  });
});

describe('suppressions', async () => {
  const { call } = await openApi();

  it('are made, found by address, and taken back', async () => {
    const email = 'ana@example.org';
    const made = await call('POST', '/suppressions', { email, detail: 'asked by phone' });
    expect(made.status).toBe(201);
    expect(suppressionShape.parse(made.body)).toMatchObject({ reason: 'operator', held: false });
    expect(JSON.stringify(made.body)).not.toContain('ana');
    expect((await call('POST', '/suppressions', { email })).status).toBe(200);
    expect((await call('GET', '/suppressions')).body.data).toHaveLength(1);
    expect((await call('GET', '/suppressions?email=ANA@example.org')).body.data).toHaveLength(1);
    expect((await call('DELETE', '/suppressions', { email })).status).toBe(204);
    expect((await call('DELETE', `/suppressions?email=${email}`)).status).toBe(404);
    expect((await call('GET', '/suppressions')).body).toEqual({ data: [], next: null });
  });

  it('come in pages', async () => {
    for (const name of ['a', 'b', 'c'])
      await call('POST', '/suppressions', { email: `${name}@example.org` });
    const first = await call('GET', '/suppressions?limit=2');
    expect(first.body.data).toHaveLength(2);
    const rest = await call('GET', `/suppressions?limit=2&after=${first.body.next}`);
    expect(rest.body).toMatchObject({ data: [{}], next: null });
  });

  it.each([
    ['DELETE', {}, 422],
    ['POST', { email: 'nobody' }, 422],
    ['POST', {}, 422],
    ['DELETE', { hash: 'xyz' }, 422],
  ])('%s of %j is %i', async (method, body, status) => {
    expect((await call(method, '/suppressions', body)).status).toBe(status);
  });
});

describe('readers are searched and helped', async () => {
  const { call, context } = await openApi();
  const add = (email: string, more: object = {}) =>
    call('POST', '/subscribers', { email, newsletter: 'daily', consent, ...more });

  it('by parts of address and name, with a count, within a filter', async () => {
    await add('ana.garcia@gmail.com', { name: 'Ana García', language: 'es' });
    await add('ben@example.org', { language: 'en' });
    const found = await call('GET', '/subscribers?search=garcia+gmail&count=true');
    expect(found.body).toMatchObject({
      data: [{ email: 'ana.garcia@gmail.com' }],
      next: null,
      total: { count: 1, exact: true },
    });
    const emails = async (query: string) =>
      (await call('GET', `/subscribers?${query}`)).body.data.map(
        (one: { email: string }) => one.email,
      );
    expect(await emails('language=en')).toEqual(['ben@example.org']);
    expect(await emails('joinedBefore=2020-01-01')).toEqual([]);
    expect(await emails('suppressed=true')).toEqual([]);
    expect(await emails('search=%25')).toEqual([]);
    expect((await call('GET', '/subscribers?joinedAfter=yesterday')).status).toBe(422);
    expect((await call('GET', '/subscribers?suppressed=maybe')).status).toBe(422);
    const csv = await call('GET', '/exports/subscribers.csv?search=garcia');
    expect(csv.body.trim().split('\n')).toHaveLength(2);
    const kept = await context.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'export')
      .executeTakeFirstOrThrow();
    // what was searched for may be an address, which an erasure must not leave behind
    expect(kept.detail).toEqual({ search: true });
  });

  it('and are sent their links or the confirmation again', async () => {
    const { body } = await call('GET', '/subscribers?email=ben%40example.org');
    const [{ id }] = body.data;
    const sent = await call('POST', `/subscribers/${id}/send-links`);
    expect([sent.status, sent.body]).toEqual([202, { state: 'queued' }]);
    expect((await call('POST', `/subscribers/${id}/send-links`)).status).toBe(429);
    expect((await call('POST', `/subscribers/${id}/send-confirmation`)).status).toBe(409);
    expect((await call('POST', '/subscribers/999999/send-links')).status).toBe(404);
    expect((await context.queues.counts('letters')).waiting).toBe(1);
  });

  it('and why they unsubscribed is read by viewers, addresses masked', async () => {
    const { body } = await call('GET', '/subscribers?email=ben%40example.org');
    const [{ id }] = body.data;
    await call('PATCH', `/subscribers/${id}`, {
      subscriptions: [{ newsletter: 'daily', state: 'unsubscribed' }],
    });
    await context.db
      .updateTable('subscriptions')
      .set({ leaveReason: 'often: write to ben@example.org' })
      .where('subscriberId', '=', id)
      .execute();
    const list = await call('GET', '/leaving-reasons?newsletter=daily', undefined, {
      role: 'viewer',
    });
    expect(list.body).toMatchObject({
      data: [{ newsletter: 'daily', reason: 'often', words: 'write to b•••@example.org' }],
      next: null,
    });
    const full = await call('GET', '/leaving-reasons');
    expect(full.body.data[0].words).toBe('write to ben@example.org');
    expect((await call('GET', '/leaving-reasons?after=7')).status).toBe(422);
  });

  it('and a complaint keeps its suppression', async () => {
    const hash = context.hashAddress('ben@example.org');
    await context.db
      .insertInto('suppressions')
      .values({ addressHash: hash, reason: 'complaint' })
      .execute();
    expect(
      (await call('DELETE', '/suppressions?email=ben%40example.org&reason=please')).status,
    ).toBe(409);
  });
});
