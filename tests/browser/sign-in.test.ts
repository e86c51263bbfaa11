import { beforeAll, describe, expect, test } from 'vitest';
import { noteUntrustedProxy } from '../../src/operators/untrusted-proxy.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { browserMissing, expectAccessible, looks, openBrowser } from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

describe.skipIf(browserMissing())('signing in', () => {
  const browser = openBrowser();
  let desk: Console;
  beforeAll(async () => {
    desk = await openConsole();
    await makeOperators(desk.context.db, 'viewer');
    await makeOperators(desk.context.db, 'admin', 'a-');
    await noteUntrustedProxy(desk.context.db);
  });

  test.each(looks)('the page that a role does not allow says so: %o', async (look) => {
    const page = await signIn(browser, desk, look, { to: 'me' });
    const answer = await page.goto(`${desk.base}/console/readers`);
    expect(answer?.status()).toBe(403);
    await expectAccessible(page, 'not allowed');
    const admin = await signIn(browser, desk, look, { to: 'me', prefix: 'a-' });
    expect(await admin.locator('aside.notice').textContent()).toContain('TRUST_PROXY');
    await expectAccessible(admin, 'a proxy that is not trusted');
  });

  test.each(looks)('an account under attack is opened with a proof of work: %o', async (look) => {
    const open = await openConsole({ TRUST_PROXY: '1' });
    await makeOperators(open.context.db, 'viewer');
    const email = `${look.language}@example.org`;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        open
          .browser()
          .post(
            '/console/sign-in',
            { email, password: 'nonsense 1' },
            { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': `198.51.100.${n}` },
          ),
      ),
    );
    const page = await browser.visit(look);
    await page.goto(`${open.base}/console/sign-in`);
    const type = async () => {
      await page.fill('#email', email);
      await page.fill('#password', 'correct horse');
    };
    await type();
    await page.keyboard.press('Enter');
    await page.locator('.message.bad').waitFor();
    await expectAccessible(page, 'a proof of work');
    await type();
    await expect.poll(() => page.locator('input[name="altcha"]').inputValue()).not.toBe('');
    await page.locator('button.primary').click();
    await page.waitForURL(`${open.base}/console`);
  });
});
