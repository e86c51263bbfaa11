import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  confirmUrl,
  preferencesUrl,
  privacyUrl,
  unsubscribeUrl,
} from '../../src/subscribers/links.ts';
import { putSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { openSite, type Site, tokensFor } from '../http/public/fixtures/site.ts';
import { type MadeNewsletter, makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { browserMissing, type Look, openBrowser, styleOf } from './fixtures/browser.ts';

describe.skipIf(browserMissing())('a reader', () => {
  const browser = openBrowser();
  let site: Site;
  let daily: MadeNewsletter;
  beforeAll(async () => {
    site = await openSite();
    const { db } = site.context;
    daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
    await makeNewsletter(db, 'weekend', { title: 'The Weekend' });
  });
  const idOf = async (email: string) => {
    const row = await site.context.db
      .selectFrom('subscribers')
      .select('id')
      .where('emailKey', '=', email)
      .executeTakeFirstOrThrow();
    return row.id;
  };
  const links = () => ({ publicUrl: site.url, tokens: site.context.tokens });
  const soon = () => new Date(Date.now() + 3_600_000);
  const heading = (page: Page) => page.locator('h1').first().innerText();
  const subscription = (id: string) =>
    site.context.db
      .selectFrom('subscriptions')
      .selectAll()
      .where('subscriberId', '=', id)
      .where('newsletterId', '=', daily.id)
      .executeTakeFirstOrThrow();

  test.each<Look>([
    { width: 360, scripts: true },
    { width: 360, scripts: false },
    { width: 1280, scripts: true },
    { width: 1280, scripts: false },
  ])('signs up, confirms, chooses, leaves and comes back: %o', async (look) => {
    const email = `walk-${look.width}-${look.scripts}@example.org`;
    const page = await browser.visit(look);
    await page.goto(site.url);
    await page.getByLabel('Email address').fill(email);
    await page.getByText('More preferences').click();
    await page.getByLabel('How often').selectOption('weekdays');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.waitForURL('**/subscribed?lang=en&to=*');
    expect(await heading(page)).toBe('Check your inbox');
    const id = await idOf(email);
    const person = await site.context.db
      .selectFrom('subscribers')
      .select('timezone')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(person.timezone).toBe(look.scripts ? 'America/Caracas' : null);

    await page.goto(confirmUrl(links(), id, site.context.hashAddress(email), soon()));
    expect(await page.locator('main').innerText()).toContain('w•••@example.org');
    expect((await subscription(id)).state).toBe('pending');
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByText('Subscription confirmed').waitFor();
    expect(await subscription(id)).toMatchObject({ state: 'active', frequency: 'weekdays' });

    await page.getByRole('link', { name: 'Manage preferences' }).click();
    await page.getByLabel('Delivery time').selectOption('18:00');
    await page.getByLabel('updates').uncheck();
    const zones = page.getByLabel('Time zone', { exact: true });
    if (look.scripts) {
      // the device's own first, and the rest by a search for city or country
      expect(await zones.locator('optgroup').first().innerText()).toContain('Caracas, Venezuela');
      const search = page.getByLabel('Search by city or country');
      await search.fill('nowhere at all');
      await page.getByText('No time zone matches.').waitFor();
      await search.fill('portug lisb');
      await search.press('Enter');
      expect(await zones.inputValue()).toBe('Europe/Lisbon');
    } else await zones.selectOption('Europe/Lisbon');
    await page.getByRole('button', { name: 'Save preferences' }).click();
    await page.getByText('Saved.').waitFor();
    const chosen = await site.context.db
      .selectFrom('subscribers')
      .select('timezone')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(chosen.timezone).toBe('Europe/Lisbon');
    expect(await subscription(id)).toMatchObject({
      hour: '18:00',
      sections: ['news', 'special-reports'],
    });

    await page.goto(unsubscribeUrl(links(), id, daily.id));
    expect((await subscription(id)).state).toBe('active');
    await page.getByRole('button', { name: 'Unsubscribe', exact: true }).click();
    await page.getByText('You have unsubscribed').waitFor();
    expect((await subscription(id)).state).toBe('unsubscribed');
    await page.getByLabel('Too many').check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you').waitFor();
    // no page is the answer to a POST: back and forth ask for nothing to be sent again
    for (let back = 0; back < 2; back++) {
      await page.goBack();
      await page.getByText('You have unsubscribed').waitFor();
    }
    for (let forth = 0; forth < 2; forth++) await page.goForward();
    await page.getByText('Thank you').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Subscription restored').waitFor();
    expect((await subscription(id)).state).toBe('active');
  });

  test('can do it by keyboard alone, and sees where the focus is', async () => {
    const page = await browser.visit({ width: 1280 });
    await page.goto(site.url);
    const names: string[] = [];
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      names.push(
        await focused.evaluate(
          (element: { name?: string; textContent: string }) =>
            element.name || element.textContent.trim(),
        ),
      );
      const outline = await styleOf(focused, 'outlineWidth');
      expect(outline, names.at(-1)).toBe('3px');
      if (names.at(-1) === 'email') await page.keyboard.type('keys@example.org');
      if (names.at(-1) === 'Sign up') break;
    }
    expect(names[0]).toBe('Skip to the content');
    expect(names).toContain('newsletter');
    expect(names).not.toContain('website');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/subscribed?lang=en&to=*');
    await idOf('keys@example.org');
  });

  test.each([true, false])('is asked about a slip (scripts: %s)', async (scripts) => {
    const page = await browser.visit({ width: 360, scripts });
    await page.goto(site.url);
    await page.getByLabel('Email address').fill(`slip${scripts}@outlok.es`);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('button', { name: `Use slip${scripts}@outlook.es` }).click();
    await page.waitForURL('**/subscribed?lang=en&to=*');
    await idOf(`slip${scripts}@outlook.es`);
  });

  test.each([true, false])(
    'has their data erased when they mean it (scripts: %s)',
    async (scripts) => {
      const email = `erase-${scripts}@example.org`;
      await site.postJson('/subscribe', { email });
      const id = await idOf(email);
      const page = await browser.visit({ width: 360, scripts, language: 'es' });
      await page.goto(preferencesUrl(links(), id));
      await page.getByRole('button', { name: 'Send me the link' }).click();
      await page.getByText('Check your inbox').waitFor();
      await page.goto(`${privacyUrl(links(), id, soon())}?lang=es`);
      await page.getByLabel('Sí, borrar todo sobre mí').check();
      await page.getByRole('button', { name: 'Borrar mis datos' }).click();
      await page.getByText('Un último correo').waitFor();
      const gone = await site.context.db
        .selectFrom('subscribers')
        .select(['email', 'erasedAt'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(gone.email).toBeNull();
    },
  );

  test.each([true, false])(
    'has targets of 44 px among the preferences, and no button that does nothing (scripts: %s)',
    async (scripts) => {
      const email = `targets-${scripts}@example.org`;
      await site.postJson('/subscribe', { email, newsletter: ['daily', 'weekend'] });
      const { confirm, id } = await tokensFor(site.context, email);
      await site.post(`/confirm/${confirm}`, {});
      const page = await browser.visit({ width: 360, scripts });
      await page.goto(preferencesUrl(links(), id));
      const targets = page.locator(
        'main :is(button, select, label.tick, p > a, input:not([type=checkbox], [type=hidden]))',
      );
      const found = (await targets.all()).map(async (target) => {
        const { height = 44 } = (await target.boundingBox()) ?? {};
        return height < 44 ? `${height} px: ${await target.innerText()}` : '';
      });
      expect(found.length).toBeGreaterThan(10);
      expect((await Promise.all(found)).filter(Boolean)).toEqual([]);
      if (scripts) return;
      expect(await page.locator('button[type=button]:visible').count()).toBe(0);
    },
  );

  test('solves the sum when there is a rush, under our own policy', async () => {
    const rush = await openSite({}, site.context.databaseUrl);
    await putSignUpSettings(rush.context.db, { inAll: [1, 10_000] });
    await rush.postJson('/subscribe', { email: 'first@rush.example' });
    const page = await browser.visit({ width: 360 });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('429'))
        complaints.push(message.text());
    });
    await page.goto(rush.url);
    await page.getByLabel('Email address').fill('rush@rush.example');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByText('Quick security check').waitFor();
    await page.locator('input[name="altcha"][value]').waitFor({ state: 'attached' });
    await expect.poll(() => page.locator('input[name="altcha"]').inputValue()).not.toBe('');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.waitForURL('**/subscribed?lang=en&to=*');
    await idOf('rush@rush.example');
    expect(complaints).toEqual([]);
    await putSignUpSettings(rush.context.db, { inAll: [5000, 50_000] });
  });
});
