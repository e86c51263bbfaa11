import { beforeAll, describe, expect, test } from 'vitest';
import { type Console, openConsole } from '../http/console/harness.ts';
import { browserMissing, expectAccessible, looks, openBrowser } from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('readers imported in the console', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    await makeOperators(desk.context.db, 'admin');
  });
  const listOf = (count: number, of: string) =>
    [
      'email,name,consent_source,consent_at',
      ...Array.from({ length: count }, (_, n) => `r${n}@${of}.example,Ñ ${n},fair,2026-01-02`),
      'nobody,X,fair,2026-01-02',
    ].join('\n');
  const file = (text: string) => ({
    name: 'readers.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(text),
  });

  test.each(looks)('from the list of readers to the result: %o', async (look) => {
    const page = await signIn(browser, desk, look, { to: 'readers' });
    await page.locator('main a[href$="/readers/import"]').click();
    await expectAccessible(page, 'the form');
    await page.locator('button.primary').click();
    await page.locator('#file-wrong').waitFor();
    await expectAccessible(page, 'the form, without a file');
    const of = `${look.width}-${look.language}-${look.dark}`;
    await page.setInputFiles('#file', file(listOf(20, of)));
    await page.locator('button.primary').click();
    await page.locator('[data-import="ready"]').waitFor();
    await page.locator('summary').last().click();
    await expectAccessible(page, 'what becomes of the file');
    await page.fill('#consent_source', 'Stand at the fair');
    await page.locator('.reader-form .buttons button').click();
    await page.locator('#consent-wrong').waitFor();
    await expectAccessible(page, 'half a consent');
    await page.fill('#consent_at', '2026-01-02');
    await page.selectOption('#column-1', 'first_name');
    await page.locator('.reader-form .buttons button').click();
    await page.locator('[data-import="ready"]').waitFor();
    await page.locator('[data-import] .primary').click();
    await page.locator('[data-import="done"]').waitFor();
    expect(await page.locator('table').last().locator('tbody tr').count()).toBe(1);
    await expectAccessible(page, 'the result');
  });

  test.each([true, false])(
    'shows how far it is, and how it ended (scripts: %s)',
    async (scripts) => {
      const page = await signIn(browser, desk, { width: 1280, scripts }, { to: 'readers' });
      await page.goto(`${desk.base}/console/readers/import`);
      await page.setInputFiles('#file', file(listOf(12_000, `scripts-${scripts}`)));
      await page.locator('button.primary').click();
      await page.locator('[data-import="ready"]').waitFor({ timeout: 60_000 });
      await page.locator('[data-import] .primary').click();
      await page.locator('[data-import="done"]').waitFor({ timeout: 60_000 });
      expect(await page.locator('[data-import]').textContent()).toMatch(
        /Lines read12,001\s+New12,000/,
      );
    },
  );
});
