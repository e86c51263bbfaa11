import { beforeAll, describe, expect, test } from 'vitest';
import { addSubscriber } from '../../src/letters/added-by-operator.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { browserMissing, expectAccessible, type Look, openBrowser } from './fixtures/browser.ts';
import { looks, makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('the pages of subscribers', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    const { db, hashAddress } = desk.context;
    await makeOperators(db, 'admin');
    const consent = { source: 'the fair at Port Alder, stand 12', at: '2026-11-01T10:00:00Z' };
    for (const name of ['a-rather-long-name-of-somebody-with-three-surnames', 'on', 'off']) {
      const input = { email: `${name}@subdomain.example.org`, newsletter: 'daily', consent };
      const by = { hashAddress, origin: 'news.example', now: new Date() };
      await db.transaction().execute((tx) => addSubscriber(tx, input, by));
    }
  });
  const visit = (look: Look) => signIn(browser, desk, look, { to: 'readers' });

  test.each(looks)('are for everybody: %o', async (look) => {
    const page = await visit(look);
    await expectAccessible(page, 'subscribers');
    await page.locator('.cards a').first().click();
    await page.waitForURL(/\/readers\/\d+$/);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await expectAccessible(page, 'one of them');
    await page.goBack();
    await page.fill('#email', 'nobody');
    await page.keyboard.press('Enter');
    await page.locator('#email-wrong').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('email');
    await expectAccessible(page, 'no address');
  });

  test.each([true, false])('find somebody and erase them (scripts: %s)', async (scripts) => {
    const page = await visit({ width: 360, scripts });
    const email = `${scripts ? 'on' : 'off'}@subdomain.example.org`;
    await page.fill('#email', email);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: email }).click();
    await page.getByRole('button', { name: 'Unsubscribe: The Daily' }).click();
    await page.getByText('Nothing more of this newsletter').waitFor();
    await page.locator('summary').last().click();
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Data erased.').waitFor();
    expect(await page.getByText(email).count()).toBe(0);
  });
});
