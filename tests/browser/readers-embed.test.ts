import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSite, type Site } from '../public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { browserMissing, openBrowser, styleOf } from './fixtures/browser.ts';

describe.skipIf(browserMissing())('the form at the foot of an article', () => {
  const browser = openBrowser();
  let site: Site;
  let article: string;
  let stranger: string;

  /** A newsroom's page under a policy as strict as can be: no inline script, no inline style. */
  async function host(): Promise<string> {
    const server = createServer((_req, res) => {
      res.setHeader(
        'Content-Security-Policy',
        `default-src 'none'; script-src ${site.url}; frame-src ${site.url}; style-src 'self'`,
      );
      if (_req.url === '/style.css') {
        res.setHeader('Content-Type', 'text/css');
        res.end('body { --gaceta-button: rgb(1, 2, 3); --gaceta-ink: url(x); margin: 0 }');
        return;
      }
      res.setHeader('Content-Type', 'text/html; charset=utf-8');
      res.end(`<!doctype html><html lang="es"><title>A story</title><link rel="stylesheet" href="/style.css">
        <h1>A story</h1>
        <script async src="${site.url}/embed.js" data-newsletter="daily"></script><noscript><iframe
          src="${site.url}/embed?newsletter=daily" width="100%" height="420" title="Newsletter"></iframe></noscript>`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterAll(() => void server.close());
    const address = server.address();
    return `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  }

  beforeAll(async () => {
    site = await openSite();
    article = await host();
    stranger = await host();
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
      if (message.type() === 'error' && !message.text().includes('favicon'))
        complaints.push(message.text());
    });
    await page.goto(article);
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Su correo electrónico').fill(`foot${width}@example.org`);
    const inside = () =>
      frame.locator('body').evaluate((body: { offsetHeight: number }) => body.offsetHeight);
    const outside = async () => (await page.locator('iframe').boundingBox())?.height ?? 0;
    await expect.poll(async () => Math.abs((await outside()) - (await inside()))).toBeLessThan(3);
    const button = frame.getByRole('button', { name: 'Suscribirme' });
    const colour = await styleOf(button, 'backgroundColor');
    expect(colour).toBe('rgb(1, 2, 3)');
    await button.click();
    await frame.getByText('Mire su correo').waitFor();
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
