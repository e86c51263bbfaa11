import { beforeAll, describe, expect, test } from 'vitest';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { createOperator } from '../../src/operators/accounts.ts';
import { getSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { type Console, openConsole } from '../console/harness.ts';
import { browserMissing, expectAccessible, type Look, openBrowser } from './fixtures/browser.ts';

const password = 'correct horse';
const looks: Look[] = ([360, 1280] as const).flatMap((width) =>
  (['en', 'es'] as const).flatMap((language) =>
    [false, true].map((dark): Look => ({ width, language, dark })),
  ),
);

describe.skipIf(browserMissing())('the page of settings', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    const { db } = desk.context;
    await createNewsletter(db, { slug: 'weekend', title: 'El Fin de Semana', language: 'es' });
    for (const language of ['en', 'es']) {
      await createOperator(db, {
        email: `${language}@example.org`,
        password,
        role: 'admin',
        language,
      });
      await createOperator(db, {
        email: `v-${language}@example.org`,
        password,
        role: 'viewer',
        language,
      });
    }
  });
  async function signIn(look: Look, name: string) {
    const page = await browser.visit(look);
    await page.goto(`${desk.base}/console/sign-in`);
    await page.fill('#email', `${name}@example.org`);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${desk.base}/console`);
    await page.locator('nav a[href$="/settings"]').click();
    await page.waitForURL(`${desk.base}/console/settings`);
    return page;
  }

  test.each(looks)('is for everybody: %o', async (look) => {
    const page = await signIn(look, look.language ?? 'en');
    await expectAccessible(page, 'settings');
    await page.fill('#perDomain', 'many');
    await page.fill('#origins-daily', 'https://x.example/path');
    await page.locator('button.primary').click();
    await page.locator('.message.bad').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('origins-daily');
    expect(await page.inputValue('#perDomain')).toBe('many');
    await expectAccessible(page, 'settings that are wrong');
    const looking = await signIn(look, `v-${look.language}`);
    await expectAccessible(looking, 'settings to look at');
    expect(await looking.locator('#name').isDisabled()).toBe(true);
  });

  test.each([true, false])('is used by keyboard alone (scripts: %s)', async (scripts) => {
    const page = await signIn({ width: 1280, scripts }, 'en');
    await page.focus('#perMailbox');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(scripts ? '7' : '8');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.message.good').waitFor();
    expect((await getSignUpSettings(desk.context.db)).perMailbox).toBe(scripts ? 7 : 8);
  });
});
