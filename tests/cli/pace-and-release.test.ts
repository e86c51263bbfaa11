import { describe, expect, it } from 'vitest';
import { ensureFirstNewsletter } from '../../src/newsletters/newsletters.ts';
import { getSendingRules } from '../../src/newsletters/sending-rules.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { openShell } from './harness.ts';

describe('pace, sending rules and release, on the command line', async () => {
  const { db, url } = await openFreshDatabase();
  await ensureFirstNewsletter(db);
  const { gaceta } = await openShell({
    DATABASE_URL: url,
    SMTP_URL: 'smtp://127.0.0.1:9?name=main',
    MAIL_FROM: 'd@news.test',
  });

  it('shows and changes the sending rules', async () => {
    const changed = await gaceta(
      'sending-rules update --soft-days 7 --sunset-months never --complaints-hold 0.5 --json',
    );
    expect(changed.json()).toEqual(await getSendingRules(db));
    expect(changed.json()).toMatchObject({ softDays: 7, sunsetMonths: null, complaintsHold: 0.5 });
    expect((await gaceta('sending-rules update --soft-days some --json')).code).toBe(2);
    expect((await gaceta('sending-rules show')).stdout).toMatch(/softDays +7/);
  });

  it('sets how fast receivers are sent to, and says who rests', async () => {
    const set = await gaceta('receivers set google --relay main --per-second 20 --json');
    const google = { relay: 'main', perSecond: 20, connections: null };
    expect(set.json()).toEqual({ group: 'google', ...google });
    const listed = (await gaceta('receivers list --json')).json();
    expect(listed.data).toContainEqual(
      expect.objectContaining({ group: 'google', set: [google], limit: null }),
    );
    expect((await gaceta('receivers set nobody --per-second 1 --json')).json().status).toBe(404);
    expect((await gaceta('receivers set google --per-second 0 --json')).code).toBe(2);
    const since = new Date('2026-11-20T00:00:00Z');
    await db
      .insertInto('receiverDomains')
      .values({
        domain: 'gone.test',
        receiverGroup: 'rest',
        rests: true,
        goneSince: since,
        goneWhy: 'nxdomain',
      })
      .execute();
    const resting = await gaceta('receivers resting --json');
    expect(resting.json()).toMatchObject({
      domainGone: 0,
      asleep: 0,
      domains: [{ domain: 'gone.test', goneWhy: 'nxdomain', rests: true, readers: 0 }],
    });
  });

  it('releases a newsletter that complaints held', async () => {
    await db.updateTable('newsletters').set({ complaintsHeldAt: new Date() }).execute();
    expect((await gaceta('newsletters release daily --json')).code).toBe(2);
    const released = await gaceta(
      "newsletters release daily --reason 'an old list is gone' --json",
    );
    expect(released.json().slug).toBe('daily');
    const { complaintsHeldAt } = await db
      .selectFrom('newsletters')
      .select('complaintsHeldAt')
      .executeTakeFirstOrThrow();
    expect(complaintsHeldAt).toBe(null);
  });
});
