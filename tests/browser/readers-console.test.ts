import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { addSubscriber } from '../../src/letters/added-by-operator.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import {
  browserMissing,
  expectAccessible,
  type Look,
  looks,
  openBrowser,
} from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

const shots = process.env['READERS_SHOTS'];

describe.skipIf(browserMissing())('the pages of readers', () => {
  const browser = openBrowser();
  let desk: Console;
  const long = `a-rather-long-name-of-somebody-with-${'x'.repeat(28)}@subdomain.${'y'.repeat(60)}.example`;

  beforeAll(async () => {
    desk = await openConsole();
    const { db, hashAddress } = desk.context;
    await makeOperators(db, 'admin');
    const consent = { source: 'the fair at Port Alder, stand 12', at: '2026-11-01T10:00:00Z' };
    const people = [
      { email: 'on@harbour.example' },
      { email: 'off@harbour.example' },
      { email: 'twice@harbour.example' },
      { email: long, name: `نور الدين ${'م'.repeat(60)} 🗞️👩‍👩‍👧‍👦`, consent: undefined },
    ];
    for (const person of people) {
      const input = { newsletter: 'daily', consent, ...person };
      const by = { hashAddress, origin: 'news.example', now: new Date() };
      await db.transaction().execute((tx) => addSubscriber(tx, input, by));
    }
    await db
      .updateTable('newsletters')
      .set({ title: `The Daily ${'W'.repeat(290)}` })
      .where('slug', '=', 'daily')
      .execute();
  });
  const visit = (look: Look) => signIn(browser, desk, look, { to: 'readers' });
  const shoot = async (page: Page, name: string) => {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  };

  test.each(looks)('bear long and foreign words, and what is wrong: %o', async (look) => {
    const page = await visit(look);
    const at = `${look.width}-${look.language}-${look.dark ? 'dark' : 'light'}`;
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await expectAccessible(page, 'the list');
    await shoot(page, `list-${at}`);
    await page.fill('#search', 'subdomain.y');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]search=/);
    await page.locator('.cards a').click();
    await page.waitForURL(/\/readers\/\d+$/);
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await expectAccessible(page, 'a reader');
    await shoot(page, `reader-${at}`);
    await page.locator('main a[href$="/change"]').click();
    await page.fill('#email', 'nobody');
    await page.locator('form[action$="/change"] button').click();
    await page.locator('#email-wrong').waitFor();
    await expectAccessible(page, 'a change that is wrong');
    await shoot(page, `change-${at}`);
    await page.goto(`${desk.base}/console/readers/new`);
    await page.locator('input[value=given]').check();
    await page.fill('#email', 'ana@harbour.example');
    await page.locator('.reader-form button').click();
    await page.locator('#consent-wrong').waitFor();
    expect(await page.inputValue('#email')).toBe('ana@harbour.example');
    await expectAccessible(page, 'a new one that is wrong');
    await shoot(page, `new-${at}`);
    await page.goto(`${desk.base}/console/readers/reasons`);
    await expectAccessible(page, 'no reasons');
  });

  test.each([true, false])(
    'find, change, pause, end, block, unblock and erase (scripts: %s)',
    async (scripts) => {
      const page = await visit({ width: 360, scripts });
      const name = scripts ? 'on' : 'off';
      const press = (label: string | RegExp) =>
        page.getByRole('button', { name: label, exact: true }).click();
      const open = (label: string | RegExp) =>
        page.locator('summary').filter({ hasText: label }).click();
      await page.fill('#search', `${name}@harb`);
      await page.keyboard.press('Enter');
      await page.waitForURL(/[?&]search=/);
      await page.getByText('1 reader', { exact: true }).waitFor();
      await page.getByRole('link', { name: `${name}@harbour.example` }).click();

      await page.getByRole('link', { name: 'Change' }).click();
      await page.fill('#email', `${name}@new.example`);
      await page.fill('#name', 'Renée');
      await press('Save');
      await page.getByText('Saved.').waitFor();
      await page.getByRole('heading', { name: `${name}@new.example` }).waitFor();

      await page.getByRole('link', { name: 'Change' }).click();
      await page.fill('[name=pause]', '2999-01-01');
      await page.selectOption('[name=frequency]', 'weekly');
      await page.locator('form[action$="/subscription"] button').click();
      await page.getByText(/paused until/).waitFor();

      await open('Unsubscribe');
      await press('End the subscription');
      await page.getByText('Nothing more of this newsletter').waitFor();
      await open(/^Block$/);
      await page.fill('#why', 'asked by telephone');
      await press('Block address');
      await page.getByText('Address blocked.').waitFor();
      await open('Unblock');
      await page.fill('#why', 'asked again');
      await press('Unblock address');
      await page.getByText('Address unblocked.').waitFor();
      await page.getByRole('link', { name: 'By the newsroom' }).click();
      await page.getByText('asked again').waitFor();
      await shoot(page, `life-${name}`);

      await open('Erase data');
      await press('Erase for good');
      await page.getByText('Data erased.').waitFor();
      expect(await page.getByText(`${name}@`).count()).toBe(0);
    },
  );

  test('a button pressed twice sends one letter', async () => {
    const page = await visit({ width: 1280 });
    await page.getByRole('link', { name: 'twice@harbour.example' }).click();
    await page.getByRole('button', { name: 'Send their links again' }).dblclick();
    await page.getByText('The links have been sent.').waitFor();
    const letters = await desk.context.db
      .selectFrom('letters')
      .select('id')
      .where('kind', '=', 'links')
      .execute();
    expect(letters).toHaveLength(1);
  });
});
