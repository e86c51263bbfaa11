import { beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '../harness/database.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { HELD_LINES, holdBatches } from '../subscribers/fixtures/import-queue.ts';
import { browserMissing, expectAccessible, openBrowser } from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

// Every look of these pages is looked at in console-pages.test.ts: here is what comes of pressing through them.
describe.skipIf(browserMissing())('readers imported in the console', () => {
  const browser = openBrowser();
  let desk: Console;
  let databaseUrl: string;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    desk = await openConsole({}, databaseUrl);
    await makeOperators(desk.context.db, 'admin');
  });
  const addressOf = (of: string) => (nth: number) => `r${nth}@${of}.example`;
  const listOf = (count: number, of: string) =>
    [
      'email,name,consent_source,consent_at',
      ...Array.from({ length: count }, (_, n) => `${addressOf(of)(n)},Ñ ${n},fair,2026-01-02`),
      'nobody,X,fair,2026-01-02',
    ].join('\n');
  const file = (text: string) => ({
    name: 'readers.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(text),
  });

  test.each([
    { width: 360, language: 'es', dark: true },
    { width: 1280, language: 'en', dark: false },
  ] as const)('from the list of readers to the result: %o', async (look) => {
    const page = await signIn(browser, desk, look, { to: 'readers' });
    await page.locator('main a[href$="/readers/import"]').click();
    await page.locator('button.primary').click();
    await page.locator('#file-wrong').waitFor();
    await expectAccessible(page, 'the form, without a file');
    await page.setInputFiles('#file', file(listOf(20, look.language)));
    await page.locator('button.primary').click();
    await page.locator('[data-import="ready"]').waitFor();
    await page.locator('summary').last().click();
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
  });

  test.each([true, false])(
    'shows how far it is, and how it ended (scripts: %s)',
    async (scripts) => {
      const of = `scripts-${scripts}`;
      const page = await signIn(browser, desk, { width: 1280, scripts }, { to: 'readers' });
      await page.goto(`${desk.base}/console/readers/import`);
      await page.setInputFiles('#file', file(listOf(HELD_LINES, of)));
      await page.locator('button.primary').click();
      await page.locator('[data-import="ready"]').waitFor();
      const held = await holdBatches(databaseUrl, addressOf(of));
      await page.locator('[data-import] .primary').click();
      // what is stored so far, while the rest waits
      await page
        .locator('[data-import="running"] dd', { hasText: /^2,000$/ })
        .first()
        .waitFor();
      await held[Symbol.asyncDispose]();
      await page.locator('[data-import="done"]').waitFor();
      expect(await page.locator('[data-import]').textContent()).toMatch(
        /Lines read6,051\s+New6,050/,
      );
    },
  );

  test('shows how much of a file has been sent, and why it did not arrive', async () => {
    const page = await signIn(browser, desk, { width: 360 }, { to: 'readers' });
    await page.goto(`${desk.base}/console/readers/import`);
    const network = await page.context().newCDPSession(page);
    await page.setInputFiles('#file', file(`email\nkim@of.example\n${'\n'.repeat(1_000_000)}`));
    const send = page.locator('button.primary');
    const failure = page.locator('.upload [role="alert"]');
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 50_000,
    });
    await send.click();
    await page.locator('.upload p', { hasText: /^\d\d?% of 1 MB sent/ }).waitFor();
    expect(await send.isDisabled()).toBe(true);
    await expectAccessible(page, 'a file on its way');
    await page.locator('.upload button').click();
    expect(await failure.textContent()).toMatch(/^You stopped it/);
    await network.detach();
    await page.route('**/readers/import', (route) => route.abort('connectionreset'));
    await send.click();
    await page
      .locator('.upload [role="alert"]', { hasText: /^The connection broke off/ })
      .waitFor();
    await expectAccessible(page, 'a file that did not arrive');
    await page.unroute('**/readers/import');
    await send.click();
    await page.locator('[data-import="ready"]').waitFor();
    // the file cannot be read: it is said beside the field, as without scripts
    await page.goto(`${desk.base}/console/readers/import`);
    await page.setInputFiles('#file', file('%PDF-1.7'));
    await send.click();
    await page.locator('#file-wrong', { hasText: 'This is a PDF' }).waitFor();
    await page.setInputFiles('#file', file('email\nkim@of.example\n'));
    await send.click();
    await page.locator('[data-import="ready"]').waitFor();
  });

  test('a list of addresses, in a form that has a field called action', async () => {
    const page = await signIn(browser, desk, { width: 360 }, { to: 'readers' });
    await page.goto(`${desk.base}/console/readers/bulk`);
    await page.setInputFiles('#file', file('email\nnobody@of.example\nno address\n'));
    await page.check('input[value="unsubscribe"]');
    await page.locator('.reader-form .buttons .primary').click();
    await page.waitForURL(/\/readers\/bulk\/\d+$/);
    await page.locator('.message', { hasText: 'no address, left out: 1.' }).waitFor();
  });
});
