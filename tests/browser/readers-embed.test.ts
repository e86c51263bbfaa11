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
    sites.bare = await openArticle(site.url, { pasted: (script) => script });
    sites.two = await openArticle(site.url, {
      direction: 'rtl',
      pasted: (script) => script + script.replace('></', ' data-form="line"></'),
    });
    sites.shadow = await openArticle(site.url, {
      pasted: (script) => `<div><template shadowrootmode="open">${script}</template></div>`,
    });
    sites.odd = await openArticle(site.url, {
      form: 'data-newsletter="nope" data-lang="tlh"',
      pasted: (script) => script,
    });
    sites.far = await openArticle(site.url, { css: 'h1 { height: 1500px }' });
    sites.strict = await openArticle(site.url, { scripts: "'self'" });
    await makeNewsletter(site.context.db, 'daily', {
      title: 'The Daily',
      origins: [article, ...Object.values(sites)],
    });
    await makeNewsletter(site.context.db, 'weekend', {
      title: 'Weekend',
      origins: Object.values(sites),
    });
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

  test('makes a link of its own where none is pasted, and puts nothing else on the page', async () => {
    const page = await browser.visit({ width: 360 });
    await page.route('**/embed?**', (route) => route.abort());
    await page.goto(sites.bare ?? '');
    const link = page.getByRole('link', { name: 'Sign up for our newsletter' });
    expect(await link.getAttribute('href')).toBe(`${site.url}/?newsletter=daily&lang=en`);
    await page.unroute('**/embed?**');
    await page.reload();
    await fits(page);
    expect(await link.isVisible()).toBe(false);
    expect(await page.locator('body').innerText()).toBe('A story\n\nBefore.\n\nAfter.');
  });

  test('stands twice on a page, also on one that runs from right to left', async () => {
    const page = await browser.visit({ width: 360 });
    await page.goto(sites.two ?? '');
    const line = page.frameLocator('iframe').last();
    await line.getByLabel('Get The Daily by email').fill('twice@example.org');
    await page.frameLocator('iframe').first().getByRole('button', { name: 'Sign up' }).waitFor();
    await eventually(async () => {
      for (const frame of await page.locator('iframe').all())
        expect((await frame.boundingBox())?.height).toBeGreaterThan(100);
    });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    await line.getByRole('button', { name: 'Sign up' }).click();
    await line.getByRole('status').waitFor();
    await page.frameLocator('iframe').first().getByRole('textbox').waitFor();
    await eventually(async () => expect(await told(page)).toHaveLength(1));
  });

  test('stands in a shadow tree, and is heard outside of it', async () => {
    const page = await browser.visit({ width: 1280 });
    await page.goto(sites.shadow ?? '');
    await fits(page);
    const form = page.frameLocator('iframe');
    await form.getByRole('textbox').fill('shadow@example.org');
    expect(await styleOf(form.locator('button.main'), 'backgroundColor')).toBe('rgb(1, 2, 3)');
    await form.locator('button.main').click();
    await eventually(async () =>
      expect(await told(page)).toEqual([
        { type: 'gaceta:subscribed', detail: { newsletters: ['daily'] } },
      ]),
    );
  });

  test('offers what there is where it is asked for what there is not', async () => {
    const page = await browser.visit({ width: 1280, language: 'es' });
    await page.goto(sites.odd ?? '');
    const form = page.frameLocator('iframe');
    await form.getByRole('checkbox', { name: /Weekend/ }).waitFor();
    expect(await form.getByRole('button').innerText()).toBe('Suscribirme');
  });

  test.each([360, 1280] as const)('moves nothing when it comes late, at %i', async (width) => {
    const page = await browser.visit({ width });
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/embed?**', async (route) => {
      await answered;
      await route.continue();
    });
    await page.goto(sites.far ?? '');
    await page.locator('#after').scrollIntoViewIfNeeded();
    await page.locator('iframe').waitFor({ state: 'attached' });
    expect(await page.getByRole('link', { name: 'Get The Daily' }).isVisible()).toBe(true);
    expect(await outside(page)).toBe(0);
    const before = (await page.locator('#after').boundingBox())?.y;
    answer();
    await fits(page);
    expect((await page.locator('#after').boundingBox())?.y).toBe(before);
    expect(await page.evaluate<number>('shifts')).toBe(0);
  });

  test('is the link alone where the page’s policy forbids the script', async () => {
    const page = await browser.visit({ width: 360 });
    await page.goto(sites.strict ?? '');
    expect(await page.locator('iframe').count()).toBe(0);
    await page.getByRole('link', { name: 'Get The Daily' }).click();
    await page.getByRole('button', { name: 'Sign up' }).waitFor();
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
