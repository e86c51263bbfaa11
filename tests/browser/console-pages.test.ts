import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayAct, roles } from '../../src/operators/roles.ts';
import { type Browser, type Console, openConsole } from '../http/console/harness.ts';
import { type ConsoleThings, consolePages } from './console-pages.ts';
import { browserMissing, openBrowser, whatIsInaccessibleAnyhow } from './fixtures/browser.ts';
import { fillConsole, operatorOf, PASSWORD } from './fixtures/console-newsroom.ts';

const languages = ['en', 'es'] as const;

describe.skipIf(browserMissing())('every page of the console', () => {
  const browser = openBrowser();
  let desk: Console;
  let things: ConsoleThings;
  const owners = new Map<string, BrowserContext>();

  beforeAll(async () => {
    desk = await openConsole({
      SMTP_URL:
        'smtp://mail.harbour.example:587?name=mail&rate=50,smtps://u:p@other.example?name=other',
      MAIL_FROM: 'The Harbour Post <post@harbour.example>',
    });
    things = await fillConsole(desk.context);
    for (const language of languages) {
      const page = await browser.visit({ width: 360, language });
      await page.goto(`${desk.base}/console/sign-in`);
      await page.fill('#email', operatorOf('owner', language));
      await page.fill('#password', PASSWORD);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${desk.base}/console`);
      owners.set(language, page.context());
    }
  });

  const signedIn = async (role: string): Promise<Browser> => {
    const visitor = desk.browser();
    await visitor.post('/console/sign-in', { email: operatorOf(role, 'en'), password: PASSWORD });
    return visitor;
  };
  const visitors = new Map<string, Promise<Browser>>();
  const visitorOf = (role: string) => {
    const known = visitors.get(role) ?? signedIn(role);
    visitors.set(role, known);
    return known;
  };
  afterAll(() => owners.clear());

  test.each(consolePages)('$name is for $least and those above', async ({ path, least }) => {
    const at = path(things);
    const answers = await Promise.all(
      roles.map(async (role) => (await (await visitorOf(role)).get(at)).status),
    );
    expect(answers).toEqual(roles.map((role) => (mayAct(role, least) ? 200 : 403)));
  });

  describe.each(languages)('in %s', (language) => {
    test.each(consolePages)('$name is for everybody', async ({ name, path, before }) => {
      const page = await owners.get(language)?.newPage();
      if (!page) throw new Error('nobody is signed in');
      const wrong: string[] = [];
      page.on('console', (said) => {
        if (said.type() === 'error') wrong.push(`console: ${said.text()}`);
      });
      page.on('pageerror', (error) => wrong.push(`script: ${error.message}`));
      const answer = await page.goto(`${desk.base}${path(things)}`);
      expect(answer?.status()).toBe(200);
      expect(await page.getAttribute('html', 'lang')).toBe(language);
      expect(await page.title()).toMatch(/\S · The Harbour Post$/);
      expect(await page.locator('h1').count()).toBe(1);
      await before?.(page);
      wrong.push(...(await whatIsInaccessibleAnyhow(page, language)));
      await page.close();
      expect(wrong, name).toEqual([]);
    });
  });
});
