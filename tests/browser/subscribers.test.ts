import { beforeAll, describe, expect, test } from 'vitest';
import { addSubscriber } from '../../src/letters/addition.ts';
import { createOperator } from '../../src/operators/accounts.ts';
import { type Console, openConsole } from '../console/harness.ts';
import { browserMissing, expectAccessible, type Look, openBrowser } from './fixtures/browser.ts';

const password = 'correct horse';
const looks: Look[] = ([360, 1280] as const).flatMap((width) =>
  (['en', 'es'] as const).flatMap((language) =>
    [false, true].map((dark): Look => ({ width, language, dark })),
  ),
);

describe.skipIf(browserMissing())('the pages of subscribers', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    const { db, hashAddress } = desk.context;
    for (const language of ['en', 'es'])
      await createOperator(db, {
        email: `${language}@example.org`,
        password,
        role: 'admin',
        language,
      });
    const consent = { source: 'the fair at Port Alder, stand 12', at: '2026-11-01T10:00:00Z' };
    for (const name of ['a-rather-long-name-of-somebody-with-three-surnames', 'on', 'off']) {
      const input = { email: `${name}@subdomain.example.org`, newsletter: 'daily', consent };
      const by = { hashAddress, origin: 'news.example', now: new Date() };
      await db.transaction().execute((tx) => addSubscriber(tx, input, by));
    }
  });
  async function signIn(look: Look) {
    const page = await browser.visit(look);
    await page.goto(`${desk.base}/console/sign-in`);
    await page.fill('#email', `${look.language ?? 'en'}@example.org`);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${desk.base}/console`);
    await page.locator('nav a[href$="/subscribers"]').click();
    await page.waitForURL(`${desk.base}/console/subscribers`);
    return page;
  }

  test.each(looks)('are for everybody: %o', async (look) => {
    const page = await signIn(look);
    await expectAccessible(page, 'subscribers');
    await page.locator('.cards a').first().click();
    await page.waitForURL(/\/subscribers\/\d+$/);
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
    const page = await signIn({ width: 360, scripts });
    const email = `${scripts ? 'on' : 'off'}@subdomain.example.org`;
    await page.fill('#email', email);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: email }).click();
    await page.getByRole('button', { name: 'End it: The Daily' }).click();
    await page.getByText('Ended.').waitFor();
    await page.locator('summary').last().click();
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Erased.').waitFor();
    expect(await page.getByText(email).count()).toBe(0);
  });
});
