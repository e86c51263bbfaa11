import { describe, expect, it } from 'vitest';
import { addressMark } from '../../../src/subscribers/links.ts';
import { openApi } from './harness.ts';

describe('somebody who is known by the address', async () => {
  const { call, context } = await openApi();

  it('is changed by what is given, and the answer is 200', async () => {
    const consent = { source: 'fair', at: '2026-11-01T10:00:00Z' };
    const first = { email: 'cleo@example.org', newsletter: 'daily', consent };
    expect((await call('POST', '/subscribers', first)).status).toBe(201);
    const given = { email: 'Cleo@example.org', newsletter: 'daily', name: 'Cleo' };
    const again = await call('POST', '/subscribers', { ...given, frequency: 'weekly' });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      email: 'cleo@example.org',
      name: 'Cleo',
      subscriptions: [{ state: 'active', frequency: 'weekly' }],
    });
    expect((await call('POST', '/subscribers', { ...first, name: null })).body).toMatchObject({
      name: 'Cleo',
      subscriptions: [{ state: 'active', frequency: 'weekly' }],
    });
    expect(await context.db.selectFrom('letters').select('kind').execute()).toEqual([]);
  });
});

describe('another address of somebody who has not confirmed', async () => {
  const { call, context, base } = await openApi();

  it('is asked itself: the click in the older letter says nothing for it', async () => {
    const first = { email: 'wrong@example.org', newsletter: 'daily' };
    const { id } = (await call('POST', '/subscribers', first)).body;
    const linkTo = (email: string) => {
      const extra = addressMark(context.hashAddress(email));
      const soon = new Date(Date.now() + 3_600_000);
      return `${base}/confirm/${context.tokens.sign('confirm', { subscriber: id, extra }, soon)}`;
    };
    const older = linkTo('wrong@example.org');
    expect((await fetch(older)).status).toBe(200);
    const moved = await call('PATCH', `/subscribers/${id}`, { email: 'right@example.org' });
    expect(moved.status).toBe(200);
    expect(await context.db.selectFrom('letters').select('kind').execute()).toHaveLength(2);
    expect((await context.queues.counts('letters')).waiting).toBe(2);
    expect((await fetch(older)).status).toBe(404);
    expect((await fetch(older, { method: 'POST' })).status).toBe(404);
    const state = async () => (await call('GET', `/subscribers/${id}`)).body.subscriptions[0].state;
    expect(await state()).toBe('pending');
    expect((await fetch(linkTo('right@example.org'), { method: 'POST' })).status).toBe(200);
    expect(await state()).toBe('active');
  });

  it('is refused where nothing is ever sent to it', async () => {
    const first = { email: 'new@example.org', newsletter: 'daily' };
    const { id } = (await call('POST', '/subscribers', first)).body;
    await call('POST', '/suppressions', { email: 'never@example.org' });
    const moved = await call('PATCH', `/subscribers/${id}`, { email: 'never@example.org' });
    expect(moved.status).toBe(409);
    expect((await call('GET', `/subscribers/${id}`)).body.email).toBe('new@example.org');
  });
});
