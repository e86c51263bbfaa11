import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { openArticle } from './fixtures/article.ts';
import { browserMissing, openBrowser, styleOf, whatIsInaccessible } from './fixtures/browser.ts';

describe.skipIf(browserMissing())('the form in an article', () => {
  const browser = openBrowser();
  let site: Site;
  let article: string;
  const sites: Record<string, string> = {};

  beforeAll(async () => {
    site = await openSite();
    article = await openArticle(site.url, { language: 'es' });
    sites.unset = await openArticle(site.url, { css: '* { all: unset }' });
    sites.dark = await openArticle(site.url, { css: ':root { color-scheme: dark }' });
    sites.black = await openArticle(site.url, { css: 'body { background: #101114; color: #eee }' });
    sites.line = await openArticle(site.url, { form: 'data-newsletter="daily" data-form="line"' });
    sites.frameless = await openArticle(site.url, { frames: "'none'" });
    await makeNewsletter(site.context.db, 'daily', {
      title: 'The Daily',
      origins: [article, ...Object.values(sites)],
    });
    await makeNewsletter(site.context.db, 'weekend', { title: 'Weekend' });
    sites.stranger = await openArticle(site.url);
  });
  const known = (key: string) =>
    site.context.db
      .selectFrom('subscribers')
      .select('id')
      .where('emailKey', '=', key)
      .executeTakeFirst();
  const told = (page: Page) => page.evaluate<{ type: string; detail: unknown }[]>('told');
  const outside = async (page: Page) => (await page.locator('iframe').boundingBox())?.height ?? 0;
  /** The frame is there as high as what is in it, in place of the link. */
  const fits = async (page: Page) => {
    const inside = () =>
      page
        .frameLocator('iframe')
        .locator('body')
        .evaluate((body: { offsetHeight: number }) => body.offsetHeight);
    await eventually(async () =>
      expect(Math.abs((await outside(page)) - (await inside()))).toBeLessThan(3),
    );
    expect(await outside(page)).toBeGreaterThan(100);
    expect(await page.getByRole('link', { name: 'Get The Daily' }).isVisible()).toBe(false);
  };

  test.each([360, 1280] as const)('fits itself in, and signs up in place, at %i', async (width) => {
    const page = await browser.visit({ width });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(article);
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Correo electrónico').fill(`foot${width}@example.org`);
    await expect.poll(() => page.locator('iframe').getAttribute('title')).toContain('Boletines');
    await fits(page);
    // no jump to speak of when it came
    expect(await page.evaluate<number>('shifts')).toBeLessThan(0.1);
    await frame.getByText('que te envíe The Daily.').waitFor();
    const button = frame.getByRole('button', { name: 'Suscribirme' });
    const colour = await styleOf(button, 'backgroundColor');
    expect(colour).toBe('rgb(1, 2, 3)');
    await button.click();
    await frame.getByText('Revisa tu correo').waitFor();
    await fits(page);
    expect(await known(`foot${width}@example.org`)).toBeDefined();
    expect(await told(page)).toEqual([
      { type: 'gaceta:subscribed', detail: { newsletters: ['daily'] } },
    ]);
    expect(complaints).toEqual([]);
  });

  test('keeps the consent in the words that it showed', async () => {
    const consent = await site.context.db
      .selectFrom('consents')
      .innerJoin('subscribers', 'subscribers.id', 'consents.subscriberId')
      .select('wording')
      .where('emailKey', '=', 'foot360@example.org')
      .executeTakeFirstOrThrow();
    expect(consent.wording).toContain('que te envíe The Daily.');
  });

  test('is one line in the middle of an article', async () => {
    const page = await browser.visit({ width: 1280 });
    await page.goto(sites.line ?? '');
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Get The Daily by email').fill('wrong');
    await fits(page);
    expect(await outside(page)).toBeLessThan(230);
    await frame.getByRole('button', { name: 'Sign up' }).click();
    await frame.getByRole('alert').waitFor();
    await frame.getByLabel('Get The Daily by email').fill('line@example.org');
    await frame.getByRole('button', { name: 'Sign up' }).click();
    await frame.getByRole('status').waitFor();
    expect(await known('line@example.org')).toBeDefined();
    expect((await told(page)).map(({ type, detail }) => ({ type, detail }))).toEqual([
      { type: 'gaceta:failed', detail: { newsletters: ['daily'], reason: 'email' } },
      { type: 'gaceta:subscribed', detail: { newsletters: ['daily'] } },
    ]);
  });

  test.each([
    ['dark', 'a page that says it is dark'],
    ['black', 'a page that is dark without saying so'],
  ])('is dark on %s', async (name) => {
    const page = await browser.visit({ width: 1280 });
    await page.goto(sites[name] ?? '');
    await fits(page);
    const root = page.frameLocator('iframe').locator('html');
    expect(await styleOf(root, 'colorScheme')).toBe('dark');
    expect(await styleOf(page.locator('iframe'), 'colorScheme')).toBe('dark');
  });

  test.each(['dark', 'black', 'unset', 'line', 'light'])(
    'is accessible, with something wrong in it, on %s',
    async (name) => {
      const page = await browser.visit({ width: 360 });
      await page.goto(sites[name] ?? article);
      await fits(page);
      const form = page.frameLocator('iframe');
      await form.getByRole('textbox').first().fill('wrong');
      await form.locator('button.main').click();
      await form.getByRole('alert').waitFor();
      await fits(page);
      const frame = page.frames().find((each) => each !== page.mainFrame());
      expect(await whatIsInaccessible(frame ?? expect.fail('no frame'))).toEqual([]);
    },
  );

  test('is light on a light page, whatever the reader’s system has', async () => {
    const page = await browser.visit({ width: 1280, dark: true });
    await page.goto(article);
    await fits(page);
    expect(await styleOf(page.frameLocator('iframe').locator('html'), 'colorScheme')).toBe('light');
  });

  test('stands where a page takes all style from everything', async () => {
    const page = await browser.visit({ width: 1280 });
    await page.goto(sites.unset ?? '');
    await fits(page);
    expect(await styleOf(page.locator('iframe'), 'borderTopWidth')).toBe('0px');
    expect((await page.locator('iframe').boundingBox())?.width).toBe(1280);
  });

  test('is a link with scripts off, to a page that offers that newsletter', async () => {
    const page = await browser.visit({ width: 360, scripts: false });
    await page.goto(article);
    await page.getByRole('link', { name: 'Get The Daily' }).click();
    expect(await page.getByRole('checkbox', { name: /The Daily/ }).isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { name: /Weekend/ }).isChecked()).toBe(false);
  });

  test.each([
    ['stranger', 'a site that the newsletter does not name'],
    ['frameless', 'a page whose policy forbids the frame'],
    ['away', 'a service that is away'],
  ])('is a link and no grey box: %s', async (name) => {
    const page = await browser.visit({ width: 1280 });
    if (name === 'away') await page.route('**/embed?**', (route) => route.abort());
    await page.goto(sites[name] ?? sites.line ?? '');
    await eventually(async () =>
      expect(await told(page)).toEqual([
        { type: 'gaceta:failed', detail: { reason: 'unavailable' } },
      ]),
    );
    expect(await page.getByRole('link', { name: 'Get The Daily' }).isVisible()).toBe(true);
    expect(await page.locator('iframe').isVisible()).toBe(false);
    const place = await page.locator('div:has(> iframe)').boundingBox();
    expect(place?.height).toBeLessThan(40);
  });
});
