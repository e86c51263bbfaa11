import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { putSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { listenWhileTesting } from '../harness/listen.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { openArticle } from './fixtures/article.ts';
import { browserMissing, openBrowser } from './fixtures/browser.ts';

/** The form of docs/forms.md, word for word, on a site of its own. */
async function openOwnForm(publicUrl: string): Promise<string> {
  const docs = readFileSync(new URL('../../docs/forms.md', import.meta.url), 'utf8');
  const form = /```html\n(<form id="sign-up"[\s\S]*?)```/.exec(docs)?.[1] ?? '';
  const altcha = readFileSync(fileURLToPath(import.meta.resolve('altcha')), 'utf8');
  const server = createServer((req, res) => {
    if (req.url === '/altcha.js') {
      res.setHeader('Content-Type', 'text/javascript').end(altcha);
      return;
    }
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A story</title>
      <script type="importmap">{ "imports": { "altcha": "/altcha.js" } }</script>
      ${form.replaceAll('https://letters.example.org', publicUrl)}`);
  });
  return listenWhileTesting(server);
}

describe.skipIf(browserMissing())('where a proof of work is asked of everybody', () => {
  const browser = openBrowser();
  let site: Site;
  let own: string;
  let article: string;

  beforeAll(async () => {
    site = await openSite();
    own = await openOwnForm(site.url);
    article = await openArticle(site.url);
    const { db } = site.context;
    await makeNewsletter(db, 'daily', { title: 'The Daily', origins: [own, article] });
    await putSignUpSettings(db, { proof: 'always' });
  });
  const known = (key: string) =>
    site.context.db
      .selectFrom('subscribers')
      .select('id')
      .where('emailKey', '=', key)
      .executeTakeFirst();
  const complaints = (page: Page) => {
    const all: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('429')) all.push(message.text());
    });
    return all;
  };

  test('a form of the newsroom’s own solves it by script, as docs/forms.md says', async () => {
    const page = await browser.visit({ width: 360 });
    const said = complaints(page);
    await page.goto(own);
    await page.getByLabel('Email').fill('own@example.org');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByText('Check your inbox.').waitFor();
    expect(await known('own@example.org')).toBeDefined();
    await page.getByLabel('Email').fill('nobody@mailinator.com');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByText('disposable addresses').waitFor();
    expect(said.filter((line) => !line.includes('422'))).toEqual([]);
  });

  test('the form at the foot of an article solves it in its frame', async () => {
    const page = await browser.visit({ width: 1280 });
    const said = complaints(page);
    await page.goto(article);
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Email address').fill('frame@example.org');
    await expect.poll(() => frame.locator('input[name="altcha"]').inputValue()).not.toBe('');
    await frame.getByRole('button', { name: 'Sign up' }).click();
    await frame.getByText('Check your inbox').waitFor();
    expect(await known('frame@example.org')).toBeDefined();
    expect(said).toEqual([]);
  });

  test('the sign-up page has it solved before anybody presses', async () => {
    const page = await browser.visit({ width: 360, language: 'es' });
    const said = complaints(page);
    await page.goto(site.url);
    await page.getByLabel('Correo electrónico').fill('page@example.org');
    await expect.poll(() => page.locator('input[name="altcha"]').inputValue()).not.toBe('');
    await page.getByRole('button', { name: 'Suscribirme' }).click();
    await page.waitForURL('**/subscribed?lang=es&to=*');
    expect(await known('page@example.org')).toBeDefined();
    expect(said).toEqual([]);
  });

  test.each(['page', 'own form', 'article'])(
    'a reader without scripts is told what to do, and loses nothing: %s',
    async (door) => {
      const page = await browser.visit({ width: 360, scripts: false });
      const email = `off-${door.replace(' ', '-')}@example.org`;
      await page.goto({ page: site.url, 'own form': own, article }[door] ?? '');
      // without scripts an article has the link to the form
      if (door === 'article') await page.locator('a[href*="newsletter=daily"]').click();
      await page.locator('input[name="email"]').fill(email);
      await page.locator('form button').last().click();
      const told = page.getByRole('alert').locator('noscript');
      await told.waitFor();
      expect(await told.innerText()).toContain('Turn it on for this page');
      expect(await page.locator('#email').inputValue()).toBe(email);
      expect(await known(email)).toBeUndefined();
    },
  );

  test('and where it is not, a plain form takes them without scripts', async () => {
    await putSignUpSettings(site.context.db, { proof: 'unusual' });
    const calm = await openSite({}, site.context.databaseUrl);
    const plain = await openOwnForm(calm.url);
    await site.context.db
      .updateTable('newsletters')
      .set({ origins: [plain] })
      .execute();
    const page = await browser.visit({ width: 360, scripts: false });
    await page.goto(plain);
    await page.getByLabel('Email').fill('plain@example.org');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.waitForURL(`${calm.url}/subscribed?lang=en&to=*`);
    expect(await known('plain@example.org')).toBeDefined();
  });
});
