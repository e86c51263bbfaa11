import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { browserMissing, expectAccessible, looks, openBrowser } from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('Today in a browser', () => {
  const browser = openBrowser();
  let desk: Console;
  let edition = '';
  beforeAll(async () => {
    desk = await openConsole();
    const { db } = desk.context;
    await makeOperators(db, 'admin');
    const { id } = await db.selectFrom('newsletters').select('id').executeTakeFirstOrThrow();
    const made = await db
      .insertInto('editions')
      .values({
        newsletterId: id,
        number: 1,
        kind: 'special',
        localDate: '2026-11-24',
        subject: 'نشرة 🌊 '.repeat(40),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    edition = made.id;
    const range = {
      editionId: edition,
      dueAt: new Date(),
      nextAt: new Date(),
      firstSubscriber: '1',
      lastSubscriber: '9',
    };
    await db
      .insertInto('ranges')
      .values([
        { ...range, receiverGroup: 'google', size: 1000, queued: 1000 },
        { ...range, receiverGroup: 'rest', size: 50, queued: 50 },
      ])
      .execute();
  });
  const become = (state: 'draft' | 'sending') =>
    desk.context.db.updateTable('editions').set({ state }).where('id', '=', edition).execute();
  const sent = (page: Page) => page.locator('[data-count="sent"]').textContent();

  test.each(looks)('is calm, and for everybody: %o', async (look) => {
    await become('draft');
    const page = await signIn(browser, desk, look, {});
    await page.locator('.calm').waitFor();
    await expectAccessible(page, 'a calm Today');
    await page.goto(`${desk.base}/console/first-steps`);
    await page.locator('details.step').evaluateAll((steps: { open: boolean }[]) => {
      for (const step of steps) step.open = true;
    });
    await expectAccessible(page, 'the first steps without a relay');
  });

  test.each([true, false])(
    'shows what has just begun, and moves (scripts: %s)',
    async (scripts) => {
      await become('draft');
      await sql`update ranges set sent = 0, queued = size`.execute(desk.context.db);
      const page = await signIn(browser, desk, { width: 360, scripts }, {});
      expect(await page.locator('[data-edition]').count()).toBe(0);
      await become('sending');
      await page.locator('[data-edition]').waitFor();
      expect(await sent(page)).toBe('0');
      await sql`update ranges set sent = 300, queued = 700 where receiver_group = 'google'`.execute(
        desk.context.db,
      );
      await eventually(async () => expect(await sent(page)).toBe('300'));
      await eventually(async () =>
        expect(await page.locator('[data-groups] tr').first().textContent()).toMatch(
          /Gmail\s*300\s*1,000/,
        ),
      );
      await eventually(async () =>
        expect(await page.locator('[data-left]').textContent()).toMatch(/left$/),
      );
      if (scripts) await expectAccessible(page, 'an edition that is sent');
      await become('draft');
      await eventually(async () => expect(await page.locator('[data-edition]').count()).toBe(0));
    },
  );

  test('follows nothing while nobody sees it, and comes again', async () => {
    await become('draft');
    const page = await signIn(browser, desk, { width: 1280 }, {});
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/console/live')) asked += 1;
    });
    const see = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await Promise.all([page.waitForRequest('**/console/live'), page.reload()]);
    await see(true);
    const before = asked;
    await become('sending');
    expect(asked).toBe(before);
    await see(false);
    await page.locator('[data-edition]').waitFor();
    expect(asked).toBeGreaterThan(before);
    await become('draft');
  });
});
