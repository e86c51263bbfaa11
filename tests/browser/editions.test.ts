import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from '../../src/operators/accounts.ts';
import { startWorker } from '../../workers/main.ts';
import { addArticle, addReaders } from '../http/api/fixtures.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { type Sink, startSink } from '../relays/sink.ts';
import { browserMissing, expectAccessible, type Look, openBrowser } from './fixtures/browser.ts';
import { signIn } from './fixtures/console.ts';

const subject = 'A note to you: ¡gracias! 🗞️ رسالة';

describe.skipIf(browserMissing())('editions, from writing one to who received it', () => {
  const browser = openBrowser();
  let desk: Console;
  let sink: Sink;
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

  beforeAll(async () => {
    sink = await startSink({});
    desk = await openConsole({
      SMTP_URL: `smtp://127.0.0.1:${sink.port}?name=sink`,
      MAIL_FROM: 'The Daily <daily@news.example>',
    });
    const { db } = desk.context;
    await createOperator(db, {
      email: 'en@example.org',
      password: 'correct horse',
      role: 'editor',
      language: 'en',
    });
    await addArticle(db, { title: 'Bridge opens' });
    await addReaders(db, 3);
    worker = await startWorker(desk.context);
  });
  afterAll(async () => {
    await worker?.stop();
    await sink?.close();
  });

  test.each<[string, Look]>([
    ['at a desk', { width: 1280 }],
    ['on a phone without scripts', { width: 360, scripts: false }],
  ])('a note without articles is written, confirmed once and received, %s', async (_, look) => {
    const { db } = desk.context;
    const before = sink.received.length;
    const page = await signIn(browser, desk, look, { to: 'editions' });
    await page.getByRole('link', { name: 'New edition' }).click();
    await page.selectOption('#kind', 'special');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.fill('#subject', subject);
    // Enter in a line makes nothing
    await page.press('#subject', 'Enter');
    expect(await page.inputValue('#subject')).toBe(subject);
    await page.fill('#introduction', `Dear **readers** of ${look.width},\n\nthank you.`);
    if (look.scripts !== false) await expectAccessible(page, 'a note that is being written');
    await page.getByRole('button', { name: 'Prepare draft' }).click();
    await page.getByText('Draft prepared').waitFor();
    await page.frameLocator('.preview iframe').getByText('thank you.', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Send or schedule' }).click();
    await page.getByText('3 readers of The Daily').waitFor();
    if (look.scripts !== false) await expectAccessible(page, 'the page that asks');
    const { pathname } = new URL(page.url());
    await page.getByRole('button', { name: 'Yes, send to 3 readers now' }).click();
    await page.waitForURL((url) => url.pathname === pathname.replace('/send', ''));
    await expect.poll(() => sink.received.length).toBe(before + 3);
    const mail = await simpleParser(sink.received.at(-1)?.bytes ?? '');
    expect(mail.subject).toBe(subject);
    expect(mail.text).toContain('thank you.');
    // with scripts its figures move, without it loads again
    await page.locator('.state.sent').first().waitFor();
    await page.getByText('Every reader it was meant for has received it').waitFor();

    // Back to the page that asked, which asks no more
    await page.goBack();
    await page.waitForLoadState();
    if (page.url().endsWith('/send')) {
      const again = page.getByRole('button', { name: 'Yes, send' });
      if ((await again.count()) > 0) await again.click();
      await page.waitForURL((url) => !url.pathname.endsWith('/send'));
    }
    expect(sink.received.length).toBe(before + 3);
    const sends = await db
      .selectFrom('audit')
      .select('id')
      .where('action', '=', 'send')
      .where('object', '=', `edition ${pathname.split('/').at(-2)}`)
      .execute();
    expect(sends).toHaveLength(1);
  });

  test('what was being written when the session ended comes back, without scripts', async () => {
    const { db } = desk.context;
    const page = await signIn(browser, desk, { width: 360, scripts: false }, { to: 'editions' });
    await page.goto(`${desk.base}/console/editions/new?newsletter=daily&kind=special`);
    await page.fill('#subject', subject);
    await page.fill('#introduction', 'Half of a thought');
    await db.deleteFrom('sessions').execute();
    await page.getByRole('button', { name: 'Prepare draft' }).click();
    await page.getByText('What you wrote is kept').waitFor();
    await page.fill('#email', 'en@example.org');
    await page.fill('#password', 'correct horse');
    await page.press('#password', 'Enter');
    await page.getByRole('heading', { name: 'You were signed out while writing' }).waitFor();
    await page.locator('blockquote', { hasText: 'Half of a thought' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Draft prepared').waitFor();
    expect(await page.locator('h1').textContent()).toBe(subject);
  });
});
