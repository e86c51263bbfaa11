import { describe, expect, it } from 'vitest';
import { ensureFirstNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { openShell } from './harness.ts';

describe('readers at the command line', async () => {
  const { db, url } = await openFreshDatabase();
  await ensureFirstNewsletter(db);
  const { gaceta } = await openShell({ DATABASE_URL: url });
  const consent = '--consent-source fair --consent-at 2026-01-02T10:00:00Z';

  it('are found, changed, and suppressed', async () => {
    await gaceta(
      `subscribers add ana@example.org --newsletter daily --name 'Ana García' ${consent}`,
    );
    const found = await gaceta('subscribers list --search garcia --no-suppressed --count --json');
    expect(found.json()).toMatchObject({
      data: [{ name: 'Ana García' }],
      total: { count: 1, exact: true },
    });
    const changed = await gaceta(
      'subscribers update ana@example.org --email ana@example.net --newsletter daily --frequency weekly --pause-until 2999-01-01T00:00:00Z --json',
    );
    expect(changed.json()).toMatchObject({
      email: 'ana@example.net',
      subscriptions: [{ frequency: 'weekly', pausedUntil: '2999-01-01T00:00:00.000Z' }],
    });
    expect((await gaceta('subscribers update ana@example.net --hour 08:00')).code).toBe(2);
    expect((await gaceta('subscribers send-links ana@example.net --json')).json()).toEqual({
      state: 'queued',
    });
    expect(
      (await gaceta("subscribers suppress ana@example.net --detail 'by telephone'")).code,
    ).toBe(0);
    expect((await gaceta('subscribers list --suppressed --json')).json().data).toHaveLength(1);
    expect((await gaceta("suppressions remove ana@example.net --reason 'asked again'")).code).toBe(
      0,
    );
    expect((await gaceta('subscribers show ana@example.net')).stdout).toContain('weekly');
    expect((await gaceta('subscribers leaving-reasons --json')).json()).toEqual({
      data: [],
      next: null,
    });
  });
});
