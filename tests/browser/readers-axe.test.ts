import { createServer } from 'node:http';
import express from 'express';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { errorPages } from '../../src/http/middleware/errors.ts';
import { Problem } from '../../src/http/middleware/problem.ts';
import { putNewsroom } from '../../src/newsletters/newsroom.ts';
import { putSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { listenWhileTesting } from '../harness/listen.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import {
  browserMissing,
  openBrowser,
  whatIsInaccessibleAnyhow,
  whatIsTooSmall,
} from './fixtures/browser.ts';
import { type Answered, fillNewsroom, readerPages } from './fixtures/reader-pages.ts';

const validator = new HtmlValidate(
  new StaticConfigLoader({
    extends: ['html-validate:recommended', 'html-validate:document'],
    rules: {
      'doctype-style': 'off',
      // a button of a form submits it, and boxes of one name are a list
      'no-implicit-button-type': 'off',
      'form-dup-name': 'off',
      // all files are our own, from the same place
      'require-sri': 'off',
    },
  }),
);
const problems = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503];

describe.skipIf(browserMissing())('axe finds nothing on any page a reader meets', () => {
  const browser = openBrowser();
  let site: Site;
  const answered: Record<string, Answered[]> = {};

  beforeAll(async () => {
    site = await openSite();
    const strict = await openSite();
    // a colour that nobody could read without help
    for (const { context } of [site, strict])
      await putNewsroom(context.db, {
        name: 'The Harbour Post',
        colour: '#ffd400',
        logo: null,
        postalAddress: '12 Quay Street\nPort Alder',
      });
    const newsletters = await fillNewsroom(site);
    await makeNewsletter(strict.context.db, 'daily', { title: 'The Daily' });
    await putSignUpSettings(strict.context.db, { proof: 'always' });
    for (const language of ['en', 'es'])
      answered[language] = await readerPages(site, strict, newsletters, language);
  });

  test.each(['en', 'es'] as const)('at each width, in each light, in %s', async (language) => {
    const page = await browser.visit({ width: 360, language });
    const all = answered[language] ?? [];
    expect(all.length).toBeGreaterThan(45);
    await page.route('**/as-answered/*', (route) => {
      const which = all[Number(new URL(route.request().url()).pathname.split('/').at(-1))];
      return route.fulfill({
        status: 200,
        headers: which?.headers ?? {},
        body: which?.html ?? '',
      });
    });
    const found: string[] = [];
    for (const [at, { name }] of all.entries()) {
      await page.goto(`${site.url}/as-answered/${at}`);
      expect(await page.getAttribute('html', 'lang'), name).toBe(language);
      await page.locator('details').evaluateAll((all: { open: boolean }[]) => {
        for (const one of all) one.open = true;
      });
      await page.setViewportSize({ width: 360, height: 800 });
      const small = (await whatIsTooSmall(page)).map((what) => `too small: ${what}`);
      const here = await whatIsInaccessibleAnyhow(page, language);
      found.push(...[...small, ...here].map((what) => `${name}, ${what}`));
    }
    expect(found).toEqual([]);
  });

  test.each(['en', 'es'] as const)('nor is any of them invalid HTML, in %s', async (language) => {
    const found: string[] = [];
    for (const { name, html } of answered[language] ?? []) {
      const { results } = await validator.validateString(html);
      for (const { messages } of results)
        for (const { ruleId, message, line } of messages)
          found.push(`${name}:${line}: ${ruleId}: ${message}`);
    }
    expect(found).toEqual([]);
  });

  test.each(['en', 'es'] as const)('whatever goes wrong, in %s', async (language) => {
    const app = express();
    app.get('/problem/:status', (req) => {
      throw new Problem(Number(req.params.status), 'It went wrong.');
    });
    app.use(createApp(site.context));
    app.use(errorPages(site.context));
    const server = createServer(app);
    const base = await listenWhileTesting(server);
    const page = await browser.visit({ width: 360, language });
    const found: string[] = [];
    for (const status of problems) {
      const answer = await page.goto(`${base}/problem/${status}`);
      expect(answer?.status()).toBe(status);
      expect(await page.getAttribute('html', 'lang')).toBe(language);
      const here = await whatIsInaccessibleAnyhow(page, language);
      found.push(...here.map((what) => `${status}, ${what}`));
    }
    expect(found).toEqual([]);
  });

  test.each(['en', 'es'] as const)('what is wrong is told first, in %s', async (language) => {
    const page = await browser.visit({ width: 360, language });
    for (const email of ['a@@example.org', 'a@outlok.es', 'a@mailinator.com']) {
      await page.goto(`${site.url}/?lang=${language}`);
      await page.locator('#email').fill(email);
      await page.locator('form button.main').last().click();
      await page.getByRole('alert').waitFor();
      expect(await page.evaluate<boolean>("document.activeElement.matches('[data-focus]')")).toBe(
        true,
      );
    }
  });
});
