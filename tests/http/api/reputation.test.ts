import { describe, expect, it } from 'vitest';
import { withPlans } from '../../../src/deliveries/relay-plans.ts';
import { openApi } from './harness.ts';

describe('what follows, and the pace', async () => {
  const { call, context } = await openApi({
    SMTP_URL: 'smtp://127.0.0.1:9?name=main',
    MAIL_FROM: 'd@news.test',
  });
  const { db } = context;

  it('shows the sending rules and changes them one by one, as far as they fit', async () => {
    const shown = await call('GET', '/sending-rules', undefined, { role: 'viewer' });
    expect(shown.body).toMatchObject({ softDays: 5, softWithin: 15, sunsetMonths: null });
    const changed = await call('PATCH', '/sending-rules', { softDays: 7, sunsetMonths: 12 });
    expect(changed.body).toEqual({ ...shown.body, softDays: 7, sunsetMonths: 12 });
    const wrong = await call('PATCH', '/sending-rules', { softWithin: 3 });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/softWithin']);
    expect((await call('GET', '/sending-rules')).body).toEqual(changed.body);
    expect(
      (await call('PATCH', '/sending-rules', { softDays: 2 }, { role: 'editor' })).status,
    ).toBe(403);
  });

  it('sets how fast a group is sent to, through one relay or all, and takes it away', async () => {
    const set = (group: string, body: object) => call('PUT', `/receivers/${group}`, body);
    expect((await set('google', { perSecond: 20 })).body.set).toEqual([
      { relay: '', perSecond: 20, connections: null },
    ]);
    const both = await set('google', { relay: 'main', connections: 2 });
    expect(both.body.set).toHaveLength(2);
    expect((await set('google', {})).body.set).toEqual([
      { relay: 'main', perSecond: null, connections: 2 },
    ]);
    for (const [group, body] of [
      ['nobody', { perSecond: 1 }],
      ['rest', { perSecond: 1 }],
      ['google', { relay: 'other', perSecond: 1 }],
    ] as const)
      expect((await set(group, body)).status, group).toBe(404);
    expect((await set('google', { perSecond: 0 })).status).toBe(422);
    const listed = await call('GET', '/receivers', undefined, { role: 'viewer' });
    expect(listed.body.data.find((one: { group: string }) => one.group === 'google')).toEqual(
      (await set('google', {})).body,
    );
  });

  it('sets the warm-up of a relay, day by day to see', async () => {
    const today = context.now().toISOString().slice(0, 10);
    const set = (body: object, name = 'main') => call('PUT', `/relays/${name}/warm-up`, body);
    const warmUp = async () => (await call('GET', '/relays')).body.data[0].warmUp;
    expect((await set({ plan: `${today}:100:2` })).status).toBe(204);
    expect(await warmUp()).toMatchObject({
      ceiling: 100,
      plan: `${today}:100:2`,
      days: expect.arrayContaining([{ day: today, ceiling: 100 }]),
    });
    expect((await withPlans(db, context.relays))[0]?.warmUp).toMatchObject({ first: 100 });
    expect((await set({ plan: 'soon' })).status).toBe(422);
    expect((await set({ plan: null }, 'other')).status).toBe(404);
    await set({ plan: null });
    expect(await warmUp()).toBeNull();
    await set({});
    expect(await db.selectFrom('relayPlans').selectAll().execute()).toEqual([]);
  });

  it('tells who rests, and why a blocked address may be mailed again', async () => {
    expect((await call('GET', '/receivers/resting')).body).toEqual({
      domainGone: 0,
      asleep: 0,
      domains: [],
    });
    const email = 'gone@example.org';
    const addressHash = context.hashAddress(email);
    await db.insertInto('suppressions').values({ addressHash, reason: 'bounce' }).execute();
    expect((await call('DELETE', `/suppressions?email=${email}`)).status).toBe(422);
    expect(await db.selectFrom('suppressions').select('reason').execute()).toHaveLength(1);
    expect((await call('DELETE', `/suppressions?email=${email}&reason=asked`)).status).toBe(204);
  });

  it('lets a held newsletter go again with a word on what was decided', async () => {
    await call('POST', '/newsletters', { slug: 'd', title: 'D', language: 'en', timezone: 'UTC' });
    await db.updateTable('newsletters').set({ complaintsHeldAt: context.now() }).execute();
    expect((await call('GET', '/newsletters/d')).body.complaintsHeldAt).not.toBeNull();
    expect((await call('POST', '/newsletters/d/release', {})).status).toBe(422);
    const body = { reason: 'an old list was removed' };
    const released = await call('POST', '/newsletters/d/release', body);
    expect([released.status, released.body.complaintsHeldAt]).toEqual([200, null]);
  });
});
