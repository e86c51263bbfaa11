import { beforeAll, describe, expect, test } from 'vitest';
import { requestAddressChange } from '../../src/letters/access.ts';
import { putNewsroom } from '../../src/newsletters/newsroom.ts';
import { readAddress } from '../../src/subscribers/address.ts';
import { leave } from '../../src/subscribers/leaving.ts';
import {
  addressUrl,
  confirmUrl,
  preferencesUrl,
  privacyUrl,
  unsubscribeUrl,
} from '../../src/subscribers/links.ts';
import { article, sentEdition } from '../public/fixtures/editions.ts';
import { openSite, type Site, tokensFor } from '../public/fixtures/site.ts';
import { evidence, type MadeNewsletter, makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { browserMissing, expectAccessible, type Look, openBrowser } from './fixtures/browser.ts';

const picture =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"%3E%3Crect width="16" height="9" fill="%23789"/%3E%3C/svg%3E';

describe.skipIf(browserMissing())('axe finds nothing on a reader’s page', () => {
  const browser = openBrowser();
  let site: Site;
  let daily: MadeNewsletter;
  const pages: Record<string, string> = {};

  beforeAll(async () => {
    site = await openSite();
    const { db, tokens } = site.context;
    // a colour that nobody could read without help
    await putNewsroom(db, {
      name: 'The Harbour Post',
      colour: '#ffd400',
      logo: null,
      postalAddress: '12 Quay Street\nPort Alder',
    });
    daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
    const weekend = await makeNewsletter(db, 'fin-de-semana', { title: 'El Fin', language: 'es' });
    const image = { url: picture, alt: 'Grey', credit: 'L. Paz' };
    const stories = [
      article('1', 'Harbour wall gives way', { image }),
      article('2', 'The trams run', { section: 'updates', image }),
      article(
        '3',
        'A very-long-word-that-does-not-end-and-has-no-space-in-it-at-all-so-that-it-must-break',
      ),
      article('4', 'El tranvía vuelve', { language: 'es', section: 'special-reports' }),
    ];
    await sentEdition(db, daily.id, 1, stories, {
      introduction: '# Good morning\n\nA [link](https://x.example).',
    });
    await sentEdition(db, daily.id, 2, stories);
    const join = async (email: string) => {
      await site.postJson('/subscribe', { email, newsletter: ['daily', 'fin-de-semana'] });
      return tokensFor(site.context, email);
    };
    const links = { publicUrl: '', tokens };
    const soon = new Date(Date.now() + 3_600_000);
    const pending = await join('pending@example.org');
    const reader = await join('reader@example.org');
    await site.post(`/confirm/${reader.confirm}`, {});
    const left = await join('left@example.org');
    await site.post(`/confirm/${left.confirm}`, {});
    await leave(db, [{ subscriber: left.id, newsletter: undefined, evidence }], new Date());
    const [letter] = await requestAddressChange(
      db,
      { id: reader.id, email: 'reader@example.org' },
      readAddress('new@example.org'),
      new Date(),
    );
    Object.assign(pages, {
      front: '/',
      subscribed: '/subscribed',
      archive: '/archive',
      shelf: '/archive/daily',
      edition: '/archive/daily/2',
      embed: '/embed?newsletter=daily',
      'embed, several': '/embed',
      confirm: confirmUrl(links, pending.id, soon),
      confirmed: confirmUrl(links, reader.id, soon),
      leave: unsubscribeUrl(links, reader.id, daily.id),
      left: unsubscribeUrl(links, left.id, weekend.id),
      undo: `/undo/${tokens.sign('undo', { subscriber: left.id, extra: '0' }, soon)}`,
      preferences: preferencesUrl(links, reader.id),
      privacy: privacyUrl(links, reader.id, soon),
      address: addressUrl(links, reader.id, letter ?? '', soon),
      'bad link': '/confirm/nonsense',
      'not found': '/nothing-here',
    });
  });

  test.each<Look>([
    { width: 360, language: 'en', dark: false },
    { width: 360, language: 'es', dark: true },
    { width: 1280, language: 'en', dark: true },
    { width: 1280, language: 'es', dark: false },
  ])('%o', async (look) => {
    const page = await browser.visit(look);
    expect(Object.keys(pages)).toHaveLength(17);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${site.url}${path}${path.includes('?') ? '&' : '?'}lang=${look.language}`);
      await expectAccessible(page, name);
    }
  });

  test.each<Look>([
    { width: 360, language: 'es', dark: true },
    { width: 1280, language: 'en', dark: false },
  ])('when something is wrong with the form, %o', async (look) => {
    const page = await browser.visit(look);
    for (const email of ['a@@example.org', 'a@outlok.es', 'a@mailinator.com']) {
      await page.goto(`${site.url}/?lang=${look.language}`);
      await page.locator('#email').fill(email);
      await page.locator('form button.main').last().click();
      await page.getByRole('alert').waitFor();
      expect(await page.evaluate<boolean>("document.activeElement.matches('[data-focus]')")).toBe(
        true,
      );
      await page.locator('summary').click();
      await expectAccessible(page, email);
    }
  });

  test('shows what is wrong with a choice', async () => {
    const page = await browser.visit({ width: 360, dark: true });
    await page.goto(`${site.url}${pages.preferences}`);
    for (const box of await page.locator('input[name="daily.sections"]').all()) await box.uncheck();
    await page.getByRole('button', { name: 'Save my choices' }).click();
    await page.getByRole('alert').waitFor();
    await expectAccessible(page, 'preferences');
  });
});
