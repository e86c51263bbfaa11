import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { getNewsletter, updateNewsletter } from '../../src/newsletters/newsletters.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import { png } from '../newsletters/fixtures/pictures.ts';
import {
  browserMissing,
  expectAccessible,
  type Look,
  looks,
  openBrowser,
} from './fixtures/browser.ts';
import { makeOperators, signIn } from './fixtures/console.ts';

const kept = process.env.SCREENSHOTS;

describe.skipIf(browserMissing())('the pages of newsletters', () => {
  const browser = openBrowser();
  let desk: Console;
  const visit = async (look: Look, prefix = '') =>
    signIn(browser, desk, look, { to: 'newsletters', prefix });
  beforeAll(async () => {
    desk = await openConsole();
    await makeOperators(desk.context.db, 'admin');
  });

  test('a newsletter is made, changed, given a logo and archived with nothing but the browser', async () => {
    const page = await visit({ width: 1280 });
    await page.locator('.make summary').click();
    await page.fill('#title', 'Fin de Semana ñandú');
    expect(await page.inputValue('#slug')).toBe('fin-de-semana-nandu');
    await page.selectOption('#language', 'es');
    await page.fill('#timezone', 'Europe/Madrid');
    await page.locator('.make button.primary').click();
    await page.waitForURL('**/newsletters/fin-de-semana-nandu');
    for (const title of ['Cultura', 'Deporte']) {
      await page.locator('[data-add] button').click();
      await page.locator('[data-sections] li:last-child input:visible').first().fill(title);
    }
    await page.locator('[data-sections] li:last-child [data-move="-1"]').click();
    await page.fill('#welcome', 'Hola.\nSoy Ana.');
    await page.locator('.save button').click();
    await page.locator('.message.good').waitFor();
    expect(await getNewsletter(desk.context.db, 'fin-de-semana-nandu')).toMatchObject({
      sections: [{ slug: 'deporte' }, { slug: 'cultura' }],
      welcome: 'Hola.\nSoy Ana.',
    });
    const file = { name: 'logo.png', mimeType: 'image/png', buffer: png(400, 90) };
    await page.setInputFiles('#file', { ...file, buffer: Buffer.alloc(40 * 1024 ** 2) });
    await page.locator('.logo-form button').click();
    await page.locator('#file-wrong').waitFor();
    await page.setInputFiles('#file', file);
    await page.locator('.logo-form button').click();
    await page.locator('.logo-shown img').waitFor();
    await page.locator('.sections input[value="yes"]').first().check();
    await page.locator('.save button').click();
    await page.locator('.removal button').click();
    await page.locator('.message.good').waitFor();
    await page.locator('.end a').click();
    await page.locator('button.danger').click();
    await page.waitForURL('**/console/newsletters');
    const made = await getNewsletter(desk.context.db, 'fin-de-semana-nandu');
    expect(made?.archivedAt).toBeInstanceOf(Date);
    expect(made?.sections.map(({ slug }) => slug)).toEqual(['cultura']);
  });

  test('without scripts sections are added and ordered by their place', async () => {
    const page = await visit({ width: 360, scripts: false });
    await page.locator('a[href$="/newsletters/daily"]').click();
    await page.locator('[data-empty] input:visible').first().fill('Weather');
    await page.locator('[data-empty] [data-place] input').first().fill('1');
    await page.locator('[data-sections] li:first-child [data-place] input').fill('2');
    await page.locator('.save button').click();
    await page.locator('.message.good').waitFor();
    const { sections } = (await getNewsletter(desk.context.db, 'daily')) ?? {};
    expect(sections?.slice(0, 2).map(({ slug }) => slug)).toEqual(['weather', 'news']);
  });

  test.each(looks)('are for everybody: %o', async (look) => {
    const long = `${'Titular '.repeat(13)}🎉 النشرة`;
    await updateNewsletter(desk.context.db, 'daily', {
      title: long,
      wording: { en: 'I want it.' },
    });
    const page = await visit(look);
    const keep = async (name: string) => {
      if (!kept) return;
      mkdirSync(kept, { recursive: true });
      const file = `${name}-${look.width}-${look.language}${look.dark ? '-dark' : ''}.png`;
      await page.screenshot({ path: join(kept, file), fullPage: true });
    };
    await page.locator('.make summary').click();
    await expectAccessible(page, 'newsletters');
    await keep('list');
    await page.locator('a[href$="/newsletters/daily"]').click();
    await page.waitForURL('**/newsletters/daily');
    await page.locator('.history summary').click();
    await expectAccessible(page, 'a newsletter');
    await keep('newsletter');
    await page.fill('#sendAt', '');
    await page.fill('#colour', 'blue');
    await page.locator('.save button').click();
    await page.locator('.message.bad').waitFor();
    expect(await page.inputValue('#colour')).toBe('blue');
    await expectAccessible(page, 'a newsletter with wrong fields');
    await keep('wrong');
    await page.goto(`${desk.base}/console/newsletters/daily`);
    await page.locator('.sections input[value="yes"]').first().check();
    await page.locator('.save button').click();
    await page.locator('.removal').waitFor();
    await expectAccessible(page, 'a section that goes');
    await keep('removal');
    await page.goto(`${desk.base}/console/newsletters/daily/archive`);
    await expectAccessible(page, 'archive');
    await keep('archive');
  });
});
