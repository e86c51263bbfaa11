import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { commit } from '../../../src/actions/commit.ts';
import { composeAndSend } from '../../../src/actions/compose.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { makeSetupLink } from '../../../src/operators/setup-links.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { openConsole } from './harness.ts';

const found = inject('chromium');
const password = 'correct horse';

describe.skipIf('missing' in found)('the console in a browser', async () => {
  const { context, base } = await openConsole();
  const { db } = context;
  context.mailbox = { smtpUrl: 'smtp://127.0.0.1:1', pageUrl: 'http://127.0.0.1:8025' };
  for (const language of ['en', 'es'])
    await createOperator(db, {
      email: `${language}@example.org`,
      password,
      role: 'owner',
      language,
    });
  const { id: invited } = await createOperator(db, { email: 'new@example.org', role: 'editor' });
  const link = `/console/setup/${await makeSetupLink(db, 'invitation', invited)}`;
  await addReaders(db, 3);
  await addArticle(db, {
    title: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter',
  });
  const { id: edition } = await commit(context, (tx) =>
    composeAndSend(
      tx,
      { kind: 'system' },
      { newsletter: 'daily', kind: 'daily', now: new Date(), send: false },
    ),
  );
  const editionPage = `${base}/console/editions/${edition}`;
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = 'path' in found ? found.path : '';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  const views = ['en', 'es'].flatMap((language) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ language, colorScheme })),
  );
  it.each(views)(
    'is for everybody ($language, $colorScheme)',
    async ({ language, colorScheme }) => {
      const viewport = { width: 360, height: 740 };
      const visit = await browser.newContext({ viewport, colorScheme, locale: language });
      const page = await visit.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      const look = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
        expect(violations.map((one) => `${what}: ${one.id} ${one.nodes[0]?.html}`)).toEqual([]);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect(width, `${what} fits a phone`).toBeLessThanOrEqual(viewport.width);
        expect(await page.getAttribute('html', 'lang')).toBe(language);
      };

      await page.goto(base + link);
      await look('set-up');
      await page.goto(`${base}/console`);
      await look('sign-in');
      await page.fill('#email', `${language}@example.org`);
      await page.fill('#password', 'wrong password');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.message.bad');
      await look('sign-in refused');
      complaints.length = 0; // the browser reports the 422 itself
      await page.fill('#password', password);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${base}/console`);
      await look('home');
      await page.goto(editionPage);
      await look('edition');
      const frame = page.frameLocator('iframe');
      await expect.poll(() => frame.locator('body').innerText()).toContain('Donaudampf');
      expect(complaints).toEqual([]);
      await page.goto(`${base}/console/editions/9999`);
      expect(complaints.filter((text) => !/404/.test(text))).toEqual([]);
      await visit.close();
    },
  );

  it('works without scripts', async () => {
    const visit = await browser.newContext({ javaScriptEnabled: false, locale: 'en' });
    const page = await visit.newPage();
    await page.goto(`${base}/console`);
    await page.fill('#email', 'en@example.org');
    await page.fill('#password', password);
    await page.click('.primary');
    await page.waitForURL(`${base}/console`);
    await page.goto(editionPage);
    await page.click('a[href$="/send"]');
    await page.click('text=Yes, send to 3 readers now');
    await page.waitForSelector('.message.good');
    expect(await page.textContent('.state')).toBe('Sending');
    await page.click('text=Pause');
    await page.waitForSelector('text=Paused. Emails already started');
    await page.click('summary');
    await page.click('text=Cancel for good');
    await page.waitForSelector('text=Cancelled.');
    await page.click('text=Sign out');
    await page.waitForURL(`${base}/console/sign-in`);
    await visit.close();
  });

  it('renews its figures', async () => {
    await db.updateTable('editions').set({ state: 'sending', audience: 1234 }).execute();
    const visit = await browser.newContext({ locale: 'en' });
    const page = await visit.newPage();
    await page.goto(`${base}/console`);
    await page.fill('#email', 'en@example.org');
    await page.fill('#password', password);
    await page.click('.primary');
    await page.waitForURL(`${base}/console`);
    await page.goto(editionPage);
    await db
      .insertInto('ranges')
      .values({
        editionId: edition,
        dueAt: new Date(),
        nextAt: new Date(),
        receiverGroup: 'rest',
        firstSubscriber: '1',
        lastSubscriber: '9',
        size: 1234,
        sent: 617,
        queued: 617,
      })
      .execute();
    await expect.poll(() => page.textContent('[data-count="sent"]')).toBe('617');
    expect(await page.textContent('[data-count="audience"]')).toBe('1,234');
    expect(await page.getAttribute('[data-part="sent"]', 'style')).toContain('50%');
    await visit.close();
  });
});
