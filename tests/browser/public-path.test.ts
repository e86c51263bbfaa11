import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from '../../src/operators/accounts.ts';
import { unsubscribeUrl } from '../../src/subscribers/links.ts';
import { putSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { article, sentEdition } from '../http/public/fixtures/editions.ts';
import { type Forwarding, openBehindProxy } from '../http/public/fixtures/proxy.ts';
import { tokensFor } from '../http/public/fixtures/site.ts';
import { type MadeNewsletter, makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { openArticle } from './fixtures/article.ts';
import { browserMissing, openBrowser } from './fixtures/browser.ts';

const path = '/city/gaceta';
const password = 'correct horse';

describe.skipIf(browserMissing()).each<Forwarding>(['whole', 'stripped'])(
  'under a path of another site, before a proxy that asks %s',
  (forwarding) => {
    const browser = openBrowser();
    let stage: Awaited<ReturnType<typeof openBehindProxy>>;
    let daily: MadeNewsletter;
    const failed: string[] = [];

    beforeAll(async () => {
      stage = await openBehindProxy(forwarding, path);
      const { db } = stage.site.context;
      daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
      await sentEdition(db, daily.id, 1, [article('1', 'Harbour wall gives way')]);
      await createOperator(db, { email: 'ana@example.org', password, role: 'owner' });
    });

    const visit = async (): Promise<Page> => {
      const page = await browser.visit({ width: 360 });
      page.on('response', (response) => {
        if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error') failed.push(message.text());
      });
      return page;
    };
    const onlyInside = () => {
      expect(failed).toEqual([]);
      expect(stage.escaped).toEqual([]);
    };

    test('a reader signs up, confirms, chooses, leaves and reads the archive', async () => {
      const { publicUrl, site } = stage;
      const page = await visit();
      await page.goto(publicUrl);
      await page.getByLabel('Email address').fill('reader@example.org');
      await page.getByRole('button', { name: 'Sign up' }).click();
      await page.waitForURL(`${publicUrl}/subscribed?lang=en&to=*`);
      const { id, confirm } = await tokensFor(site.context, 'reader@example.org');
      const links = { publicUrl, tokens: site.context.tokens };
      await page.goto(`${publicUrl}/confirm/${confirm}`);
      await page.getByRole('button', { name: 'Confirm', exact: true }).click();
      await page.getByRole('link', { name: 'Manage preferences' }).click();
      await page.getByLabel('Delivery time').selectOption('18:00');
      await page.getByRole('button', { name: 'Save preferences' }).click();
      await page.getByText('Saved.').waitFor();
      expect(page.url()).toContain(`${publicUrl}/preferences/`);
      await page.goto(unsubscribeUrl(links, id, daily.id));
      await page.getByRole('button', { name: 'Unsubscribe', exact: true }).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('Subscription restored').waitFor();
      await page.locator('footer a').last().click();
      await page.getByRole('link', { name: 'Harbour wall gives way' }).click();
      await page.waitForURL(`${publicUrl}/archive/daily/1*`);
      await page.getByRole('link', { name: 'Español' }).click();
      await page.waitForURL(`${publicUrl}/archive/daily/1?lang=es`);
      onlyInside();
    });

    test('an operator signs in, composes and signs out', async () => {
      const { publicUrl } = stage;
      const page = await visit();
      await page.goto(`${publicUrl}/console`);
      await page.waitForURL(`${publicUrl}/console/sign-in`);
      await page.fill('#email', 'ana@example.org');
      await page.fill('#password', password);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${publicUrl}/console`);
      await page.goto(`${publicUrl}/console/editions`);
      await page.locator('.editions a').first().click();
      await page.waitForURL(`${publicUrl}/console/editions/*`);
      await page
        .frameLocator('iframe')
        .getByRole('link', { name: 'Harbour wall gives way' })
        .waitFor();
      await page.locator('.menu').click();
      await page.locator('nav a[href$="/api/docs"]').click();
      await page.getByText('List newsletters').waitFor();
      await page.goto(`${publicUrl}/console`);
      await page.locator('.menu').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${publicUrl}/console/sign-in`);
      onlyInside();
    });

    test('the form at the foot of an article proves its work', async () => {
      const { site, publicUrl } = stage;
      const host = await openArticle(`${publicUrl}`);
      const { db } = site.context;
      await db
        .updateTable('newsletters')
        .set({ origins: [host] })
        .execute();
      await putSignUpSettings(db, { inAll: [1, 10_000] });
      await expect
        .poll(async () => (await site.get('/embed')).headers.get('content-security-policy'))
        .toContain(host);
      const page = await visit();
      await page.goto(host);
      const frame = page.frameLocator('iframe');
      await frame.getByLabel('Email address').fill('foot@example.org');
      await frame.getByRole('button', { name: 'Sign up' }).click();
      await expect.poll(() => frame.locator('input[name="altcha"]').inputValue()).not.toBe('');
      await frame.getByRole('button', { name: 'Sign up' }).click();
      await frame.getByText('Check your inbox').waitFor();
      expect(failed.splice(0).filter((line) => !line.includes('429'))).toEqual([]);
      onlyInside();
    });
  },
);
