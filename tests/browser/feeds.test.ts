import { beforeAll, describe, expect, test } from 'vitest';
import { addFeed } from '../../src/feeds/feeds.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFeedSite } from '../http/console/fixtures/feed-site.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import {
  browserMissing,
  expectAccessible,
  type Look,
  looks,
  openBrowser,
} from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('the page of feeds', () => {
  const browser = openBrowser();
  let desk: Console;
  let site: string;
  beforeAll(async () => {
    desk = await openConsole({ FEED_ALLOW_PRIVATE: 'true' });
    site = await openFeedSite();
    const { db } = desk.context;
    await createNewsletter(db, { slug: 'weekend', title: 'El Fin de Semana', language: 'es' });
    await makeOperators(db, 'editor');
    const url = `https://wire.example/${'a-very-long-address-without-an-end'.repeat(4)}`;
    const { id } = await addFeed(db, { newsletter: 'weekend', url }, new Date());
    const lastCause = JSON.stringify({
      code: 'serverFault',
      values: { host: 'wire.example', status: 500 },
    });
    await db
      .updateTable('feeds')
      .set({ lastCause, lastFetchedAt: new Date() })
      .where('id', '=', id)
      .execute();
    const old = await addFeed(
      db,
      { newsletter: 'daily', url: 'https://old.example/feed' },
      new Date(),
    );
    await db
      .updateTable('feeds')
      .set({ state: 'gone', title: 'Old' })
      .where('id', '=', old.id)
      .execute();
  });
  const visit = (look: Look) => signIn(browser, desk, look, { to: 'feeds' });

  test.each(looks)('is for everybody: %o', async (look) => {
    const page = await visit(look);
    await page.locator('details summary').first().click();
    await expectAccessible(page, 'feeds');
    await page.fill('#url', 'wire.example');
    await page.keyboard.press('Enter');
    await page.locator('#url-wrong').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('url');
    await expectAccessible(page, 'feeds, wrong address');
    await page.locator('.cards .what p a').first().click();
    await page.locator('.facts').waitFor();
    await page.locator('details summary').click();
    await expectAccessible(page, 'a feed');
    if (process.env.SCREENSHOTS)
      await page.screenshot({
        path: `${process.env.SCREENSHOTS}/feed-${look.width}-${look.language}-${look.dark}.png`,
        fullPage: true,
      });
  });

  test.each([true, false])('adds, pauses and removes a feed (scripts: %s)', async (scripts) => {
    const page = await visit({ width: 360, scripts });
    await page.fill('#url', `${site}/feed-${scripts}.xml`);
    await page.selectOption('#place', 'daily/news');
    await page.locator('button.primary').click();
    await page.locator('.message.good').waitFor();
    const card = page.locator('.cards li').last();
    await card.getByText('The Harbour').waitFor();
    await card.getByRole('button', { name: 'Pause' }).click();
    await card.getByText('Paused', { exact: true }).waitFor();
    await card.locator('summary').click();
    await card.getByRole('button', { name: 'Remove for good' }).click();
    await page.getByText('Removed:').waitFor();
    expect(await page.locator('.cards li').count()).toBe(2);
  });
});
