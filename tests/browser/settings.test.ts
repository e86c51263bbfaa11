import { beforeAll, describe, expect, test } from 'vitest';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { getSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import {
  browserMissing,
  expectAccessible,
  type Look,
  looks,
  openBrowser,
} from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('the page of settings', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    const { db } = desk.context;
    await createNewsletter(db, { slug: 'weekend', title: 'El Fin de Semana', language: 'es' });
    await makeOperators(db, 'admin');
    await makeOperators(db, 'viewer', 'v-');
  });
  const visit = (look: Look, prefix = '') =>
    signIn(browser, desk, look, { to: 'settings', prefix });

  test.each(looks)('is for everybody: %o', async (look) => {
    const page = await visit(look);
    await expectAccessible(page, 'settings');
    await page.fill('#perDomain', 'many');
    await page.fill('#colour', 'blue');
    await page.locator('button.primary').click();
    await page.locator('.message.bad').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('colour');
    expect(await page.inputValue('#perDomain')).toBe('many');
    await expectAccessible(page, 'settings that are wrong');
    const looking = await visit(look, 'v-');
    await expectAccessible(looking, 'settings to look at');
    expect(await looking.locator('#name').isDisabled()).toBe(true);
  });

  test.each([true, false])('is used by keyboard alone (scripts: %s)', async (scripts) => {
    const page = await visit({ width: 1280, scripts });
    await page.focus('#perMailbox');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(scripts ? '7' : '8');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.message.good').waitFor();
    expect((await getSignUpSettings(desk.context.db)).perMailbox).toBe(scripts ? 7 : 8);
  });
});
