import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRenderer } from '../../emails/render/renderer.ts';
import { digests, letters, reader } from '../../scripts/sample-mails.ts';

const tool = inject('chromium');
const renderer = openRenderer();
afterAll(() => renderer.close());

describe.skipIf('missing' in tool)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: 'path' in tool ? tool.path : '',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser.close());

  const html = async (name: string) => {
    const digest = digests()[name];
    const letter = letters()[name];
    if (digest) return (await renderer.render('digest', { content: digest, reader })).html;
    return letter ? (await renderer.render('letter', letter)).html : '';
  };

  const names = ['digest-en', 'special-es', 'confirmation-es'];
  const schemes = ['light', 'dark'] as const;

  test.each(['digest', 'letter'])(
    'a word without an end makes no %s wider than a phone',
    async (kind) => {
      const endless = 'W'.repeat(400);
      const digest = digests()['digest-en'];
      const letter = letters()['draft-en'];
      if (!digest?.lead || letter?.kind !== 'draft') throw new Error('no sample');
      const worded = { ...digest.lead, title: endless, standfirst: endless, author: endless };
      const sections = digest.sections.map((section) => ({
        ...section,
        title: endless,
        articles: section.articles.map((article) => ({
          ...article,
          title: endless,
          author: endless,
        })),
      }));
      const edition = {
        ...digest.edition,
        introduction: `${endless} [${endless}](https://a.example)`,
      };
      const content = { ...digest, lead: worded, sections, edition };
      const { html: page } =
        kind === 'digest'
          ? await renderer.render('digest', { content, reader })
          : await renderer.render('letter', {
              ...letter,
              parts: { ...letter.parts, newsletter: endless, headline: endless },
            });
      const context = await browser.newContext({
        viewport: { width: 360, height: 700 },
        offline: true,
      });
      const at = await context.newPage();
      await at.setContent(page);
      expect(await at.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await context.close();
    },
  );

  test.each(names.flatMap((name) => schemes.map((scheme) => ({ name, scheme }))))(
    'axe finds nothing in $name, $scheme',
    async ({ name, scheme }) => {
      const context = await browser.newContext({ colorScheme: scheme, offline: true });
      const page = await context.newPage();
      await page.setContent(await html(name));
      const { violations } = await new AxeBuilder({ page }).analyze();
      await context.close();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html: at }) => at)])).toEqual([]);
    },
  );

  test.each(names.flatMap((name) => [320, 1280].map((width) => ({ name, width }))))(
    '$name is not wider than a window of $width',
    async ({ name, width }) => {
      const page = await browser.newPage({ viewport: { width, height: 700 } });
      await page.setContent(await html(name));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.close();
    },
  );

  test('the preheader is not seen', async () => {
    const page = await browser.newPage();
    await page.setContent(await html('digest-en'));
    const seen = await page.locator('body').innerText();
    expect(seen).toContain('Night buses return on four lines');
    expect(seen).not.toContain('Night buses return on four lines · ');
    await page.close();
  });
});
