import { beforeAll, describe, expect, test } from 'vitest';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { openArticle } from './fixtures/article.ts';
import { browserMissing, openBrowser, styleOf } from './fixtures/browser.ts';

describe.skipIf(browserMissing())('the form at the foot of an article', () => {
  const browser = openBrowser();
  let site: Site;
  let article: string;
  let stranger: string;

  beforeAll(async () => {
    site = await openSite();
    article = await openArticle(site.url, 'es');
    stranger = await openArticle(site.url, 'es');
    await makeNewsletter(site.context.db, 'daily', { title: 'The Daily', origins: [article] });
  });
  const known = (key: string) =>
    site.context.db
      .selectFrom('subscribers')
      .select('id')
      .where('emailKey', '=', key)
      .executeTakeFirst();

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
    const inside = () =>
      frame.locator('body').evaluate((body: { offsetHeight: number }) => body.offsetHeight);
    const outside = async () => (await page.locator('iframe').boundingBox())?.height ?? 0;
    await expect.poll(async () => Math.abs((await outside()) - (await inside()))).toBeLessThan(3);
    const button = frame.getByRole('button', { name: 'Suscribirme' });
    const colour = await styleOf(button, 'backgroundColor');
    expect(colour).toBe('rgb(1, 2, 3)');
    await button.click();
    await frame.getByText('Revisa tu correo').waitFor();
    await expect.poll(async () => Math.abs((await outside()) - (await inside()))).toBeLessThan(3);
    expect(await known(`foot${width}@example.org`)).toBeDefined();
    expect(complaints).toEqual([]);
  });

  test('is a plain form in a frame with scripts off', async () => {
    const page = await browser.visit({ width: 360, scripts: false });
    await page.goto(article);
    const frame = page.frameLocator('iframe');
    await frame.locator('#email').fill('plain@example.org');
    await frame.locator('button.main').click();
    await frame.locator('[role=status]').waitFor();
    expect(await known('plain@example.org')).toBeDefined();
  });

  test('is not shown on a site that the newsletter does not name', async () => {
    const page = await browser.visit({ width: 1280 });
    const refused = page.waitForEvent('console', {
      predicate: (message) => message.text().includes('frame-ancestors'),
    });
    await page.goto(stranger);
    await refused;
    expect(await page.frameLocator('iframe').locator('#email').count()).toBe(0);
  });
});
